import { isAlias, isMap, isPair, isScalar, LineCounter, parseAllDocuments, visit } from "yaml";
import type { Document, Node, YAMLError } from "yaml";
import { isObject } from "./arguments.ts";
import { meant } from "../../core/nearest.ts";
import { ModelRefused } from "./refused.ts";
import { oneLine } from "./safe-text.ts";

/** A value in a file, the way to the values in it, and the words for what is wrong with it. */
export interface Spot {
  readonly value: unknown;
  at(key: string | number): Spot;
  wrong(what: string): ModelRefused;
}

/** The YAML documents of a text, without empty ones. JSON is YAML. @throws ModelRefused `file:line: what` */
export function spotsIn(file: string, text: string): readonly Spot[] {
  const counter = new LineCounter();
  const refused = (offset: number, what: string): ModelRefused =>
    new ModelRefused(oneLine(`${file}:${counter.linePos(Math.min(offset, text.length)).line}: ${what}`, 400));
  const options = { lineCounter: counter, merge: true, prettyErrors: false, logLevel: "error" } as const;
  const docs: readonly Document.Parsed[] = parseAllDocuments(text, options);
  for (const doc of docs) {
    const [problem] = [...doc.errors.map((error) => syntaxProblem(error, text)), ...tagged(doc)].toSorted(
      (a, b) => a.at - b.at,
    );
    if (problem !== undefined) throw refused(problem.at, problem.what);
  }
  return docs
    .map((doc) => spotOf(valueOf(doc, refused), [], (path, what) => refused(offsetOf(doc, path), what)))
    .filter(({ value }) => value !== null);
}

interface Problem {
  readonly at: number;
  readonly what: string;
}

function syntaxProblem({ message, pos }: YAMLError, text: string): Problem {
  const line = text.slice(text.lastIndexOf("\n", pos[0] - 1) + 1);
  const hint = line.startsWith("*") ? "; put a key that begins with * in quotes" : "";
  return { at: pos[0], what: `broken YAML: ${message}${hint}` };
}

/** YAML drops `!`: `command: ! grep x` would run `grep x`. Its own tags (`!!str`) mean what they say. */
function tagged(doc: Document.Parsed): readonly Problem[] {
  const found: Problem[] = [];
  visit(doc, {
    Value: (_key, { tag, range }) => {
      if (tag === undefined || tag.startsWith("tag:yaml.org,2002:")) return;
      found.push({
        at: range?.[0] ?? 0,
        what: `"${tag}" is a YAML tag and would be dropped; put text that begins with ! in quotes`,
      });
    },
  });
  return found;
}

/** Aliases of aliases can grow a short text to gigabytes; scripts of people stay far below this. */
const maxAliasCount = 10_000;

function valueOf(doc: Document.Parsed, refused: (offset: number, what: string) => ModelRefused): unknown {
  try {
    return doc.toJS({ maxAliasCount }) as unknown;
  } catch (error) {
    // What the parser throws for an alias without its anchor, and for too many aliases.
    if (!(error instanceof ReferenceError)) throw error;
    throw refused(firstAlias(doc), `${error.message}; put text that begins with * in quotes`);
  }
}

function firstAlias(doc: Document.Parsed): number {
  let at = 0;
  visit(doc, {
    Alias: (_key, node) => {
      at = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return at;
}

type Path = readonly (string | number)[];

const spotOf = (value: unknown, path: Path, wrong: (path: Path, what: string) => ModelRefused): Spot => ({
  value,
  at: (key) =>
    spotOf((value as Readonly<Record<string | number, unknown>> | null)?.[key], [...path, key], wrong),
  wrong: (what) => wrong(path, what),
});

/** Where the value at `path` is named, as far as the path leads; through a merge key it stays where the mapping is. */
function offsetOf(doc: Document.Parsed, path: Path): number {
  let node: unknown = doc.contents;
  let at = startOf(doc.contents);
  for (const key of path) {
    const whole = isAlias(node) ? node.resolve(doc) : node;
    const items: readonly unknown[] =
      (whole as { items?: readonly unknown[] } | null | undefined)?.items ?? [];
    const item = isMap(whole)
      ? items.find((pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(key))
      : items[key as number];
    if (item === undefined) return at;
    at = startOf((isPair(item) ? item.key : item) as Node | null);
    node = isPair(item) ? item.value : item;
  }
  return at;
}

const startOf = (node: Node | null): number => node?.range?.[0] ?? 0;

/** The members of a mapping. @throws ModelRefused when it is none, or has a key that is not `known`. */
export function membersOf(
  spot: Spot,
  what: string,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (!isObject(spot.value)) throw spot.wrong(`${what} is ${kindOf(spot.value)}; write key: value`);
  for (const key of Object.keys(spot.value)) {
    if (!known.includes(key)) throw spot.at(key).wrong(unknownKey(key, what, known));
  }
  return spot.value;
}

export const unknownKey = (key: string, what: string, known: readonly string[]): string =>
  `unknown key "${key}" in ${what}${meant(key, known) || `; known are ${known.join(", ")}`}`;

/** What a value is, in the words of the one who wrote it. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return `the text ${JSON.stringify(oneLine(value, 40))}`;
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}
