import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cells, fit, pad, padLeft, wrap } from "../../../src/cli/view/cells.ts";
import { visible } from "../../../src/cli/view/visible.ts";

describe("cells", () => {
  test.each([
    ["", 0],
    ["plain", 5],
    ["✓ ● · …", 7],
    ["größer", 6],
    ["e\u0301", 1],
    ["日本語", 6],
    ["한국", 4],
    ["🙂", 2],
    ["👩🏽", 2],
    ["a日b", 4],
  ])("of %j are %i", (text, expected) => {
    expect(cells(text)).toBe(expected);
  });
});

describe("fit", () => {
  test.each([
    ["short", 5, "short"],
    ["longer", 5, "long…"],
    ["two  gaps  kept", 12, "two  gaps…"],
    ["日本語", 5, "日本…"],
    ["日本語", 4, "日…"],
    ["🙂🙂", 3, "🙂…"],
    ["anything", 1, "…"],
  ])("%j in %i cells is %j", (text, width, expected) => {
    expect(fit(text, width)).toBe(expected);
  });

  test("pads to the left or right, in cells", () => {
    expect([pad("日", 4), padLeft("日", 4), pad("abcdef", 3), padLeft("7", 3)]).toEqual([
      "日  ",
      "  日",
      "ab…",
      "  7",
    ]);
  });

  test("never takes more cells than it may, and never splits a character", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (raw, width) => {
          const text = visible(raw);
          const short = fit(text, width);
          expect(cells(short)).toBeLessThanOrEqual(width);
          expect(short.isWellFormed()).toBe(true);
          expect(cells(pad(text, width))).toBe(width);
          if (cells(text) <= width) expect(short).toBe(text);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("wrap", () => {
  test.each([
    ["one · two · three", 9, ["one · two", "three"]],
    ["pass a   pass b   on the tree", 16, ["pass a   pass b", "on the tree"]],
    ["a sentence without any wider gap", 12, ["a sentence", "without any", "wider gap"]],
    ["unbreakable", 5, ["unbr…"]],
    ["", 5, [""]],
  ])("%j at %i", (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });

  test("loses no word that fits and breaks no line's width", () => {
    const word = fc.stringMatching(/^[a-z]{1,9}$/);
    const gap = fc.constantFrom(" ", " · ", "   ");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, gap), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 9, max: 40 }),
        (parts, width) => {
          const text = parts
            .map(([one, between]) => one + between)
            .join("")
            .trim();
          const lines = wrap(text, width);
          for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(width);
          const wordsOf = (some: string): string[] => some.split(/[ ·]+/).filter((one) => one !== "");
          expect(wordsOf(lines.join(" "))).toEqual(wordsOf(text));
        },
      ),
      { numRuns: 300 },
    );
  });
});
