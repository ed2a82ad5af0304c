import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentSubject } from "../../../src/cli/evaluation/agent-subject.ts";
import type { Place } from "../../../src/cli/evaluation/place.ts";
import type { Entry } from "../../../src/core/event.ts";
import type { Answered } from "../../../src/evals/answer.ts";
import type { Subject } from "../../../src/evals/subject/subject.ts";
import { counting, mayPost, posts, runsBash, submits, writes } from "../errands.ts";
import type { Turn } from "../errands.ts";
import { fill, fingerprint, folder } from "../ground.ts";
import type { Files } from "../ground.ts";
import { diesAnswering } from "./asking.ts";
import { agentCaseOf, ask, caseFilesOf, never, placeIn, plans, suite, worker, works } from "./ground.ts";

const right = { "plan/1": [plans("a")], "task/a/*": works("a") };

const subjectIn = async (place: Place, more: Turn = {}): Promise<Subject> =>
  agentSubject(place, {
    folder: join(place.project.dir, "tasks/files"),
    spec: suite(more),
    arms: { candidate: worker(null), baseline: worker(null) },
  });

/** What comes of the case `one` in a new project. */
async function answerTo(files: Files, more: Turn = {}): Promise<Answered> {
  const place = await placeIn(await folder(files));
  return (await subjectIn(place, more)).answer(ask(agentCaseOf("one")), never);
}

async function entriesOf({ storage }: Place): Promise<readonly (readonly Entry[])[]> {
  const rows = await storage.journal.runs();
  return Promise.all(rows.map(async ({ id }) => Array.fromAsync(storage.journal.read(id, 0))));
}

const threadsAsked = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap(({ type, body }) => (type === "model-started" ? [`${body.thread} ${body.turn}`] : []));

test("a case is worked by the whole loop, apart from the project's own runs", async () => {
  const dir = await folder(caseFilesOf("one", right));
  const before = await fingerprint(dir);
  const place = await placeIn(dir);
  const subject = await subjectIn(place);
  const answered = await subject.answer(ask(agentCaseOf("one")), never);
  expect(answered).toMatchObject({
    outcome: "complete",
    why: null,
    turns: 3,
    served: "scripted/tasks/files/one/script.yaml",
    output: { "a.txt": "good\n" },
    confidence: 1,
    stop: "met",
    measured: { met: 1, attempts: 1, turns: 3, invalid: 0, asked: 0 },
  });
  expect(answered.text).toBe("a: a.txt says good\nThe goal's checks hold.");
  const usage = answered.usage ?? { input: 0, output: 0 };
  expect(usage.input).toBeGreaterThan(1000);
  // The script's price, rounded up for each of three calls.
  const exact = usage.input + 5 * usage.output;
  expect(answered.micros).toBeGreaterThanOrEqual(exact);
  expect(answered.micros).toBeLessThanOrEqual(exact + 3);
  const [entries = []] = await entriesOf(place);
  expect(entries[0]?.body).toMatchObject({ kind: "case" });
  expect(await readdir(join(place.dir, "slots")).catch(() => [])).toEqual([]);
  expect(existsSync(join(dir, ".harness/harness.db"))).toBe(false);
  expect(existsSync(join(dir, ".harness/.gitignore"))).toBe(true);
  expect(await fingerprint(dir)).toBe(before);
  await place.close("removed");
  expect(await readdir(join(dir, ".harness/evals"))).toEqual([]);
});

test("a goal that is not met is an answer, with what did not hold", async () => {
  const answered = await answerTo(
    caseFilesOf("one", { "plan/*": [plans("a")], "task/a/*": works("a", "nearly") }, { attempts: 1 }),
  );
  expect(answered).toMatchObject({
    outcome: "complete",
    output: {},
    stop: null,
    measured: { met: 0, attempts: 2, invalid: 0 },
  });
  expect(answered.text).toContain("a: a.txt says nearly");
  expect(answered.text).toContain("its attempts are used up");
  expect(answered.text).toContain("grep -q good a.txt");
});

test("no plan that can be carried out is an invalid answer", async () => {
  const impossible = plans("b");
  const answered = await answerTo(
    caseFilesOf("one", {
      "plan/*": Array.from({ length: 5 }, () => ({
        submit_plan: {
          tasks: [{ ...(impossible["submit_plan"] as { tasks: object[] }).tasks[0], criteria: [] }],
        },
      })),
    }),
  );
  expect(answered).toMatchObject({ outcome: "complete", measured: { met: 0, attempts: 0, invalid: 1 } });
  expect(answered.text).toContain("no plan that can be carried out");
});

test("a run that has used up what it may use is an error", async () => {
  const answered = await answerTo(caseFilesOf("one", right, { budget: { turns: 2 } }));
  expect(answered).toMatchObject({ outcome: "error", turns: 2, measured: { met: 0 } });
  expect(answered.why).toContain("the budget does not allow the next step");
});

test("the most a case can cost is what its goal says", async () => {
  const dir = await folder({
    ...caseFilesOf("one", right),
    ...caseFilesOf("two", right, { budget: { money: 0.5 } }),
  });
  const subject = await subjectIn(await placeIn(dir));
  expect(await subject.ceiling(ask(agentCaseOf("one")))).toBe(null);
  expect(await subject.ceiling(ask(agentCaseOf("two")))).toBe(500_000);
});

test("a model that does not answer is an outage, and the run goes on where it stood", async () => {
  const down = { say: "late", fail: { class: "overloaded", times: 99 } };
  const files = caseFilesOf("one", { ...right, "task/a/*": [down] }, { outage: "1s" });
  const place = await placeIn(await folder(files));
  const subject = await subjectIn(place);
  const first = await subject.answer(ask(agentCaseOf("one")), never);
  expect(first).toMatchObject({ outcome: "outage", measured: { met: 0 } });
  expect(first.why).toContain("the model does not answer");
  const [before = []] = await entriesOf(place);
  expect(await subject.answer(ask(agentCaseOf("one")), never)).toMatchObject({ outcome: "outage" });
  const [after = [], ...more] = await entriesOf(place);
  expect(more).toEqual([]);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(threadsAsked(after.slice(before.length)).filter((thread) => thread.startsWith("plan/"))).toEqual([]);
  expect(after.length).toBeGreaterThan(before.length);
});

test.each([
  [{ say: "late", fail: { class: "auth", times: 99 } }, "what was answered is kept, mend it and go on"],
  [null, "has no turn 1 of task/a/1"],
])("what no later ask can mend stops the evaluation: %j", async (turn, words) => {
  const script = turn === null ? { "plan/1": [plans("a")] } : { ...right, "task/a/*": [turn] };
  await expect(answerTo(caseFilesOf("one", script))).rejects.toThrow(words);
});

test("nobody is asked, and nothing is done outside, whatever a rule says", async () => {
  const server = await counting();
  const answered = await answerTo({
    ...mayPost(server.url),
    ...caseFilesOf("one", {
      "plan/1": [plans("a")],
      "task/a/*": [posts(`${server.url}/order`), runsBash("curl -s https://example.com"), ...works("a")],
    }),
  });
  expect(answered.measured).toMatchObject({ met: 1, asked: 2 });
  expect(server.asked).toEqual([]);
});

test("arms that are alike have one run; samples and other versions have their own", async () => {
  const dir = await folder({
    ...caseFilesOf("one", right),
    ...caseFilesOf("two", { "plan/1": [plans("b")], "task/b/*": [...works("b").slice(0, 1), ...works("a")] }),
  });
  const place = await placeIn(dir);
  const subject = await subjectIn(place, { concurrency: 2 });
  const [one, two] = [agentCaseOf("one"), agentCaseOf("two")];
  const answers = await Promise.all([
    subject.answer(ask(one), never),
    subject.answer(ask(one, 1, "baseline"), never),
    subject.answer(ask(one, 2), never),
    subject.answer(ask(two), never),
  ]);
  expect(answers.map(({ measured }) => measured["met"])).toEqual([1, 1, 1, 1]);
  expect(answers[3]?.output).toEqual({ "a.txt": "good\n", "b.txt": "good\n" });
  expect((await entriesOf(place)).length).toBe(3);
  expect(await subject.identity(ask(one))).toEqual(await subject.identity(ask(one, 2, "baseline")));
  expect(await subject.identity(ask(one))).not.toEqual(await subject.identity(ask(two)));
});

test("nothing of another answer is taken over, and no other model answers", async () => {
  const dir = await folder({
    ...caseFilesOf(
      "one",
      { "task/a/*": works("a") },
      {
        plan: "plan.yaml",
        models: { fallback: "scripted/other.yaml" },
      },
    ),
    "tasks/files/one/other.yaml": JSON.stringify(right),
    "tasks/files/one/plan.yaml": JSON.stringify({
      tasks: [
        {
          id: "a",
          instructions: "Write a.txt.",
          inputs: ["a.txt"],
          criteria: [{ run: "grep -q good a.txt" }],
        },
      ],
    }),
  });
  const subject = await subjectIn(await placeIn(dir));
  for (const sample of [1, 2])
    expect(await subject.answer(ask(agentCaseOf("one"), sample), never)).toMatchObject({
      measured: { met: 1, attempts: 1, turns: 2 },
    });
  expect(await subject.identity(ask(agentCaseOf("one")))).toMatchObject({ models: { fallback: null } });
});

test("what an arm uses is read once; each thing that can change an answer is part of its identity", async () => {
  const dir = await folder(caseFilesOf("one", right));
  const identityIn = async (more: Turn = {}): Promise<unknown> =>
    (await subjectIn(await placeIn(dir, `at-${Math.random()}`.replace(".", "")), more)).identity(
      ask(agentCaseOf("one")),
    );
  const open = await subjectIn(await placeIn(dir));
  const first = await identityIn();
  expect(await identityIn()).toEqual(first);
  const seen = [first];
  const isNew = async (more: Turn = {}): Promise<void> => {
    const now = await identityIn(more);
    for (const before of seen) expect(now).not.toEqual(before);
    seen.push(now);
  };
  await fill(dir, { "prompts/worker.prompt": '---\n---\n{{role "user"}}\nWork.\n' });
  await isNew();
  expect(await open.identity(ask(agentCaseOf("one")))).toEqual(first);
  await fill(dir, { "tasks/files/one/workspace/b.txt": "more\n" });
  await isNew();
  await fill(dir, { "harness.yaml": "approvals: { rules: [{ tool: bash, then: allow }] }\n" });
  await isNew();
  await isNew({ timeout: "9m" });
  await fill(dir, {
    "tasks/files/one/script.yaml": JSON.stringify({ price: { input: 2, output: 5 }, ...right }),
  });
  await isNew();
  // What the answer is compared with changes no answer.
  const last = seen.at(-1);
  await fill(dir, { "tasks/files/one/oracle/a.txt": "good, too\n" });
  expect(await identityIn()).toEqual(last);
});

test("an agent sees neither its oracle nor a workspace that is not there", async () => {
  const dir = await folder({
    ...caseFilesOf("one", right, { workspace: "." }),
    ...caseFilesOf("two", right, { workspace: "oracle/.." }),
    ...caseFilesOf("three", right, { workspace: "../two/workspace" }),
    ...caseFilesOf("four", right),
  });
  await rm(join(dir, "tasks/files/four/workspace"), { recursive: true });
  const subject = await subjectIn(await placeIn(dir));
  for (const name of ["one", "two", "three"])
    await expect(subject.answer(ask(agentCaseOf(name)), never)).rejects.toThrow(
      "the workspace of a case lies in its folder and does not hold its oracle",
    );
  await expect(subject.answer(ask(agentCaseOf("../files/four")), never)).rejects.toThrow("leaves its suite");
  expect(await subject.answer(ask(agentCaseOf("four")), never)).toMatchObject({ measured: { met: 1 } });
});

test("a case that changes while it is evaluated is refused", async () => {
  const dir = await folder(caseFilesOf("one", right));
  const subject = await subjectIn(await placeIn(dir));
  await subject.identity(ask(agentCaseOf("one")));
  await fill(dir, { "tasks/files/one/workspace/a.txt": "worse\n" });
  await expect(subject.answer(ask(agentCaseOf("one")), never)).rejects.toThrow(
    "changed while the suite was evaluated",
  );
});

test("an evaluation that is stopped gets no answer, and the case goes on later", async () => {
  const slow = { say: "", write_file: { path: "a.txt", content: "good\n" }, delay_ms: 600_000 };
  const dir = await folder(caseFilesOf("one", { "plan/1": [plans("a")], "task/a/*": [slow] }));
  const place = await placeIn(dir);
  const subject = await subjectIn(place);
  const stop = new AbortController();
  const pending = subject.answer(ask(agentCaseOf("one")), stop.signal);
  const isAtWork = async (): Promise<boolean> =>
    (await entriesOf(place)).some((entries) => threadsAsked(entries).includes("task/a/1 1"));
  await expect.poll(isAtWork, { timeout: 20_000 }).toBe(true);
  stop.abort();
  expect(await pending).toMatchObject({ outcome: "outage", why: "it was interrupted" });
  expect(await subject.answer(ask(agentCaseOf("one")), stop.signal)).toMatchObject({ outcome: "outage" });
});

test("killed in the middle of a case, the evaluation keeps what was accepted", async () => {
  const dir = await folder(
    caseFilesOf(
      "one",
      {
        "plan/1": [plans("b", "a")],
        "task/b/*": works("b"),
        "task/a/*": [runsBash("true"), writes("a.txt", "good\n"), submits("done")],
      },
      { concurrency: 1 },
    ),
  );
  const asking = {
    dir,
    folder: join(dir, "tasks/files"),
    spec: suite(),
    ask: ask(agentCaseOf("one")),
    arm: worker(null),
  };
  await diesAnswering(asking, "append/after/task-accepted");
  const place = await placeIn(dir);
  const [before = []] = await entriesOf(place);
  expect(before.some(({ type, body }) => type === "task-accepted" && body.task === "b")).toBe(true);
  const answered = await (await subjectIn(place)).answer(asking.ask, never);
  expect(answered).toMatchObject({ outcome: "complete", measured: { met: 1, attempts: 2 } });
  const [after = [], ...more] = await entriesOf(place);
  expect(more).toEqual([]);
  const since = threadsAsked(after.slice(before.length));
  expect(since.filter((thread) => !thread.startsWith("task/a/"))).toEqual([]);
  // Asked once more it says the same, and asks no model.
  expect(await (await subjectIn(place)).answer(asking.ask, never)).toEqual(answered);
  expect((await entriesOf(place))[0]?.length).toBe(after.length);
});

test.each(["append/before/run-created", "append/after/run-created"])(
  "killed at %s, the case begins",
  async (failpoint) => {
    const dir = await folder(caseFilesOf("one", right));
    const asking = {
      dir,
      folder: join(dir, "tasks/files"),
      spec: suite(),
      ask: ask(agentCaseOf("one")),
      arm: worker(null),
    };
    await diesAnswering(asking, failpoint);
    const place = await placeIn(dir);
    expect(await (await subjectIn(place)).answer(asking.ask, never)).toMatchObject({
      outcome: "complete",
      measured: { met: 1 },
    });
    expect((await entriesOf(place)).length).toBe(1);
  },
);
