import { expect, test } from "vitest";
import { z } from "zod";
import { parseSpec } from "../../../src/edges/project/parse-spec.ts";

const schema = z.strictObject({
  by: z.record(
    z.string(),
    z.union([
      z.strictObject({ command: z.string(), better: z.enum(["higher", "lower"]).optional() }),
      z.strictObject({ schema: z.union([z.string(), z.record(z.string(), z.json())]) }),
      z.strictObject({ rubric: z.string() }),
    ]),
  ),
});

function told(written: string): string {
  try {
    parseSpec(
      { path: "a.yaml", line: 1, text: `by:\n  one: ${written}\n` },
      { called: "it", schema, elsewhere: {} },
    );
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "";
}

test.each([
  ["{ run: x }", "by.one has run; give it exactly one of command, schema, rubric"],
  ["{}", "by.one has no keys; give it exactly one of command, schema, rubric"],
  ["{ command: x, rubric: y }", "by.one has command, rubric; give it exactly one of rubric, command, schema"],
  ["{ command: x, better: high }", 'by.one.better is "high"; give one of higher, lower, perhaps higher'],
  ["{ command: x, beter: lower }", 'unknown key "beter" in by.one; did you mean "better"?'],
  ["{ schema: 3 }", "by.one.schema is 3; give text or a mapping of keys to values"],
  ["{ schema: x, better: lower }", "by.one.better does not go with what stands beside it"],
  ["x", 'by.one is "x"; give a mapping of keys to values'],
])("of a mapping that has several forms the one that was meant is told about: %s", (written, words) => {
  expect(told(written)).toBe(`a.yaml:2: ${words}`);
});

test.each(["{ command: x }", "{ schema: { a: 1 } }", "{ rubric: x }"])(
  "each form is taken: %s",
  (written) => {
    expect(told(written)).toBe("");
  },
);
