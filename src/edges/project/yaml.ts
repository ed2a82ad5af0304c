import { isPair, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { Document, Node, Pair, YAMLError } from "yaml";
import { BadInput } from "./bad-input.ts";

/** YAML inside a file: `line` is where `text` begins. */
export interface YamlSource {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

export interface ParsedYaml {
  /** null when there is nothing but comments. */
  readonly value: unknown;
  /** The line of the file where the value at `path` is named; of the nearest one around it when it is not there. */
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}

/** Settings are short. The parser's time grows with the square of the number of keys. */
const limit = 64 * 1024;
const deepest = 40;

/**
 * Parses one YAML 1.2 document of plain values. Whatever YAML would quietly read as something else than it looks
 * (tags: `run: ! grep x` loses its `!`; anchors, aliases: `*.log`) is refused. @throws BadInput
 */
export function parseYaml({ path, line, text }: YamlSource): ParsedYaml {
  if (text.length > limit) {
    throw new BadInput(path, line, "the settings are longer than 64 KiB; write shorter ones");
  }
  const counter = new LineCounter();
  const doc = parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: "error" });
  const lineAt = (offset: number): number => line - 1 + counter.linePos(Math.min(offset, text.length)).line;
  const [problem] = [...syntaxProblems(doc, text), ...disguised(doc)].toSorted((a, b) => a.at - b.at);
  if (problem !== undefined) throw new BadInput(path, lineAt(problem.at), problem.what);
  return {
    value: doc.toJS({ maxAliasCount: 0 }) as unknown,
    lineOf: (keys) => lineAt(offsetOf(doc, keys)),
  };
}

interface Problem {
  readonly at: number;
  readonly what: string;
}

const syntaxProblems = (doc: Document.Parsed, text: string): Problem[] =>
  doc.errors.map((error) => ({
    at: openQuote(doc, error) ?? error.pos[0],
    what: syntaxProblem(error, text),
  }));

/** A quote that is never closed is found at the end of the file; the line to mend is where it opens. */
function openQuote(doc: Document.Parsed, error: YAMLError): number | null {
  if (error.code !== "MISSING_CHAR" || !error.message.includes("quote")) return null;
  let at: number | null = null;
  visit(doc, {
    Scalar: (_key, { type, range }) => {
      if (type?.startsWith("QUOTE") === true && range !== undefined && range !== null) at = range[0];
    },
  });
  return at;
}

function syntaxProblem({ code, message, pos }: YAMLError, text: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return `key ${keyAt(text, pos[0])} is given twice; keep one`;
    case "MULTIPLE_DOCS":
      return "a second YAML document begins here; take the line of --- out";
    case "TAB_AS_INDENT":
      return "a tab indents this line; use spaces";
    case "RESOURCE_EXHAUSTION":
      return "nested too deeply; write it flatter";
    case "BLOCK_AS_IMPLICIT_KEY":
      return `broken YAML: ${message}; put text that contains ": " in quotes`;
    case "BAD_SCALAR_START":
      return `broken YAML: ${message}; put the text in quotes`;
    default:
      return `broken YAML: ${message.split("\n")[0]}; mend it`;
  }
}

const keyAt = (text: string, offset: number): string => {
  const [key = ""] = /^[^:\n,}]*/.exec(text.slice(offset, offset + 60)) ?? [];
  return JSON.stringify(key.trim().replaceAll(/^["']|["']$/g, ""));
};

function disguised(doc: Document.Parsed): Problem[] {
  const found: Problem[] = [];
  visit(doc, {
    Pair: (_key, pair) => {
      const what = badKey(pair);
      if (what !== null) found.push({ at: startOf(pair.key as Node | null), what });
    },
    Alias: (_key, node) => {
      const what = `"*${node.source}" is a YAML alias; put text that begins with * in quotes`;
      found.push({ at: startOf(node), what });
    },
    Value: (_key, node, ancestors) => {
      const what = ancestors.length > 2 * deepest ? "nested too deeply; write it flatter" : marked(node);
      if (what !== null) found.push({ at: startOf(node), what });
    },
  });
  return found;
}

function badKey({ key }: Pair): string | null {
  if (!isScalar(key) || key.value === null || key.value === undefined)
    return "this key is no plain text; write key: value";
  return key.value === "__proto__" ? 'the key "__proto__" is never used; take it out' : null;
}

function marked(node: {
  readonly tag?: string | undefined;
  readonly anchor?: string | undefined;
}): string | null {
  if (node.anchor !== undefined) {
    return `"&${node.anchor}" is a YAML anchor; put text that begins with & in quotes`;
  }
  if (node.tag === undefined) return null;
  const tag = node.tag.replace("tag:yaml.org,2002:", "!!");
  return `"${tag}" is a YAML tag and would be dropped; put text that begins with ! in quotes`;
}

const startOf = (node: Node | null): number => node?.range?.[0] ?? 0;

/** Where the value at `path` is named (its key, or the entry of a list), as far as the path leads. */
function offsetOf(doc: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: unknown = doc.contents;
  let at = startOf(doc.contents);
  for (const segment of path) {
    const items: readonly unknown[] = (node as { items?: readonly unknown[] } | null)?.items ?? [];
    const pair = items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(segment),
    );
    const item = isPair(pair) ? pair.key : typeof segment === "number" ? items[segment] : undefined;
    if (item === undefined) return at;
    at = startOf(item as Node);
    node = isPair(pair) ? pair.value : item;
  }
  return at;
}
