import { expect, test } from "vitest";
import { encodeJson } from "../../../src/core/canonical.ts";
import type { Entry } from "../../../src/core/event.ts";
import type { TraceItem } from "../../../src/core/trace/item.ts";
import { promptVersions, versioned } from "../../../src/edges/traces/prompt-versions.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { head, span } from "./items.ts";

const generation = {
  model: "m",
  servedModel: null,
  parameters: {},
  usage: null,
  micros: null,
  firstToken: null,
} as const;
const prompted = (name: string): TraceItem =>
  span(name, {
    kind: "generation",
    generation: { ...generation, prompt: { name, version: null, digest: "d" } },
  });

const promptIn = (item: TraceItem): unknown => (item.type === "span" ? item.generation?.prompt : null);

test("a generation is linked to the version that its run was configured with, one of a file to none", async () => {
  const blobs = memoryBlobs();
  const config = encodeJson({ prompts: { worker: "worker@5", planner: "odd" } });
  const [digest] = await blobs.put([config]);
  const created = { type: "run-created", body: { config: digest } } as unknown as Entry;
  const versions = await promptVersions(blobs, created);
  expect(promptIn(versioned(prompted("worker"), versions))).toEqual({
    name: "worker",
    version: 5,
    digest: "d",
  });
  for (const name of ["planner", "evaluator"])
    expect(promptIn(versioned(prompted(name), versions))).toEqual({ name, version: null, digest: "d" });
  for (const item of [span("tool"), head()]) expect(versioned(item, versions)).toBe(item);
});

test("a configuration that is gone names none", async () => {
  const created = { type: "run-created", body: { config: "0".repeat(64) } } as unknown as Entry;
  expect((await promptVersions(memoryBlobs(), created)).size).toBe(0);
});
