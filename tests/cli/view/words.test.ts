import { describe, expect, test } from "vitest";
import { clock, dollars, gist, inOneLine, oneLine, plural } from "../../../src/cli/view/words.ts";

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

describe("what people typed is told as they could type it again", () => {
  test.each([
    ["\u001b[2Jgone", "\\u{1b}[2Jgone"],
    ["a\rb", "a\\u{d}b"],
    ["safe\u202Etxt.exe", "safe\\u{202e}txt.exe"],
    ["zero\u200Bwidth", "zero\\u{200b}width"],
    ["tab\tand\nline", "tab\\u{9}and\\u{a}line"],
  ])("%j", (text, shown) => {
    expect(inOneLine(text)).toBe(shown);
  });

  test("one line stays one line", () => {
    expect(oneLine("  first\n\n second\tthird\u0007 ", 80)).toBe("first second third␇");
  });
});

test.each([
  ["the model does not answer\nplan/1: auth", "the model does not answer: plan/1: auth"],
  ["exit 1\nno hello\n", "exit 1: no hello"],
  [
    "its attempts are used up\nThe last attempt was sent back. What did not hold:\n\nfail says-hello: `grep hello x` exits with 0\nexit 1\nno hello",
    "its attempts are used up: fail says-hello: exit 1: no hello",
  ],
  [
    "its attempts are used up\nThe last attempt was sent back. What did not hold:\n\nfail two: this exits with 0:\n```\na\nb\n```\nexit 2\nbad\n\nfail doc: the file doc.md exists\nit does not exist",
    "its attempts are used up: fail two: exit 2: bad fail doc: the file doc.md exists it does not exist",
  ],
])("the gist of %j", (text, line) => {
  expect(gist(text, 200)).toBe(line);
});
