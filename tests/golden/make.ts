import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { begun, comesTo } from "../cli/comparing.ts";
import { dies, project, runsBash, submits, task, writes } from "../cli/errands.ts";
import { fill, folder, root, runId } from "../cli/ground.ts";

const tasks = [task("a"), task("b"), task("c", ["a", "b"])];

/** What is worked on, one after the other, in one project. */
const goals = {
  plain: project([task("a")], { "task/a/*": [writes("a.txt", "good"), submits("a")] }),
  parallel: project(tasks, {
    "task/a/1": [runsBash("wc -l < input.csv"), writes("a.txt", "bad"), submits("a")],
    "task/a/2": [runsBash("sort input.csv > a.txt; echo good >> a.txt"), submits("a")],
    "task/b/1": [writes("b.txt", "good"), submits("b")],
    "task/c/1": [runsBash("cat a.txt b.txt > c.txt"), submits("c")],
  }),
  asked: project([task("a")], {
    "task/a/*": [runsBash("touch x; chmod 777 x"), writes("a.txt", "good"), submits("a")],
  }),
};

/**
 * Runs as this version makes them: a plain one, one with tasks side by side and an attempt that is sent back, the same
 * killed and gone on with, a fork of it, one with an approval. @returns the archive, gzipped
 */
export async function golden(): Promise<Buffer> {
  const dir = await folder({ "harness.yaml": JSON.stringify({ approvals: { rules: [{ bash: "chmod *", then: "ask" }] } }) });
  const at = async (goal: keyof typeof goals): Promise<void> => fill(dir, goals[goal]);
  await mkdir(join(dir, "prompts"));
  for (const role of ["planner", "worker", "evaluator"])
    await copyFile(join(root, "prompts", `${role}.prompt`), join(dir, "prompts", `${role}.prompt`));
  await at("plain");
  await comesTo(0, dir, ["run", "goal.md"]);
  await at("parallel");
  const parallel = begun((await comesTo(0, dir, ["run", "goal.md"])).err);
  const killed = runId(await dies(dir, "append/after/verdict-given", ["run", "goal.md"]));
  await comesTo(0, dir, ["resume", killed]);
  await comesTo(0, dir, ["fork", parallel, "--at", "a"]);
  await at("asked");
  const { err } = await comesTo(3, dir, ["run", "goal.md"]);
  const id = /harness approvals approve (\S+)/.exec(err)?.[1];
  if (id === undefined) throw new Error(`nothing is asked:\n${err}`);
  await comesTo(0, dir, ["approvals", "approve", id]);
  await comesTo(0, dir, ["resume", begun(err)]);
  await comesTo(0, dir, ["backup", "runs.tar"]);
  return gzipSync(await readFile(join(dir, "runs.tar")), { level: 9 });
}
