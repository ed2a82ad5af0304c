import { describe, expect, test } from "vitest";
import { outputFit } from "../../../src/edges/prompts/output-fit.ts";

const promptOf = (output: string): string => `---\n${output}\n---\nClassify.\n`;

const pico = promptOf(`output:
  format: json
  schema:
    kind(enum, what it is about): [delivery, refund]
    sure?: number, from 0 to 1
    tags(array): string`);

const json = promptOf(`output:
  schema:
    type: object
    properties: { kind: { type: string, minLength: 3 } }
    required: [kind]`);

describe("an answer fits", () => {
  test.each([
    ["no front matter", "Classify.", "anything"],
    ["no output", promptOf("model: x"), ""],
    ["format text", promptOf("output: { format: text }"), "anything"],
    ["format json alone", promptOf("output: { format: json }"), "[1]"],
    ["Picoschema", pico, '{"kind": "refund", "tags": []}'],
    ["Picoschema, with what may be there", pico, '{"kind": "refund", "sure": 0.5, "tags": ["a"]}'],
    ["Picoschema, null for what may be left out", pico, '{"kind": "refund", "sure": null, "tags": ["a"]}'],
    ["fenced", pico, '\n```json\n{"kind": "refund", "tags": []}\n```\n'],
    ["JSON Schema", json, '{"kind": "abc", "more": 1}'],
    ["a list", promptOf("output: { schema: { type: array, items: { type: integer } } }"), "[1, 2]"],
    [
      "a field called type",
      promptOf("output: { schema: { type: string, title: string } }"),
      '{"type": "a", "title": "b"}',
    ],
  ])("%s", (_, source, text) => {
    expect(outputFit(source)(text, null)).toBeNull();
  });

  test("what a finishing call said counts, not the text", () => {
    expect(outputFit(pico)("", { kind: "delivery", tags: [] })).toBeNull();
    expect(outputFit(pico)('{"kind": "delivery", "tags": []}', { kind: "else" })).not.toBeNull();
  });
});

describe("an answer does not fit", () => {
  test.each([
    ["format json alone", promptOf("output: { format: json }"), "Sure: {}"],
    ["words around it", pico, 'Here it is: {"kind": "refund", "tags": []}'],
    ["another value", pico, '{"kind": "other", "tags": []}'],
    ["something left out", pico, '{"kind": "refund"}'],
    ["something that is not declared", pico, '{"kind": "refund", "tags": [], "x": 1}'],
    ["JSON Schema's own words", json, '{"kind": "ab"}'],
    ["a list", promptOf("output: { schema: { type: array, items: { type: integer } } }"), "[1.5]"],
  ])("%s", (_, source, text) => {
    expect(outputFit(source)(text, null)).toMatch(/\S/);
  });
});

test.each([
  ["output: text", /^mails:2: output is no mapping/],
  ["output:\n  schema:\n    kind: word", /^mails:4: unknown type "word"/],
  [
    "output:\n  schema: { type: object, properties: { a: { type: wrong } } }",
    /^mails:3: output\.schema is no JSON Schema/,
  ],
])("%j is a fault of the prompt", (output, words) => {
  expect(() => outputFit(promptOf(output), "mails")).toThrow(words);
});
