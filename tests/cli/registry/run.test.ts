import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunConfig } from "../../../src/core/goal.ts";
import { openStorage } from "../../../src/edges/sqlite/storage.ts";
import { readRun } from "../../../src/loop/own.ts";
import { readJson, readText } from "../../../src/loop/texts.ts";
import { folder, harness } from "../ground.ts";
import { greeting } from "../stories.ts";
import { does, promoted, prompt, refused } from "./ground.ts";

/** What the newest run pinned for its worker, and which version it says that is. */
async function pinned(dir: string): Promise<{ text: string; named: RunConfig["prompts"] }> {
  const storage = await openStorage(join(dir, ".harness"));
  try {
    const [row] = (await storage.journal.runs()).toSorted((a, b) => b.createdAt - a.createdAt);
    const run = await readRun(storage, row?.id ?? "");
    const config = await readJson<RunConfig>(storage.blobs, run.config);
    return { text: await readText(storage.blobs, run.pins.prompts["worker"] ?? ""), named: config.prompts };
  } finally {
    await storage.close();
  }
}

const runs = async (dir: string, ...more: readonly string[]): Promise<string> =>
  (await does(dir, "run", "goal.md", ...more)).err;

test("without production a run uses the file, and nothing is said of it", async () => {
  const dir = await folder({ ...greeting({}), "prompts/worker.prompt": prompt("mine") });
  expect(await runs(dir)).not.toContain("prompt");
  expect(await pinned(dir)).toEqual({ text: prompt("mine"), named: undefined });
});

test("with production it is used, and one line says that the file differs; --prompt chooses", async () => {
  const dir = await promoted(greeting({}));
  const line =
    " prompts/worker.prompt differs from production worker@1; running worker@1 (use --prompt worker=file)\n";
  expect(await runs(dir)).toContain(line);
  expect(await pinned(dir)).toEqual({ text: prompt("one"), named: { worker: "worker@1" } });

  expect(await runs(dir, "--prompt", "worker=file")).not.toContain("differs");
  expect(await pinned(dir)).toEqual({ text: prompt("two"), named: undefined });

  expect(await runs(dir, "--prompt", "worker@2")).not.toContain("differs");
  expect(await pinned(dir)).toEqual({ text: prompt("two"), named: { worker: "worker@2" } });

  // The same in all that counts.
  await writeFile(join(dir, "prompts/worker.prompt"), prompt("one").replace("---", "---\r\n# a comment"));
  expect(await runs(dir)).not.toContain("differs");
});

test("what cannot be known to be production starts no run", async () => {
  const dir = await promoted(greeting({}));
  expect(await refused(dir, "run", "goal.md", "--prompt", "worker@9")).toMatch(/there is no worker@9; see/);
  expect(await refused(dir, "run", "goal.md", "--prompt", "wroker@1")).toMatch(/did you mean "worker"/);
  expect(await refused(dir, "run", "goal.md", "--prompt", "worker")).toMatch(
    /say which, like --prompt worker@5/,
  );
  expect(await refused(dir, "run", "goal.md", "--prompt", "worker@1", "--prompt", "worker=file")).toMatch(
    /twice/,
  );
  await writeFile(join(dir, "prompts/versions/worker@1.prompt"), prompt("onE"));
  expect(await refused(dir, "run", "goal.md")).toMatch(/worker@1\.prompt: this is not worker@1/);
  await writeFile(join(dir, "harness.lock"), "# harness.lock 2\n");
  const { code, err } = await harness(dir, ["run", "goal.md"]);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/^harness: harness\.lock:1: /) });
});
