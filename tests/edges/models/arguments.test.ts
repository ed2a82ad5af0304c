import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonical } from "../../../src/core/canonical.ts";
import { argumentsOf } from "../../../src/edges/models/arguments.ts";

const nested = (depth: number): string => `{"a":`.repeat(depth) + "1" + "}".repeat(depth);

test.each([
  ['{"a":1}', { args: { a: 1 } }],
  ["{}", { args: {} }],
  ["", { args: null, raw: "" }],
  ["null", { args: null, raw: "null" }],
  ["[]", { args: null, raw: "[]" }],
  ['"text"', { args: null, raw: '"text"' }],
  ['{"a":', { args: null, raw: '{"a":' }],
  ['{"n":1e999}', { args: null, raw: '{"n":1e999}' }],
  ['{"__proto__":{"x":1},"a":{"__proto__":1,"b":2}}', { args: { a: { b: 2 } } }],
  ['{"a":"\\ud800","b\\u0000":"\\u0000"}', { args: { a: "\ufffd", b: "" } }],
  ['{"a":"[[[{{{"}', { args: { a: "[[[{{{" } }],
  ["x".repeat(30_000), { args: null, raw: "x".repeat(20_000) }],
])("%s", (text, expected) => {
  expect(argumentsOf(text)).toEqual(expected);
});

test.each([
  [64, true],
  [65, false],
  [200_000, false],
])("nested %i deep can be used: %s", (depth, usable) => {
  expect(argumentsOf(nested(depth)).args !== null).toBe(usable);
});

test("whatever comes can be stored, and usable arguments are an object that reads back the same", () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      const found = argumentsOf(text);
      expect(canonical(found)).toBeTypeOf("string");
      if (found.args !== null) expect(argumentsOf(JSON.stringify(found.args))).toEqual(found);
    }),
    { numRuns: 500 },
  );
});
