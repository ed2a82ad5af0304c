import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RubricSpec, RunConfig } from "../../../src/core/goal.ts";
import type { RunState } from "../../../src/core/run.ts";
import { openStorage } from "../../../src/edges/sqlite/storage.ts";
import { readRun } from "../../../src/loop/own.ts";
import { readJson } from "../../../src/loop/texts.ts";
import { folder, harness } from "../ground.ts";
import { greeting } from "../stories.ts";
import { does, refused } from "./ground.ts";
import { puts, rubric } from "./kinds-ground.ts";

interface Pinned {
  readonly run: RunState;
  readonly config: RunConfig;
  /** What the run is judged by where a check names it. */
  readonly asks: string;
}

/** What the newest run pinned. */
async function pinned(dir: string): Promise<Pinned> {
  const storage = await openStorage(join(dir, ".harness"));
  try {
    const [row] = (await storage.journal.runs()).toSorted((a, b) => b.createdAt - a.createdAt);
    const run = await readRun(storage, row?.id ?? "");
    const config = await readJson<RunConfig>(storage.blobs, run.config);
    const spec = await readJson<RubricSpec>(storage.blobs, run.pins.rubrics["helpful"] ?? "");
    return { run, config, asks: spec.criteria[0]?.ask ?? "" };
  } finally {
    await storage.close();
  }
}

const runs = async (dir: string, ...more: readonly string[]): Promise<string> =>
  (await does(dir, "run", "goal.md", ...more)).err;

/** A project whose model is a script, registered twice. */
async function withModel(model: string): Promise<string> {
  const dir = await folder({
    "harness.yaml": "",
    ...greeting({}, { model }),
    "params.json": '{ "temperature": 0.5, "max_tokens": 4096 }',
  });
  const register = ["models", "register", "my-ft", "--provider", "scripted", "--id", "script.yaml"] as const;
  await does(dir, ...register, "-m", "first");
  await does(dir, ...register, "--params", "params.json", "-m", "second");
  return dir;
}

test("a model of the project's own: the version in production, or the one that is named", async () => {
  const dir = await withModel("my-ft");
  expect(await refused(dir, "run", "goal.md")).toMatch(
    /^goal\.md:2: no version of the model my-ft is in production; say which, like my-ft@1/,
  );
  await puts(dir, "model:my-ft@1", "production");
  const said = await runs(dir);
  expect(said).not.toContain("parameters");
  expect(said).toMatch(/ model +scripted\/script\.yaml\n/);
  const first = await pinned(dir);
  const role = "scripted/script.yaml";
  expect(first.run.pins.models).toEqual({ planner: role, worker: role, evaluator: role, fallback: null });
  expect(first.config.models).toEqual({ planner: "my-ft@1", worker: "my-ft@1", evaluator: "my-ft@1" });
  expect(first.run.limits.outputTokens).toBe(16_000);

  expect(await runs(dir, "--model", "my-ft@2")).toContain(
    " my-ft@2: its parameters temperature are kept with it, and no request says them\n",
  );
  const second = await pinned(dir);
  expect(second.config.models).toMatchObject({ worker: "my-ft@2" });
  expect(second.run.limits.outputTokens).toBe(4096);

  await runs(dir, "--model", role);
  expect((await pinned(dir)).config.models).toBeUndefined();
  expect((await harness(dir, ["doctor", "goal.md"])).out).toMatch(
    / worker +my-ft@1 · scripted\/script\.yaml/,
  );
});

test("names that lead to no model are refused where they stand", async () => {
  const dir = await withModel("my-tf");
  expect(await refused(dir, "run", "goal.md")).toMatch(
    /^goal\.md:2: no model of this project is called "my-tf"; did you mean "my-ft"\?/,
  );
  expect(await refused(dir, "run", "goal.md", "--model", "my-ft@9")).toMatch(/there is no my-ft@9; see/);
  expect(await refused(dir, "run", "goal.md", "--model", "other")).toMatch(
    /no provider of models is called "other"/,
  );
  const version = join(dir, "models/versions/my-ft@1.json");
  await writeFile(version, "{}\n");
  expect(await refused(dir, "run", "goal.md", "--model", "my-ft@1")).toMatch(
    /my-ft@1\.json: this is not my-ft@1/,
  );
});

test("a rubric in production is used, and one line says that the file differs; --rubric chooses", async () => {
  const dir = await folder({ "harness.yaml": "", ...greeting({}), "rubrics/helpful.yaml": rubric("one") });
  expect(await runs(dir)).not.toContain("rubric");
  expect(await pinned(dir)).toMatchObject({
    asks: "one",
    config: expect.not.objectContaining({ rubrics: {} }),
  });
  await does(dir, "rubrics", "commit", "helpful", "-m", "first");
  await puts(dir, "rubric:helpful@1", "production");
  expect(await runs(dir)).not.toContain("differs");
  await writeFile(join(dir, "rubrics/helpful.yaml"), rubric("two"));
  expect(await runs(dir)).toContain(
    " rubrics/helpful.yaml differs from production helpful@1; running helpful@1 (use --rubric helpful=file)\n",
  );
  const used = await pinned(dir);
  expect({ asks: used.asks, rubrics: used.config.rubrics }).toEqual({
    asks: "one",
    rubrics: { helpful: "helpful@1" },
  });
  expect(await runs(dir, "--rubric", "helpful=file")).not.toContain("differs");
  const file = await pinned(dir);
  expect({ asks: file.asks, rubrics: file.config.rubrics }).toEqual({ asks: "two", rubrics: undefined });

  expect(await runs(dir, "--rubric", "helpful@1")).not.toContain("differs");

  expect(await refused(dir, "run", "goal.md", "--rubric", "helpfull@1")).toMatch(/did you mean "helpful"/);
  expect(await refused(dir, "run", "goal.md", "--rubric", "helpful")).toMatch(
    /say which, like --rubric helpful@5/,
  );
  // A file that cannot be read keeps nobody from what is in production.
  await writeFile(join(dir, "rubrics/helpful.yaml"), "rubric: [");
  expect(await runs(dir)).toContain("differs from production helpful@1");
  expect(await refused(dir, "run", "goal.md", "--rubric", "helpful=file")).toMatch(/helpful\.yaml:1: /);
  await writeFile(join(dir, "rubrics/versions/helpful@1.yaml"), rubric("onE"));
  expect(await refused(dir, "run", "goal.md")).toMatch(/helpful@1\.yaml: this is not helpful@1/);
});
