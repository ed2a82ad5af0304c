import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Manifest } from "../../src/core/manifest/manifest.ts";
import { fill, folder, runId, start } from "./ground.ts";
import { begun, comesTo, refusal, runGoal, told } from "./comparing.ts";
import { counting, dies, journaled, mayPost, posts, project, submits, task, writes } from "./errands.ts";
import type { Turn } from "./errands.ts";

const works = (id: string, ...before: readonly Turn[]): readonly Turn[] => [
  ...before,
  writes(`${id}.txt`, "good"),
  submits(id),
];

const forkOf = async (dir: string, run: string, ...more: readonly string[]): Promise<string> =>
  begun((await comesTo(0, dir, ["fork", run, ...more])).err);

const script = (threads: Turn): string => JSON.stringify({ price: { input: 1, output: 5 }, ...threads });

/** Which tasks a run had attempts of. */
const tried = async (dir: string, run: string): Promise<readonly string[]> => {
  const { entries } = await journaled(dir, run);
  return [
    ...new Set(entries.flatMap(({ type, body }) => (type === "attempt-started" ? [body.task] : []))),
  ].toSorted();
};

const causes = async (dir: string, a: string, b: string): Promise<readonly string[]> =>
  (await told<{ causes: readonly { key: string }[] }>(dir, ["diff", a, b, "--json"])).causes.map(
    ({ key }) => key,
  );

const manifestOf = async (dir: string, run: string): Promise<Manifest> =>
  told(dir, ["export", run, "--manifest"]);

test("a fork keeps what was accepted, and goes on with what was asked for otherwise", async () => {
  const dir = await folder({
    ...project([task("a"), task("b", ["a"])], { "task/a/*": works("a"), "task/b/*": works("b") }),
    "other.yaml": script({
      "task/b/*": works("b"),
    }),
    "prompts/worker.prompt": '---\n---\n{{role "user"}}\nWrite the file of your task.\n',
  });
  await comesTo(0, dir, ["prompts", "commit", "worker", "-m", "first"]);
  const parent = await runGoal(dir);
  const before = await journaled(dir, parent);

  const plain = await forkOf(dir, parent, "--at", "a");
  expect(await tried(dir, plain)).toEqual(["b"]);
  expect(await causes(dir, parent, plain)).toEqual([]);
  await comesTo(0, dir, ["audit", plain]);
  const accepted = before.entries.find(({ type, body }) => type === "task-accepted" && body.task === "a");
  expect((await manifestOf(dir, plain)).parent?.run).toBe(parent);
  expect((await manifestOf(dir, plain)).parent?.seq).toBeGreaterThanOrEqual(accepted?.seq ?? Infinity);
  await comesTo(0, dir, ["replay", plain]);

  await writeFile(join(dir, "prompts/worker.prompt"), '---\n---\n{{role "user"}}\nWrite it.\n');
  const byFile = await forkOf(dir, parent, "--at", "a", "--prompt", "worker=file");
  expect(await causes(dir, parent, byFile)).toEqual(["prompt.worker"]);
  await comesTo(0, dir, ["prompts", "commit", "worker", "-m", "second"]);
  const byVersion = await forkOf(dir, parent, "--at", "a", "--prompt", "worker@2");
  expect((await manifestOf(dir, byVersion)).artifacts.prompts["worker"]?.version).toBe("worker@2");
  expect(await causes(dir, byFile, byVersion)).toEqual([]);

  const byBudget = await forkOf(dir, parent, "--at", "a", "--budget", "3");
  expect(await causes(dir, parent, byBudget)).toEqual(["budget.micros"]);
  const byModel = await forkOf(dir, parent, "--at", "a", "--model", "scripted/other.yaml");
  expect(await causes(dir, parent, byModel)).toEqual(["model.planner", "model.worker", "model.evaluator"]);

  expect(await tried(dir, await forkOf(dir, parent, "--at", "start"))).toEqual(["a", "b"]);
  const last = await comesTo(0, dir, ["fork", parent]);
  expect(last.err).toContain("where task b was accepted");

  await fill(dir, {
    "mine.yaml": JSON.stringify({ tasks: [task("mine", ["a"])], checks: [{ path: "mine.txt" }] }),
    "faulty.yaml": JSON.stringify({ tasks: [task("a"), task("mine", ["none"])] }),
    "script.yaml": script({ "task/b/*": works("b"), "task/mine/*": works("mine") }),
  });
  expect(await tried(dir, await forkOf(dir, parent, "--at", "a", "--plan", "mine.yaml"))).toEqual(["mine"]);
  const faults = await refusal(dir, ["fork", parent, "--at", "a", "--plan", "faulty.yaml"]);
  expect(faults).toContain('task "a" is accepted already');
  expect(faults).toContain('needs "none", which is no task');
  expect(await refusal(dir, ["fork", parent, "--plan", "mine.yaml", "--replan"])).toContain(
    "keep one of them",
  );
  expect(await refusal(dir, ["fork", parent, "--at", "aa"])).toContain('did you mean "a"');
  expect(await journaled(dir, parent)).toEqual(before);
  expect(await readFile(join(dir, "workspace/input.csv"), "utf8")).toBe("1;2\n");
});

test("the planner plans what is left anew for a fork", async () => {
  const dir = await folder({
    ...project([task("a"), task("b", ["a"])], {
      "task/a/*": works("a"),
      "task/b/*": works("b"),
      "task/other/*": works("other"),
      "plan/*": [
        {
          submit_plan: {
            tasks: [
              { ...task("other", ["a"]), criteria: [{ id: "there", type: "file", path: "other.txt" }] },
            ],
            checks: [{ id: "there", type: "file", path: "other.txt" }],
          },
        },
      ],
    }),
  });
  const parent = await runGoal(dir);
  const again = await forkOf(dir, parent, "--at", "a", "--replan");
  expect(await tried(dir, again)).toEqual(["other"]);
  await comesTo(0, dir, ["audit", again]);
});

test("what runs before a fork did outside is not done again, and its worker is told the answer", async () => {
  const server = await counting();
  const [first, second] = [posts(`${server.url}/first`), posts(`${server.url}/second`)];
  const dir = await folder({
    ...project([task("a"), task("b", ["a"])], { "task/a/*": works("a"), "task/b/*": works("b", first) }),
    ...mayPost(server.url),
  });
  const parent = await runGoal(dir);
  await fill(dir, { "script.yaml": script({ "task/b/*": works("b", first, second) }) });
  const child = await forkOf(dir, parent, "--at", "a");
  expect(server.asked).toEqual(["POST /first", "POST /second"]);
  const toldOnce = (await journaled(dir, child)).results.filter((text) => text.includes(`run ${parent}`));
  expect(toldOnce).toHaveLength(1);
  expect(toldOnce[0]).toContain("order number 1 is in the book");

  // Two forks on, killed in the middle.
  const dead = begun(await dies(dir, "append/after/attempt-submitted", ["fork", child, "--at", "a"]));
  expect(dead).not.toBe(child);
  await comesTo(0, dir, ["resume", dead]);
  expect(server.asked).toEqual(["POST /first", "POST /second"]);
  const { results } = await journaled(dir, dead);
  expect(results.some((text) => text.includes(`run ${parent}`) && text.includes("order number 1"))).toBe(
    true,
  );
  expect(results.some((text) => text.includes(`run ${child}`) && text.includes("order number 2"))).toBe(true);
  expect(await tried(dir, dead)).toEqual(["b"]);
  for (const id of [parent, child, dead]) await comesTo(0, dir, ["audit", id]);
  await comesTo(0, dir, ["replay", dead]);
});

test("what may or may not have happened outside is not done again either", async () => {
  const server = await counting("/order");
  const dir = await folder({
    ...project([task("a"), task("b", ["a"])], {
      "task/a/*": works("a"),
      "task/b/*": works("b", posts(`${server.url}/order`)),
    }),
    ...mayPost(server.url),
  });
  const killed = start(dir, ["run", "goal.md"]);
  await server.reached;
  killed.process.kill("SIGKILL");
  const parent = runId((await killed.ended).err);
  const { entries } = await journaled(dir, parent);
  expect(entries.some(({ type, body }) => type === "call-started" && body.reach === "outside")).toBe(true);
  const before = server.asked.length;
  const child = await forkOf(dir, parent, "--at", "a");
  expect(server.asked.length).toBe(before);
  const { results } = await journaled(dir, child);
  expect(results.join("\n")).toContain(
    `run ${parent}, from which this one goes on, began exactly this, and whether it happened is not known`,
  );
  await comesTo(0, dir, ["audit", child]);
});
