import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Manifest } from "../../src/core/manifest/manifest.ts";
import { fill, folder, runId } from "./ground.ts";
import { comesTo, runGoal, told } from "./comparing.ts";
import { dies, journaled, project, submits, task, writes } from "./errands.ts";
import { git } from "./registry/ground.ts";

const one = project([task("a")], { "task/a/*": [writes("a.txt", "good"), submits("a")] });
const manifestOf = async (dir: string, run: string): Promise<Manifest> =>
  told(dir, ["export", run, "--manifest"]);

test("the manifest of a run is complete, and says what is no longer kept", async () => {
  const dir = await folder({
    ...one,
    "harness.yaml": JSON.stringify({ secrets: { TOKEN: { hosts: ["a.example"] } } }),
    "workspace/package-lock.json": '{ "lockfileVersion": 3 }\n',
  });
  git(dir, "init", "-q");
  git(dir, "add", ".");
  git(dir, "commit", "-qm", "first");
  const commit = git(dir, "rev-parse", "HEAD").trim();
  await writeFile(join(dir, "workspace/input.csv"), "changed since\n");
  const canary = "canary-8f3b1c-value";
  const run = await runGoal(dir, [], { TOKEN: canary });
  const { out } = await comesTo(0, dir, ["export", run, "--manifest"], { env: { TOKEN: canary } });
  expect(out).not.toContain(canary);
  const manifest = await manifestOf(dir, run);
  expect(manifest).toEqual(JSON.parse(out));
  const { entries } = await journaled(dir, run);
  const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
  expect(manifest).toMatchObject({
    manifest: 1,
    run,
    head: { seq: entries.at(-1)?.seq, hash: entries.at(-1)?.hash },
    grade: "replayable",
    because: null,
    code: { workspace: { commit, dirty: 1, tree: digest } },
    data: { title: "Files", goal: digest, plan: digest, lockfiles: { "package-lock.json": digest } },
    artifacts: {
      prompts: { planner: { digest }, worker: { digest }, evaluator: { digest } },
      models: { worker: { name: "scripted/script.yaml", served: ["scripted/script.yaml"] } },
    },
    configuration: { secrets: ["TOKEN"], limits: { concurrency: 2 }, policy: { askFrom: "network" } },
    environment: {
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      sandbox: { kind: "embedded" },
      image: expect.stringContaining("just-bash") as string,
      prices: { "scripted/script.yaml": { input: 1, output: 5 } },
      seed: 0,
    },
  });

  await comesTo(0, dir, ["gc", "--keep-days", "0"]);
  const after = await manifestOf(dir, run);
  expect(after.grade).toBe("re-sampled");
  expect(after.because).toMatch(/^\d+ answers? of models (are|is) no longer kept$/);
  const refused = await comesTo(2, dir, ["replay", run], { env: { TOKEN: canary } });
  expect(refused.err).toBe(
    `harness: run ${run} cannot be replayed: ${after.because}; run its goal again, which asks models anew\n`,
  );
  const said = [
    await comesTo(0, dir, ["show", run]),
    await comesTo(0, dir, ["runs", "--columns", "id,grade"]),
    await comesTo(0, dir, ["export", run, "--manifest"]),
    await comesTo(0, dir, ["show", run, "--html", "-"]),
    await comesTo(0, dir, ["diff", run, run]),
  ];
  expect(JSON.stringify(said)).not.toMatch(/reproduc/i);
  expect(said[1]?.out).toContain("re-sampled");
});

test("a run that was killed goes on with what it pinned, whatever its files say by then", async () => {
  const prompt = (word: string): string => `---\n---\n{{role "system"}}\n${word}\n{{role "user"}}\nDo it.\n`;
  const dir = await folder({ ...one, "prompts/worker.prompt": prompt("before") });
  const run = runId(await dies(dir, "append/after/model-started", ["run", "goal.md"]));
  const before = await manifestOf(dir, run);
  await fill(dir, { "prompts/worker.prompt": prompt("after"), "rubrics/mine.yaml": "nothing that is read" });
  await comesTo(0, dir, ["resume", run]);
  const { head: _, ...pinned } = await manifestOf(dir, run);
  const { head: __, ...was } = before;
  const served = ["scripted/script.yaml"];
  const { models } = was.artifacts;
  expect(pinned).toEqual({
    ...was,
    artifacts: { ...was.artifacts, models: { ...models, worker: { ...models["worker"], served } } },
  });
  const { requests } = await journaled(dir, run);
  expect(requests.length).toBeGreaterThan(1);
  const systems = requests.flatMap((request) => (JSON.parse(request) as { system?: string }).system ?? []);
  expect(systems.length).toBeGreaterThan(0);
  for (const system of systems) expect(system.trim()).toBe("before");
  await comesTo(0, dir, ["replay", run]);
});
