import { describe, expect, test } from "vitest";
import { clock, dollars, oneLine, plural, visible } from "../../../src/cli/view/words.ts";

test.each([
  [0, "$0.00"],
  [400, "$0.0004"],
  [99_999, "$0.1000"],
  [100_000, "$0.10"],
  [1_940_000, "$1.94"],
  [12_345_678_900, "$12345.68"],
])("%i micro-dollars are %s", (micros, text) => {
  expect(dollars(micros)).toBe(text);
});

test.each([
  [-5, "0:00"],
  [499, "0:00"],
  [58_000, "0:58"],
  [59_999, "1:00"],
  [1_872_000, "31:12"],
  [7_500_000, "2:05:00"],
])("%i ms are %s", (ms, text) => {
  expect(clock(ms)).toBe(text);
});

test("one is no plural", () => {
  expect([plural(0, "file"), plural(1, "file"), plural(2, "file")]).toEqual(["0 files", "1 file", "2 files"]);
});

describe("words of models and files are shown, never obeyed", () => {
  test.each([
    ["\u001b[2Jgone", "\\u{1b}[2Jgone"],
    ["a\rb", "a\\u{d}b"],
    ["safe\u202Etxt.exe", "safe\\u{202e}txt.exe"],
    ["zero\u200Bwidth", "zero\\u{200b}width"],
    ["tab\tand\nline", "tab\tand\nline"],
  ])("%j", (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test("one line stays one line", () => {
    expect(oneLine("  first\n\n second\tthird\u0007 ", 80)).toBe("first second third\\u{7}");
  });
});
