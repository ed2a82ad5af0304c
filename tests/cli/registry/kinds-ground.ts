import { cp, rm } from "node:fs/promises";
import { afterAll } from "vitest";
import { fill, folder } from "../ground.ts";
import type { Files } from "../ground.ts";
import { does } from "./ground.ts";

export const rubric = (ask: string, name = "helpful"): string =>
  `rubric: ${name}\nthreshold: 0.7\ncriteria: [{ id: answers, ask: ${JSON.stringify(ask)} }]\n`;

export const rows = (...values: readonly object[]): string =>
  values.map((one) => `${JSON.stringify(one)}\n`).join("");

export const train = rows(
  { id: "a", text: "one", cluster: "d1" },
  { id: "b", text: "two", cluster: "d2" },
  { id: "c", text: "three", cluster: "d1" },
);

/** What a version of each kind is made of. */
export const things: Files = {
  "harness.yaml": "",
  "rubrics/helpful.yaml": rubric("Does it?"),
  "data/train.jsonl": train,
  "tasks/core/suite.yaml": "suite: core # a comment\nkind: prompt\n",
  "tasks/core/cases.jsonl": rows({ id: "c1", vars: { a: 1 } }),
  "tasks/core/about.md": "Cases\nof July\n",
  "params.json": '{ "n_epochs": 3 }',
};

/** The names in `allKinds`, as `promote` knows them. */
export const names = ["model:my-ft", "dataset:train", "rubric:helpful", "suite:core"] as const;

/** A project with one version of each kind, made once for all tests of a file. */
export async function allKinds(more: Files = {}): Promise<string> {
  const dir = await folder();
  await cp(await (first ??= made()), dir, { recursive: true });
  await fill(dir, more);
  return dir;
}

let first: Promise<string> | null = null;

async function made(): Promise<string> {
  const dir = await folder(things, false);
  await does(dir, "datasets", "add", "data/train.jsonl", "-m", "first");
  await does(dir, "rubrics", "commit", "helpful", "-m", "first");
  await does(dir, "suites", "commit", "core", "-m", "first");
  await registers(dir, "ft:m:1");
  return dir;
}

afterAll(async () => {
  if (first !== null) await rm(await first, { recursive: true, force: true });
});

/** Makes a version of the model; one whose id is the name of a file is a script. */
export async function registers(dir: string, id: string, ...more: readonly string[]): Promise<unknown> {
  const named = ["--provider", id.endsWith(".yaml") ? "scripted" : "openai", "--id", id];
  const from = ["--training-dataset", "train@1", "--params", "params.json", "-m", `made ${id}`];
  return does(dir, "models", "register", "my-ft", ...named, ...from, ...more);
}

export const puts = async (dir: string, version: string, to: "staging" | "production"): Promise<string> =>
  (await does(dir, "promote", version, "--to", to, "--why", "try", "--unproven")).err;
