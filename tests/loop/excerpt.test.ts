import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { excerpt, grouped, longestExcerpt, troubleLines, wholeUpTo } from "../../src/loop/excerpt.ts";
import { character } from "./characters.ts";

const file = ".harness/output/turn-1-1.txt";
const word = fc.constantFrom(
  "ok",
  "PASS a.test.ts",
  "FAIL b.test.ts",
  "error: no",
  "warning: old",
  "x".repeat(700),
  "🎉".repeat(200),
  "",
);
const output = fc.array(word, { minLength: 1, maxLength: 150 }).map((lines) => lines.join("\n"));

describe("an excerpt of long output", () => {
  test("is the output itself where that is short", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: wholeUpTo }), (text) => {
        expect(excerpt(text, file)).toBe(text);
      }),
    );
  });

  test("is never longer than it may be, begins and ends as the output, and halves no character", () => {
    fc.assert(
      fc.property(output, fc.string({ unit: character, maxLength: 50 }), (text, end) => {
        const long = text.padEnd(wholeUpTo + 1, "y\n") + end;
        const said = excerpt(long, file);
        expect(said.length).toBeLessThanOrEqual(longestExcerpt);
        expect(long.startsWith(said.slice(0, said.indexOf("\n\n[…")).trimEnd())).toBe(true);
        expect(
          long.endsWith(said.slice(said.lastIndexOf("\n\n") + 2)) || end !== "" || text.includes("\n\n"),
        ).toBe(true);
        expect(said).toContain(file);
        if (long.isWellFormed()) expect(said.isWellFormed()).toBe(true);
      }),
    );
  });

  test("is no longer where every line is long and looks like trouble", () => {
    const said = excerpt(`error: ${"very ".repeat(100)}long\n`.repeat(100), file);
    expect(said.length).toBeLessThanOrEqual(longestExcerpt);
    expect(said.match(/^ {2}\d+: error/gm)?.length).toBe(20);
  });

  test("numbers the lines as the file has them", () => {
    fc.assert(
      fc.property(output, (text) => {
        const long = `${text}\n${"fine\n".repeat(wholeUpTo / 5)}`;
        const lines = long.split("\n");
        for (const [, number = "", said = ""] of excerpt(long, file).matchAll(/^ {2}(\d+): (.*)$/gm))
          expect(lines[Number(number) - 1]?.startsWith(said.replace(/…$/, ""))).toBe(true);
      }),
    );
  });

  test("shows the failure in the middle of a long run of tests", () => {
    const lines = Array.from({ length: 2000 }, (_, n) => `PASS case ${n + 1}`);
    lines[1200] = "FAIL case 1201: expected 3, found 4";
    const said = excerpt(`${lines.join("\n")}\n`, file);
    expect(said).toContain("  1201: FAIL case 1201: expected 3, found 4");
    expect(said).toContain(`all 2,000 lines are in ${file}`);
    expect(said.endsWith("PASS case 2000\n")).toBe(true);
  });
});

describe("lines that look like trouble", () => {
  test.each([
    "FAIL tests/a.test.ts",
    "not ok 3 - adds up",
    "Traceback (most recent call last):",
    "ValueError: bad",
    "java.io.IOException: gone",
    "src/a.ts(3,1): error TS2322: no",
    "thread 'main' panicked at src/main.rs",
    "warning: unused variable",
    "2 errors",
    "ERROR in ./src",
    "  ✗ months-agree",
    "npm ERR! code 1",
  ])("%s", (line) => {
    expect(troubleLines(`fine\n${line}\nfine`)).toEqual([{ line: 2, text: line }]);
  });

  test.each(["0 errors", "no warnings", "12 passed, 0 failed", "ok 3 - errorless", "mirrors", "non-failing"])(
    "not %s",
    (line) => {
      expect(troubleLines(line)).toEqual([]);
    },
  );

  test("are at most as many as wanted, in order, lines of the text, errors before warnings", () => {
    fc.assert(
      fc.property(output, fc.integer({ min: 1, max: 30 }), (text, most) => {
        const found = troubleLines(text, most);
        const lines = text.split("\n");
        expect(found.length).toBeLessThanOrEqual(most);
        expect(found.map(({ line }) => line)).toEqual(
          found.map(({ line }) => line).toSorted((a, b) => a - b),
        );
        for (const { line, text: said } of found)
          expect(lines[line - 1]?.startsWith(said.replace(/…$/, ""))).toBe(true);
        const bad = lines.filter((line) => /^(FAIL|error)/.test(line)).length;
        expect(found.filter(({ text: said }) => /^(FAIL|error)/.test(said)).length).toBe(Math.min(bad, most));
      }),
    );
  });

  test("of too many are the first and the last", () => {
    const text = Array.from({ length: 100 }, (_, n) => `error ${n + 1}`).join("\n");
    expect(troubleLines(text, 4).map(({ line }) => line)).toEqual([1, 2, 99, 100]);
  });

  test("are found in a hostile line in no time", () => {
    expect(troubleLines(`${"a.".repeat(1_000_000)}\n${"no ".repeat(1_000_000)}`)).toEqual([]);
  });
});

test("numbers in groups", () => {
  expect([0, 999, 1000, 1234567].map(grouped)).toEqual(["0", "999", "1,000", "1,234,567"]);
});
