import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonical } from "../../../src/core/canonical.ts";
import { readJsonLine } from "../../../src/core/registry/json-line.ts";
import { reversed, withoutLarge } from "./variants.ts";

const read = (text: string): string => {
  const found = readJsonLine(text);
  return typeof found === "string" ? `! ${found}` : found.canonical;
};

/** JSON with white space wherever JSON lets it be, and every character of a string escaped. */
const spacious = (value: unknown): string =>
  JSON.stringify(value, null, 2).replaceAll("\n", "\t ").replaceAll(/é/g, "\\u00e9");

test("a value has one spelling: order of keys, white space and escapes change nothing; any other value another", () => {
  const json = fc.jsonValue({ maxDepth: 3 }).map(withoutLarge);
  fc.assert(
    fc.property(json, json, (value, other) => {
      expect(read(JSON.stringify(value))).toBe(canonical(value));
      expect(read(`${spacious(reversed(value))}\r`)).toBe(canonical(value));
      expect(read(JSON.stringify(other)) === read(JSON.stringify(value))).toBe(
        canonical(other) === canonical(value),
      );
    }),
    { numRuns: 300 },
  );
});

test("numbers beyond 2^53, too, are the same however JSON.stringify is applied to them", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      const text = JSON.stringify(number);
      expect(read(number.toExponential())).toBe(read(text));
      expect(read(JSON.stringify(JSON.parse(text)))).toBe(read(text));
    }),
    { numRuns: 300 },
  );
});

test("an integer that no double holds stays what it is; numbers that are the same double are the same", () => {
  expect(read("9007199254740993")).not.toBe(read("9007199254740992"));
  expect(read('{"id":-12345678901234567890}')).not.toBe(read('{"id":-12345678901234567891}'));
  expect(read('{"a":12345678901234567890,"b":[98765432109876543210]}')).toBe(
    '{"a":"\\u000112345678901234567890","b":["\\u000198765432109876543210"]}',
  );
  expect(read("1e400")).toBe('"\\u00011e400"');
  expect(read("[1.0, 10e-1, 1]")).toBe("[1,1,1]");
  expect(read("0.10000000000000001")).toBe("0.1");
  expect(read("9007199254740991")).toBe("9007199254740991");
});

test.each([
  ["", "no JSON"],
  ["{", "no JSON"],
  ['{"a":1} {"b":2}', "no JSON"],
  ["NaN", "no JSON"],
  ['{"a":1,"a":2}', "given twice"],
  ['[{"x":{"a":1,"\\u0061":2}}]', "given twice"],
  ["[".repeat(501) + "]".repeat(501), "nested deeper"],
])("refused: %s", (text, why) => {
  expect(read(text)).toMatch(/^! /);
  expect(read(text)).toContain(why);
});

test("quotes, colons, braces and digits inside strings are text", () => {
  const value = { 'a":"b': '\\"{[:12345678901234567890,"', "\\": "\\\\" };
  expect(read(JSON.stringify(value))).toBe(canonical(value));
  expect(read("[".repeat(500) + "]".repeat(500))).toBe("[".repeat(500) + "]".repeat(500));
  expect(read('{"__proto__":{"a":1}}')).toBe('{"__proto__":{"a":1}}');
});
