import { isCollection, isMap, isPair, isScalar, isSeq, parseDocument } from "yaml";
import type { Node, Pair, YAMLMap, YAMLSeq } from "yaml";

/**
 * The text of a `harness.yaml` with one more rule, written as `line`, at the end of `approvals.rules`; all else as it is.
 * null: there is no place for it. Whether it reads as meant is for the caller to find out.
 */
export function insertRule(text: string, line: string): string | null {
  const { contents } = parseDocument(text, { logLevel: "error" });
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = ["approvals:", "  rules:", `    - ${line}`];
  const change =
    contents === null
      ? { at: text.length, text: block(text, text.length, 0, lines) }
      : isMap(contents)
        ? intoProject(text, contents, line, lines)
        : null;
  if (change === null) return null;
  return text.slice(0, change.at) + change.text.replaceAll("\n", eol) + text.slice(change.at);
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** `lines`: what is to be added below the node, when nothing of it is there. */
function intoProject(text: string, root: YAMLMap, line: string, lines: readonly string[]): Insertion | null {
  const found = pairOf(root, "approvals");
  if (found === null) return intoMap(text, root, `approvals: { rules: [ ${line} ] }`, lines);
  const rest = lines.slice(1).map((one) => one.slice(2));
  return isMap(found.value) ? intoApprovals(text, found.value, line, rest) : null;
}

function intoApprovals(text: string, map: YAMLMap, line: string, lines: readonly string[]): Insertion | null {
  const found = pairOf(map, "rules");
  if (found === null) return intoMap(text, map, `rules: [ ${line} ]`, lines);
  return isSeq(found.value) ? intoRules(text, found.value, line) : null;
}

const intoRules = (text: string, rules: YAMLSeq, line: string): Insertion | null =>
  rules.flow === true ? intoFlow(rules, line) : behind(text, rules, [`- ${line}`]);

const intoMap = (text: string, map: YAMLMap, flow: string, lines: readonly string[]): Insertion | null =>
  map.flow === true ? intoFlow(map, flow) : behind(text, map, lines);

/** Between brackets or braces, behind what is there. */
function intoFlow(node: YAMLMap | YAMLSeq, entry: string): Insertion | null {
  const last = endOf(node.items.at(-1));
  if (last !== null) return { at: last, text: `, ${entry}` };
  return node.range == null ? null : { at: node.range[1] - 1, text: ` ${entry} ` };
}

/** Lines of their own below all of a block, as far in as its first entry. */
function behind(text: string, node: YAMLMap | YAMLSeq, lines: readonly string[]): Insertion | null {
  const last = endOf(node.items.at(-1));
  if (last === null || node.range == null) return null;
  const at = lineEnd(text, last);
  return { at, text: block(text, at, columnOf(text, node.range[0]), lines) };
}

/** Whole lines, for a place at the beginning of a line, or at the end of a text whose last line has no end. */
const block = (text: string, at: number, column: number, lines: readonly string[]): string =>
  (at === 0 || text[at - 1] === "\n" || isOnlyMark(text.slice(0, at)) ? "" : "\n") +
  lines.map((line) => `${" ".repeat(column)}${line}\n`).join("");

const isOnlyMark = (text: string): boolean => text === "\uFEFF";

const lineEnd = (text: string, from: number): number => {
  if (text[from - 1] === "\n") return from;
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end + 1;
};

const columnOf = (text: string, at: number): number =>
  text.slice(text.lastIndexOf("\n", at - 1) + 1, at).replace("\uFEFF", "").length;

const pairOf = (map: YAMLMap, name: string): Pair | null =>
  map.items.find(({ key }) => isScalar(key) && key.value === name) ?? null;

/** Where an entry ends, comments behind it aside. */
function endOf(entry: unknown): number | null {
  if (!isPair(entry)) return innerEnd(entry as Node | undefined);
  return innerEnd(entry.value as Node | null) ?? innerEnd(entry.key as Node | null);
}

/** Of a block what its last entry ends with: its own range takes comments and blank lines along. */
function innerEnd(node: Node | null | undefined): number | null {
  if (node == null || node.range == null) return null;
  if (isCollection(node) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1));
  return node.range[1];
}
