import { appendFile, chmod, readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentSubject } from "../../../src/cli/evaluation/agent-subject.ts";
import { oracleOf } from "../../../src/cli/evaluation/check-agent-case.ts";
import { addFromRun } from "../../../src/cli/suites/add-from-run.ts";
import type { Append, FromRun } from "../../../src/cli/suites/add-from-run.ts";
import { readGoal } from "../../../src/edges/project/goal-file.ts";
import { readPlan } from "../../../src/edges/project/plan-file.ts";
import { agentCase } from "../../../src/evals/suite/case.ts";
import type { AgentCase } from "../../../src/evals/suite/case.ts";
import { comesTo, runGoal } from "../comparing.ts";
import { project, runsBash, submits, task, writes } from "../errands.ts";
import { ask, ioAt, never, placeIn, suite, worker } from "../evaluation/ground.ts";
import { fill, folder, paths } from "../ground.ts";

/** A line at the end, as whoever checks lines first does it. */
const appended: Append = async (dir, name, given) =>
  appendFile(
    join(dir, "tasks", name, "cases.jsonl"),
    given.map(({ text }) => `${JSON.stringify(agentCase.parse(JSON.parse(text)))}\n`).join(""),
  );

const added = async (dir: string, from: FromRun, append = appended): Promise<void> =>
  expect(await addFromRun(ioAt(dir), "work", from, append)).toBe(0);

const secret = "s3cret-value-of-a-token";

/** A run of two tasks; the second changes, makes and removes files, some of which nobody may see. */
const worked = async (): Promise<{ readonly dir: string; readonly run: string }> => {
  const dir = await folder({
    ...project(
      [
        task("first"),
        task("second", ["first"], {
          title: "Second things second",
          instructions: "Write second.txt, and tidy up.\n\nLeave first.txt alone.",
          criteria: [
            { run: "grep -q good second.txt && test ! -e old.txt && grep -q second code/a.sh" },
            { path: "second.json", schema: { type: "object", required: ["a"] } },
            { id: "kept", run: "grep -q 1 input.csv", guard: true },
            { rubric: "Is it tidy?" },
          ],
        }),
      ],
      {
        "task/first/*": [writes("first.txt", "good\n"), submits("first.txt is there")],
        "task/second/*": [
          writes("second.txt", "good\n"),
          writes("second.json", '{ "a": 1 }\n'),
          writes("code/a.sh", "echo second\n"),
          writes(".env.local", "TOKEN=1\n"),
          writes("notes/leak.txt", `it is ${secret}\n`),
          runsBash("rm old.txt && rm -r was && echo now > was"),
          submits("second.txt is there"),
        ],
        "judge/second/*/*": [
          {
            submit_verdict: {
              scores: [{ criterion: "c4", score: 1, explanation: "tidy" }],
              explanation: "tidy",
            },
          },
        ],
      },
      {
        checks: [
          { id: "input", run: "test -f input.csv", guard: true },
          { id: "all", path: "second.txt" },
        ],
      },
    ),
    "workspace/old.txt": "old\n",
    "workspace/was/a.txt": "a\n",
    "workspace/code/a.sh": "echo first\n",
    "tasks/work/suite.yaml": "suite: work\nkind: agent\ntarget: prompt:worker\n",
    "tasks/work/cases.jsonl": "",
  });
  await fill(dir, {
    "harness.yaml":
      "approvals: { rules: [{ tool: bash, then: allow }, { tool: write_file, then: allow }] }\n",
  });
  await chmod(join(dir, "workspace/code/a.sh"), 0o755);
  return { dir, run: await runGoal(dir) };
};

const certain = [
  {
    id: "c1",
    type: "command",
    run: "grep -q good second.txt && test ! -e old.txt && grep -q second code/a.sh",
  },
  { id: "c2", type: "file", path: "second.json", schema: { type: "object", required: ["a"] } },
  { id: "kept", type: "command", run: "grep -q 1 input.csv", guard: true },
];
const tidy = { id: "c4", type: "rubric", rubric: "Is it tidy?" };

test("an accepted task of a run becomes a case that its result passes, doing nothing fails, and an agent works", async () => {
  const { dir, run } = await worked();
  // Since the run the project has a secret, whose value a file of the result holds.
  await fill(dir, {
    "harness.yaml": `approvals: { rules: [{ tool: bash, then: allow }, { tool: write_file, then: allow }] }
secrets: { TOKEN: { env: TOKEN, hosts: [example.com] } }
`,
  });
  const env = { TOKEN: secret };
  const typed = ["suite", "add", "work", "--from-run", run.slice(0, 3), "--task", "second"];
  const { err: told } = await comesTo(0, dir, typed, { env });
  const name = `${run}-second`;
  expect(told).toContain(`added case ${name} to tasks/work`);
  expect(told).toContain("left out  .env.local (excluded by .env*)");
  expect(told).toContain("left out  notes/leak.txt (it holds a secret)");
  const found = JSON.parse(await readFile(join(dir, "tasks/work/cases.jsonl"), "utf8")) as AgentCase;
  expect(found).toEqual({ id: name, cluster: run, groups: [], folder: name });

  const at = join(dir, "tasks/work", name);
  expect(await readdir(at)).toEqual(["goal.md", "oracle", "plan.yaml", "removed.txt", "workspace"]);
  expect(await paths(join(at, "workspace"))).toEqual([
    "code",
    "code/a.sh",
    "first.txt",
    "input.csv",
    "old.txt",
    "was",
    "was/a.txt",
  ]);
  expect(await paths(join(at, "oracle"))).toEqual(["code", "code/a.sh", "second.json", "second.txt", "was"]);
  expect((await readFile(join(at, "removed.txt"), "utf8")).split("\n")).toEqual(["old.txt", "was/a.txt", ""]);
  expect((await stat(join(at, "workspace/code/a.sh"))).mode & 0o777).toBe(0o755);
  for (const path of await paths(at))
    if ((await stat(join(at, path))).isFile())
      expect(await readFile(join(at, path), "utf8")).not.toContain(secret);

  const goal = await readGoal(join(at, "goal.md"));
  expect(goal.text).toBe((await readGoal(join(dir, "goal.md"))).text);
  const input = { id: "input", type: "command", run: "test -f input.csv", guard: true };
  // What a judge scores is scored when the task is.
  expect(goal.checks).toEqual([...certain, input]);
  expect(await readPlan(join(at, "plan.yaml"))).toMatchObject({
    tasks: [{ id: "second", title: "Second things second", needs: [], criteria: [...certain, tidy] }],
  });
  const { instructions } = (await readPlan(join(at, "plan.yaml"))).tasks[0] ?? {};
  expect(instructions).toMatch(
    /^Write second.txt, and tidy up.\n\nLeave first.txt alone.\n\n## What was done before\n\n- .+: first.txt is there/,
  );
  expect(goal.spec.sandbox).toEqual({ kind: "embedded" });

  const place = await placeIn(dir, "one", env);
  expect(await oracleOf(place, join(dir, "tasks/work"), found)).toEqual({ oracle: null, nothing: null });

  await fill(dir, {
    "again.yaml": JSON.stringify({
      "task/second/*": [
        writes("second.txt", "good\n"),
        writes("second.json", '{ "a": 2 }\n'),
        writes("code/a.sh", "echo second\n"),
        runsBash("rm old.txt"),
        submits("done"),
      ],
      "judge/second/*/*": [
        {
          submit_verdict: {
            scores: [{ criterion: "c4", score: 0.9, explanation: "tidy" }],
            explanation: "tidy",
          },
        },
      ],
    }),
  });
  const subject = await agentSubject(place, {
    folder: join(dir, "tasks/work"),
    spec: suite({ suite: "work" }),
    arms: { candidate: { ...worker(null), model: "scripted/again.yaml" } },
  });
  expect(await subject.answer(ask(found), never)).toMatchObject({
    outcome: "complete",
    measured: { met: 1, attempts: 1 },
  });
});

test("where planners are compared, the task is a goal to plan", async () => {
  const { dir, run } = await worked();
  await fill(dir, { "tasks/work/suite.yaml": "suite: work\nkind: agent\ntarget: prompt:planner\n" });
  await added(dir, { run, task: "second" });
  const at = join(dir, "tasks/work", `${run}-second`);
  expect(await readdir(at)).not.toContain("plan.yaml");
  const goal = await readGoal(join(at, "goal.md"));
  expect(goal.title).toBe("Second things second");
  expect(goal.text).toContain("Write second.txt, and tidy up.\n\nLeave first.txt alone.");
  expect(goal.text).toContain("first.txt is there");
  expect(goal.checks).toContainEqual(tidy);
});

test("nothing is overwritten, and only what was accepted is taken", async () => {
  const { dir, run } = await worked();
  const before = await paths(join(dir, "tasks"));
  const refused = async (from: FromRun, words: string | RegExp, name = "work"): Promise<void> => {
    await expect(addFromRun(ioAt(dir), name, from, appended)).rejects.toThrow(words);
    expect(await paths(join(dir, "tasks"))).toEqual(before);
  };
  await refused({ run, task: undefined }, "--task ID; it has accepted first, second");
  await refused({ run, task: "secnd" }, 'did you mean "second"');
  await refused({ run: "zzzz", task: "first" }, "no run is called zzzz");
  await refused({ run, task: "first" }, 'there is no suite "wrk"; did you mean "work"', "wrk");
  const fails: Append = async () => Promise.reject(new Error("no room"));
  await expect(added(dir, { run, task: "first" }, fails)).rejects.toThrow("no room");
  expect(await paths(join(dir, "tasks"))).toEqual(before);

  await added(dir, { run, task: "first" });
  const once = await readFile(join(dir, "tasks/work/cases.jsonl"), "utf8");
  await fill(dir, { [`tasks/work/${run}-first/goal.md`]: "Mine.\n" });
  await expect(addFromRun(ioAt(dir), "work", { run, task: "first" }, appended)).rejects.toThrow(
    "is there already, and is not overwritten",
  );
  expect(await readFile(join(dir, "tasks/work/cases.jsonl"), "utf8")).toBe(once);
  expect(await readFile(join(dir, `tasks/work/${run}-first/goal.md`), "utf8")).toBe("Mine.\n");
});

test("a task that was not accepted has no right result", async () => {
  const dir = await folder({
    ...project(
      [task("a"), task("b", ["a"])],
      {
        "task/a/*": [writes("a.txt", "good\n"), submits("a")],
        "task/b/*": [writes("b.txt", "bad\n"), submits("b")],
      },
      { attempts: 1 },
    ),
    "tasks/work/suite.yaml": "suite: work\nkind: agent\ntarget: prompt:worker\n",
    "tasks/other/suite.yaml": "suite: other\nkind: judge\ntarget: prompt:evaluator\n",
  });
  await comesTo(3, dir, ["run", "goal.md"]);
  await expect(addFromRun(ioAt(dir), "work", { run: undefined, task: "b" }, appended)).rejects.toThrow(
    /^--task b: it was not accepted in run \w{4} \(it is stuck\), so nobody knows a right result; it has accepted a$/,
  );
  await expect(addFromRun(ioAt(dir), "other", { run: undefined, task: "a" }, appended)).rejects.toThrow(
    "tasks/other is a suite of kind judge",
  );
});
