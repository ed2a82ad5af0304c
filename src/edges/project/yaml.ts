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
  const deep = tooDeep(text);
  if (deep !== null) throw new BadInput(path, line + deep, "nested too deeply; write it flatter");
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

/**
 * Lines before the bracket that opens far more levels than anybody writes; null: there is none. Thousands of them keep the
 * parser busy for seconds. Quotes and comments are not looked at: nobody has that many in those either.
 */
function tooDeep(text: string): number | null {
  let [open, lines] = [0, 0];
  for (const character of text) {
    if (character === "\n") lines++;
    else if (character === "[" || character === "{") open++;
    else if (character === "]" || character === "}") open--;
    if (open > 10 * deepest) return lines;
  }
  return null;
}

interface Problem {
  readonly at: number;
  readonly what: string;
}

const syntaxProblems = (doc: Document.Parsed, text: string): Problem[] =>
  doc.errors.map((error) => ({
    at: openQuote(doc, error) ?? openBracket(doc, error) ?? error.pos[0],
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

/** As a quote: what follows is read on as part of it. */
function openBracket(doc: Document.Parsed, error: YAMLError): number | null {
  if (!isOpenBracket(error)) return null;
  let at: number | null = null;
  visit(doc, {
    Collection: (_key, { flow, range }) => {
      if (flow === true && range !== undefined && range !== null && range[0] < error.pos[0]) at = range[0];
    },
  });
  return at;
}

const isOpenBracket = ({ code, message }: YAMLError): boolean =>
  code === "BAD_INDENT" && message.startsWith("Flow ");

/** What the parser says of a slip of indentation and of brackets, in words for who made it. */
const slips: readonly (readonly [said: string, told: string])[] = [
  [
    "All mapping items must start",
    "this line begins in another column than those it belongs to; mend its indentation",
  ],
  [
    "A block sequence may not be used",
    "this entry begins in another column than those it belongs to; mend its indentation",
  ],
  [
    "Implicit keys need to be on a single line",
    "this line fits neither the list nor the keys around it; mend its indentation",
  ],
  ["Block collections are not allowed", "a comma is missing between brackets or braces; put it in"],
  [
    "Unexpected scalar at node end",
    "something follows the end of a value; put the whole value in quotes, other quotes inside it doubled",
  ],
  ["Unexpected flow-", "there is a bracket or brace too many; take it out"],
  ["Missing directives-end", "a line that begins with % is no setting; take it out"],
  ["Missing closing 'quote", "this quote ' is not closed; close it"],
  ['Missing closing "quote', 'this quote " is not closed; close it'],
];

function syntaxProblem(error: YAMLError, text: string): string {
  const { code, message, pos } = error;
  if (isOpenBracket(error)) return "this bracket or brace is not closed; close it";
  const slip = slips.find(([said]) => message.startsWith(said));
  if (slip !== undefined) return slip[1];
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
      return hasTwoColons(text, pos[0])
        ? 'there are two ": " in this line; put text that contains ": " in quotes'
        : "the next line is set in further than this one, which has its value already; mend the indentation";
    case "BAD_SCALAR_START":
      return `no text may begin with ${text[pos[0]] ?? "this"}; put it in quotes`;
    case "BAD_DQ_ESCAPE":
      return `${text.slice(pos[0], pos[0] + 2)} means nothing between double quotes; use single quotes`;
    default:
      return `broken YAML: ${message.split("\n")[0]}; mend it`;
  }
}

const hasTwoColons = (text: string, offset: number): boolean =>
  /:\s[^\n]*?:\s/.test(text.slice(text.lastIndexOf("\n", offset - 1) + 1));

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
    Value: (key, node, ancestors) => {
      const what =
        ancestors.length > 2 * deepest
          ? "nested too deeply; write it flatter"
          : (marked(node) ?? (key === "key" ? null : octal(node)));
      if (what !== null) found.push({ at: startOf(node), what });
    },
  });
  return found;
}

/** 8 for YAML 1.1, 10 for YAML 1.2, and for people either. */
function octal(node: unknown): string | null {
  if (!isScalar(node) || typeof node.value !== "number" || !/^[-+]?0\d/.test(node.source ?? "")) return null;
  return `${node.source} begins with a zero, which not every program reads alike; write it without, or in quotes`;
}

function badKey({ key }: Pair): string | null {
  if (isScalar(key) && key.value === "<<")
    return 'this is a YAML merge key ("<<"), which is not used here; write the keys themselves';
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
