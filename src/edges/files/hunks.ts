import { diffLines } from "./line-diff.ts";
import type { LineDiff } from "./line-diff.ts";

/** Lines shown before and after a change. */
const context = 3;

/** The hunks of a unified diff of two texts, one string each. */
export function* hunks(before: string, after: string): Iterable<string> {
  const [a, b] = [splitLines(before), splitLines(after)];
  for (const group of grouped(changes(diffLines(a, b)))) yield hunk(a, b, group);
}

/** Each line with its line feed, which the last may lack. */
function splitLines(text: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\n", at);
    const next = end === -1 ? text.length : end + 1;
    lines.push(text.slice(at, next));
    at = next;
  }
  return lines;
}

/** Lines a0 to a1 (not included) become lines b0 to b1. */
interface Change {
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

function* changes({ removed, added }: LineDiff): Iterable<Change> {
  let [a, b] = [0, 0];
  while (a < removed.length || b < added.length) {
    const [a0, b0] = [a, b];
    while (removed[a] === 1) a++;
    while (added[b] === 1) b++;
    if (a > a0 || b > b0) yield { a0, a1: a, b0, b1: b };
    else {
      a++;
      b++;
    }
  }
}

/** Changes whose context would touch stand in one hunk. */
function* grouped(all: Iterable<Change>): Iterable<readonly Change[]> {
  let group: Change[] = [];
  for (const change of all) {
    const last = group.at(-1);
    if (last !== undefined && change.a0 - last.a1 > 2 * context) {
      yield group;
      group = [];
    }
    group.push(change);
  }
  if (group.length > 0) yield group;
}

function hunk(a: readonly string[], b: readonly string[], group: readonly Change[]): string {
  const [first, last] = [group[0], group.at(-1)];
  if (first === undefined || last === undefined) return "";
  const lead = Math.min(context, first.a0);
  const tail = Math.min(context, a.length - last.a1);
  const [a0, a1] = [first.a0 - lead, last.a1 + tail];
  const [b0, b1] = [first.b0 - lead, last.b1 + tail];
  const parts = [hunkHeader(a0, a1 - a0, b0, b1 - b0)];
  let at = a0;
  for (const change of group) {
    parts.push(signed(" ", a.slice(at, change.a0)));
    parts.push(signed("-", a.slice(change.a0, change.a1)), signed("+", b.slice(change.b0, change.b1)));
    at = change.a1;
  }
  return parts.join("") + signed(" ", a.slice(at, a1));
}

/** `a` and `b` count from 0, as arrays do; the header counts from 1, and names the line before an empty range. */
export const hunkHeader = (a: number, removed: number, b: number, added: number): string =>
  `@@ -${range(a, removed)} +${range(b, added)} @@\n`;

function range(start: number, count: number): string {
  if (count === 0) return `${start},0`;
  return count === 1 ? `${start + 1}` : `${start + 1},${count}`;
}

const signed = (sign: string, lines: readonly string[]): string =>
  lines.map((line) => sign + (line.endsWith("\n") ? line : line + noNewline)).join("");

/** Ends a line that has no line feed of its own. */
export const noNewline = "\n\\ No newline at end of file\n";
