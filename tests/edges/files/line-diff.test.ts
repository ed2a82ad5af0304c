import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines } from "../../../src/edges/files/line-diff.ts";
import type { LineDiff } from "../../../src/edges/files/line-diff.ts";

const chars = (text: string): string[] => text.split("");
const few = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 60 });

describe("diffLines", () => {
  it.each([
    ["", "", 0],
    ["abc", "abc", 0],
    ["", "abc", 3],
    ["abc", "", 3],
    ["abcabba", "cbabac", 5],
    ["xaxbx", "ab", 3],
    ["abcdef", "fedcba", 10],
    ["aaaa", "aa", 2],
    ["ab", "ba", 2],
  ])("turns %j into %j by %i edits", (before, after, edits) => {
    expect(count(diffLines(chars(before), chars(after)))).toBe(edits);
  });

  it("pairs equal lines in order, and leaves out as few as a table of all prefixes does", () => {
    fc.assert(
      fc.property(few, few, (before, after) => {
        const diff = diffLines(before, after);
        expect(kept(before, diff.removed)).toEqual(kept(after, diff.added));
        expect(count(diff)).toBe(before.length + after.length - 2 * longestCommon(before, after));
      }),
      { numRuns: 500 },
    );
  });

  it("stays correct when its search is cut short", () => {
    const before = scattered(4000, 7);
    const after = scattered(4000, 11);
    const diff = diffLines(before, after);
    expect(kept(before, diff.removed)).toEqual(kept(after, diff.added));
    expect(kept(before, diff.removed).length).toBeGreaterThan(500);
  });

  it("stays correct when its effort is used up", () => {
    fc.assert(
      fc.property(few, few, fc.nat(60), (before, after, effort) => {
        const diff = diffLines(before, after, effort);
        expect(kept(before, diff.removed)).toEqual(kept(after, diff.added));
      }),
    );
    expect(count(diffLines(chars("abcd"), chars("dcba"), 0))).toBe(8);
  });
});

const count = ({ removed, added }: LineDiff): number =>
  [...removed, ...added].filter((one) => one === 1).length;
const kept = (lines: readonly string[], changed: Uint8Array): string[] =>
  lines.filter((_, at) => changed[at] === 0);

/** Few different lines in an order of no pattern. */
function scattered(length: number, seed: number): string[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return `${(state >> 16) % 20}`;
  });
}

/** The length of the longest common subsequence, by the textbook's table. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const one of a) {
    const next = [0];
    for (const [at, other] of b.entries()) {
      next.push(one === other ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
