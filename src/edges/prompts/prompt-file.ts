import { isAlias, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import type { Document, Node } from "yaml";
import { splitPartials } from "./partials.ts";
import type { Split } from "./partials.ts";
import { PromptError } from "./prompt-error.ts";

/** A value of the front matter, and the line of the prompt where it is named. */
export interface Place {
  readonly value: unknown;
  readonly line: number;
  at(key: string | number): Place;
}

/** A prompt in its two halves, and the partials it brings along. */
export interface PromptFile extends Split {
  /** `value` is null when there is no front matter. */
  readonly settings: Place;
  /** The line of the prompt on which `template` begins. */
  readonly templateLine: number;
}

/** Takes a `.prompt` file apart and reads its front matter. Line ends become `\n`. @throws PromptError */
export function readPrompt(source: string): PromptFile {
  const lines = source
    .replace(/^\uFEFF/, "")
    .replaceAll(/\r\n?/g, "\n")
    .split("\n");
  const start = lines.findIndex((line) => line.trim() !== "");
  if (!isFence(lines[start])) {
    return { settings: nothing, ...splitPartials(lines.join("\n"), 1), templateLine: 1 };
  }
  const end = lines.findIndex((line, index) => index > start && isFence(line));
  if (end === -1)
    throw new PromptError(start + 1, "the front matter is not closed; write a line --- after it");
  return {
    settings: parsed(lines.slice(start + 1, end).join("\n"), start + 1),
    ...splitPartials(lines.slice(end + 1).join("\n"), end + 2),
    templateLine: end + 2,
  };
}

/** The partial that holds this line of a prompt, and which of its own lines that is; null: none does. */
export function partialAt(
  source: string,
  line: number,
): { readonly name: string; readonly line: number } | null {
  for (const [name, { text, firstLine }] of readPrompt(source).partials) {
    const own = line - firstLine + 1;
    if (own >= 1 && own <= text.split("\n").length) return { name, line: own };
  }
  return null;
}

export const isFence = (line: string | undefined): boolean => /^---[ \t]*$/.test(line ?? "");

const nothing: Place = { value: null, line: 1, at: () => nothing };

function parsed(yaml: string, linesBefore: number): Place {
  const counter = new LineCounter();
  const doc = parseDocument(yaml, { lineCounter: counter, prettyErrors: false, logLevel: "error" });
  const lineAt = (offset: number): number =>
    linesBefore + counter.linePos(Math.min(offset, yaml.length)).line;
  const [problem] = [...doc.errors, ...doc.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (problem !== undefined) {
    throw new PromptError(lineAt(problem.pos[0]), `broken YAML: ${problem.message}`);
  }
  return placeOf(valueOf(doc, linesBefore + 1), [], (path) => lineAt(offsetOf(doc, path)));
}

function valueOf(doc: Document.Parsed, line: number): unknown {
  try {
    return doc.toJS() as unknown;
  } catch (error) {
    // What the parser throws for an alias without its anchor, and for too many aliases.
    if (!(error instanceof ReferenceError)) throw error;
    throw new PromptError(line, `broken YAML: ${error.message}`);
  }
}

type Path = readonly (string | number)[];

const placeOf = (value: unknown, path: Path, lineOf: (path: Path) => number): Place => ({
  value,
  get line() {
    return lineOf(path);
  },
  at: (key) =>
    placeOf((value as Readonly<Record<string | number, unknown>> | null)?.[key], [...path, key], lineOf),
});

/** Where the value at `path` is named, as far as the path leads. */
function offsetOf(doc: Document.Parsed, path: Path): number {
  let node: unknown = doc.contents;
  let at = startOf(doc.contents);
  for (const key of path) {
    const whole = isAlias(node) ? node.resolve(doc) : node;
    const items: readonly unknown[] =
      (whole as { items?: readonly unknown[] } | null | undefined)?.items ?? [];
    const pair = items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
    );
    const item = isPair(pair) ? pair.key : items[key as number];
    if (item === undefined) return at;
    at = startOf(item as Node);
    node = isPair(pair) ? pair.value : item;
  }
  return at;
}

const startOf = (node: Node | null): number => node?.range?.[0] ?? 0;

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
