import { expect, test } from "vitest";
import { goalJsonSchema, projectJsonSchema } from "../../../src/edges/project/json-schema.ts";

test("goal front matter and harness.yaml as JSON Schema", () => {
  const goal = goalJsonSchema();
  expect(goal).toMatchObject({ type: "object", additionalProperties: false });
  expect(Object.keys(goal.properties ?? {})).toEqual([
    "workspace",
    "checks",
    "model",
    "models",
    "budget",
    "sandbox",
    "network",
    "concurrency",
    "attempts",
  ]);
  expect(goal.required).toBeUndefined();
  expect(projectJsonSchema().properties).toMatchObject({
    approvals: {
      properties: {
        ask_from: { enum: ["read", "write", "network", "destructive", "external", "privilege"] },
      },
    },
  });
  expect(JSON.parse(JSON.stringify(projectJsonSchema()))).toEqual(projectJsonSchema());
});
