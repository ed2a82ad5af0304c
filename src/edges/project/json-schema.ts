import { z } from "zod";
import { goalSpec, projectSpec } from "../../core/goal.ts";

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
