import { z } from "zod";
import { goalSpec, projectSpec, rubricSpec } from "../../core/goal.ts";
import { score } from "./rubric-file.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** JSON Schema (2020-12) of a goal file's front matter, for editors. */
export const goalJsonSchema = (): JsonSchema => ({
  title: "Front matter of a goal file of harness",
  ...z.toJSONSchema(goalSpec, { io: "input" }),
});

/** JSON Schema (2020-12) of `harness.yaml`, for editors. */
export const projectJsonSchema = (): JsonSchema => ({
  title: "harness.yaml",
  ...z.toJSONSchema(projectSpec, { io: "input" }),
});

/** JSON Schema (2020-12) of `rubrics/NAME.yaml`, for editors. */
export const rubricJsonSchema = (): JsonSchema => ({
  title: "A rubric of harness",
  ...z.toJSONSchema(rubricSpec, {
    io: "input",
    // What zod cannot say of a mapping's keys, and `readRubric` asks for.
    override: ({ path, jsonSchema }) => {
      if (path.at(-1) === "levels") jsonSchema.propertyNames = { pattern: score.source };
    },
  }),
});

/** Says whose a schema file is: one that says so is renewed, any other is a person's own. */
export const madeByInit = "Made by harness init, which renews it after an update of harness.";

/** The schemas as files of a project: path relative to it, and text. The first lines of our own files name them. */
export const schemaFiles = (): readonly (readonly [path: string, text: string])[] =>
  (
    [
      ["schemas/goal.json", goalJsonSchema()],
      ["schemas/harness.json", projectJsonSchema()],
      ["schemas/rubric.json", rubricJsonSchema()],
    ] as const
  ).map(([path, schema]) => [path, `${JSON.stringify({ $comment: madeByInit, ...schema }, null, 2)}\n`]);
