import { expect, test } from "vitest";
import { parseRef } from "../../../src/core/registry/artifact.ts";

const prompt = { kind: "prompt", name: "worker" } as const;

test.each([
  ["worker", { ...prompt, which: { type: "unsaid" } }],
  ["worker@5", { ...prompt, which: { type: "version", version: 5 } }],
  ["prompt:worker@5", { ...prompt, which: { type: "version", version: 5 } }],
  ["worker@production", { ...prompt, which: { type: "stage", stage: "production" } }],
  ["worker@staging", { ...prompt, which: { type: "stage", stage: "staging" } }],
  ["worker=file", { ...prompt, which: { type: "file" } }],
  ["model:mine@1", { kind: "model", name: "mine", which: { type: "version", version: 1 } }],
])("%s", (text, ref) => {
  expect(parseRef(text, "prompt")).toEqual(ref);
});

test.each([
  "",
  "@5",
  "worker@",
  "worker@0",
  "worker@05",
  "worker@1e3",
  "worker@-1",
  "worker@1234567",
  "worker@archived",
  "worker=",
  "worker=x",
  "worker@5=file",
  "worker@5@6",
  "Worker",
  "../worker",
  "prompts:worker",
  "a:b:c",
  "worker@5\n",
  "worker\n",
  "__proto__:worker",
])("refused: %j", (text) => {
  expect(parseRef(text, "prompt")).toBeTypeOf("string");
});

test("where no kind is known it must be said", () => {
  expect(parseRef("worker@5", null)).toContain("like prompt:worker@5");
  expect(parseRef("prompt:worker@5", null)).toMatchObject(prompt);
});
