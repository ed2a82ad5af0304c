import { glob, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { firstFiles } from "../../../src/edges/project/first-files.ts";
import { splitFrontMatter } from "../../../src/edges/project/front-matter.ts";
import {
  goalJsonSchema,
  projectJsonSchema,
  rubricJsonSchema,
  schemaFiles,
} from "../../../src/edges/project/json-schema.ts";

const root = join(import.meta.dirname, "../../..");

/** As an editor does it: the schema as it lies in a file, and what YAML holds as JSON. */
function accepts(schema: object, yaml: string): boolean {
  const read = z.fromJSONSchema(JSON.parse(JSON.stringify(schema)) as never);
  return read.safeParse(JSON.parse(JSON.stringify(parse(yaml) ?? {}))).success;
}
const firstFile = (path: string): string => firstFiles.find(([name]) => name === path)?.[1] ?? "";
const frontMatter = (path: string, text: string): string => splitFrontMatter(path, text).yaml ?? "";

test("each schema is a plain object that allows no other keys", () => {
  for (const schema of [goalJsonSchema(), projectJsonSchema(), rubricJsonSchema()]) {
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  }
  expect(goalJsonSchema().required).toBeUndefined();
  expect(projectJsonSchema().required).toBeUndefined();
  expect(rubricJsonSchema().required).toEqual(["rubric", "threshold", "criteria"]);
  expect(Object.keys(goalJsonSchema().properties ?? {})).toEqual(
    expect.arrayContaining(["workspace", "checks", "model", "models", "budget", "sandbox", "attempts"]),
  );
});

test("a value that is one of a few is offered", () => {
  expect(projectJsonSchema().properties).toMatchObject({
    approvals: { properties: { ask_from: { enum: expect.arrayContaining(["read", "network"]) as unknown } } },
  });
});

describe("our own files pass", () => {
  test("the goals of the examples, and of the cases of our suites", async () => {
    const goals = await Array.fromAsync(glob("{examples,tasks}/**/goal.md", { cwd: root }));
    expect(goals.filter((path) => path.startsWith("examples")).length).toBeGreaterThan(5);
    expect(goals.filter((path) => path.startsWith("tasks")).length).toBe(18);
    for (const path of goals) {
      const yaml = frontMatter(path, await readFile(join(root, path), "utf8"));
      expect([path, accepts(goalJsonSchema(), yaml)]).toEqual([path, true]);
    }
  });

  test("the rubrics", async () => {
    for (const name of await readdir(join(root, "rubrics"))) {
      const yaml = await readFile(join(root, "rubrics", name), "utf8");
      expect([name, accepts(rubricJsonSchema(), yaml)]).toEqual([name, true]);
    }
  });

  test("what harness init writes, and each names its schema by a path that is there", () => {
    expect(accepts(goalJsonSchema(), frontMatter("goal.md", firstFile("goal.md")))).toBe(true);
    expect(accepts(projectJsonSchema(), firstFile("harness.yaml"))).toBe(true);
    expect(accepts(rubricJsonSchema(), firstFile("rubrics/overview.yaml"))).toBe(true);
    const written = schemaFiles().map(([path]) => path);
    for (const [path, schema] of [
      ["goal.md", "schemas/goal.json"],
      ["harness.yaml", "schemas/harness.json"],
      ["rubrics/overview.yaml", "schemas/rubric.json"],
    ] as const) {
      const named = /^# yaml-language-server: \$schema=(\S+)$/m.exec(firstFile(path))?.[1];
      expect(join(path, "..", named ?? "")).toBe(schema);
      expect(written).toContain(schema);
    }
  });
});

const rubric = "rubric: fine\nthreshold: 0.7\ncriteria:\n  - { id: a, ask: A?";
describe("faults are marked", () => {
  test.each<[string, () => object, string]>([
    ["a misspelt key of a goal", goalJsonSchema, "buget: { money: 1 }"],
    ["a budget that is a number", goalJsonSchema, "budget: 5"],
    ["a duration in words", goalJsonSchema, "budget: { wall: two hours }"],
    ["a sandbox that is none", goalJsonSchema, "sandbox: { kind: podman }"],
    ["a check id with a path", goalJsonSchema, "checks: [{ id: ../x, run: a }]"],
    ["a key of goals in harness.yaml", projectJsonSchema, "checks: []"],
    ["a risk that is none", projectJsonSchema, "approvals: { ask_from: networks }"],
    ["a price without output", projectJsonSchema, "prices: { a/b: { input: 1 } }"],
    ["a rubric without criteria", rubricJsonSchema, "rubric: fine\nthreshold: 1\ncriteria: []"],
    ["a threshold above 1", rubricJsonSchema, `${rubric} }`.replace("0.7", "70")],
    ["a level that is no score", rubricJsonSchema, `${rubric}, levels: { high: all } }`],
    ["a level above 1", rubricJsonSchema, `${rubric}, levels: { 1.5: all } }`],
    ["a misspelt key of a criterion", rubricJsonSchema, `${rubric}, wieght: 2 }`],
  ])("%s", (_, schema, yaml) => {
    expect(accepts(schema(), yaml)).toBe(false);
  });

  test("and what is near them passes", () => {
    expect(accepts(rubricJsonSchema(), `${rubric}, levels: { 0: bad, 0.5: so, 1: good }, weight: 2 }`)).toBe(
      true,
    );
    expect(accepts(goalJsonSchema(), "budget: { money: 1, wall: 2h }")).toBe(true);
  });
});
