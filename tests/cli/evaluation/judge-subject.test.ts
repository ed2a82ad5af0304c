import { join } from "node:path";
import { expect, test } from "vitest";
import { isJudgedByLoop, judgeSubject } from "../../../src/cli/evaluation/judge-subject.ts";
import type { LoopArm } from "../../../src/cli/evaluation/arm-use.ts";
import type { Place } from "../../../src/cli/evaluation/place.ts";
import { decodeText } from "../../../src/core/canonical.ts";
import type { Answered } from "../../../src/evals/answer.ts";
import type { Subject } from "../../../src/evals/subject/subject.ts";
import { judgeCase } from "../../../src/evals/suite/case.ts";
import type { JudgeCase } from "../../../src/evals/suite/case.ts";
import { runsBash } from "../errands.ts";
import type { Turn } from "../errands.ts";
import { folder } from "../ground.ts";
import type { Files } from "../ground.ts";
import { diesAnswering } from "./asking.ts";
import { ask, never, placeIn, suite } from "./ground.ts";

const evaluator: LoopArm = { kind: "prompt", name: "evaluator", version: null, model: null };
const judges = suite({ suite: "judge", kind: "judge", target: "prompt:evaluator" });

const caseOf = (more: Turn = {}): JudgeCase =>
  judgeCase.parse({
    id: "c1",
    vars: { question: "What is two and two?" },
    answer: "Four.",
    rubric: "Is it right?",
    label: "pass",
    ...more,
  });

const verdict = (score: number, key = "rubric"): Turn => ({
  submit_verdict: {
    scores: [{ criterion: key, score, explanation: `answer.md:1 deserves ${score}` }],
    explanation: "looked at it",
  },
});

/** A project whose evaluator says this, turn by turn. */
const project = (turns: readonly unknown[], more: Turn = {}): Files => ({
  "harness.yaml": JSON.stringify({
    models: { evaluator: "scripted/script.yaml" },
    sandbox: { kind: "embedded" },
    ...more,
  }),
  "script.yaml": JSON.stringify({ price: { input: 1, output: 5 }, "judge/work/*/*": turns }),
});

const subjectIn = async (place: Place): Promise<Subject> =>
  judgeSubject(place, {
    folder: join(place.project.dir, "tasks/judge"),
    spec: judges,
    arms: { candidate: evaluator },
  });

async function answerTo(files: Files, found: JudgeCase): Promise<{ answered: Answered; request: string }> {
  const place = await placeIn(await folder(files));
  const answered = await (await subjectIn(place)).answer(ask(found), never);
  return { answered, request: await requestOf(place) };
}

/** What the evaluator was asked first. */
async function requestOf({ storage }: Place): Promise<string> {
  const [row] = await storage.journal.runs();
  for await (const { type, body } of storage.journal.read(row?.id ?? "", 0))
    if (type === "model-started" && body.thread.startsWith("judge/"))
      return decodeText(await storage.blobs.get(body.request));
  throw new Error("nobody was asked to judge");
}

test.each([
  [0.9, "pass", { pass: 1, agrees: 1, score: 0.9 }],
  [0.9, "fail", { pass: 1, agrees: 0, score: 0.9 }],
  [0.3, "fail", { pass: 0, agrees: 1, score: 0.3 }],
  [0.3, "pass", { pass: 0, agrees: 0, score: 0.3 }],
])("a score of %d where a person says %s", async (score, label, measured) => {
  const { answered, request } = await answerTo(project([verdict(score)]), caseOf({ label }));
  expect(answered).toMatchObject({
    outcome: "complete",
    turns: 1,
    served: "scripted/script.yaml",
    confidence: score,
    stop: measured.pass === 1 ? "pass" : "fail",
    measured: { ...measured, invalid: 0, asked: 0 },
  });
  expect(answered.text).toContain(`answer.md:1 deserves ${score}`);
  expect(answered.micros).toBeGreaterThan(0);
  expect(request).toContain("What is two and two?");
  expect(request).toContain("Is it right?");
  expect(request).toContain("Four.");
  // Nothing tells the judge what a person said.
  expect(request).not.toContain('"label"');
});

test("without a label it is a verdict that nobody compares", async () => {
  const { answered } = await answerTo(project([verdict(1)]), caseOf({ label: undefined }));
  expect(answered.measured).toEqual({ pass: 1, score: 1, invalid: 0, asked: 0 });
});

test("work of several files is judged in a sandbox, with all that it changed", async () => {
  const files = { "src/a.js": "export const a = 1;\n", "tests/a.test.js": "a is 1\n", "keep.txt": "kept\n" };
  const answer = {
    "src/a.js": "export const a = 2;\n",
    "tests/a.test.js": "a is anything\n",
    "package.json": '{ "scripts": { "postinstall": "true" } }\n',
    ".github/workflows/run.yml": "on: push\n",
    ...Object.fromEntries(Array.from({ length: 52 }, (_, index) => [`many/${index}.txt`, `${index}\n`])),
  };
  const found = caseOf({
    vars: { goal: "Keep a right.", instructions: "Make a two.", files },
    answer,
    rubric: "code-quality",
  });
  const looks = runsBash("cat src/a.js tests/a.test.js keep.txt many/51.txt .github/workflows/run.yml");
  const parts = { scores: [] as unknown[], explanation: "looked" };
  for (const part of ["scope", "tests", "fits", "clear"])
    parts.scores.push({ criterion: `code-quality.${part}`, score: 1, explanation: "fine" });
  const place = await placeIn(await folder(project([looks, { submit_verdict: parts }])));
  const answered = await (await subjectIn(place)).answer(ask(found), never);
  const request = await requestOf(place);
  expect(request).toContain("Make a two.");
  expect(request).toContain("Keep a right.");
  expect(request).toContain("changed: tests/a.test.js");
  expect(request).not.toContain("now put back");
  const results: string[] = [];
  for (const { id } of await place.storage.journal.runs())
    for await (const { type, body } of place.storage.journal.read(id, 0))
      if (type === "call-ended" && body.call.startsWith("judge/") && body.result !== null)
        results.push(decodeText(await place.storage.blobs.get(body.result)));
  expect(results[0]).toContain("export const a = 2;\na is anything\nkept\n51\non: push\n");
  expect(answered).toMatchObject({ outcome: "complete", measured: { invalid: 0 } });
});

test("a judge that comes to no verdict is wrong, whatever the label", async () => {
  for (const label of ["pass", "fail"]) {
    const silent = Array.from({ length: 4 }, () => "I would rather not say.");
    const { answered } = await answerTo(project(silent), caseOf({ label }));
    expect(answered).toMatchObject({
      outcome: "complete",
      confidence: null,
      measured: { pass: label === "pass" ? 0 : 1, agrees: 0, invalid: 1 },
    });
  }
});

test("a judge does nothing outside, and asks nobody", async () => {
  const { answered } = await answerTo(
    project([runsBash("curl -s https://example.com"), verdict(1)]),
    caseOf(),
  );
  expect(answered.measured).toMatchObject({ agrees: 1, asked: 1 });
});

test.each([
  [{ answer: { "../out.txt": "x" } }, 'the file "../out.txt" cannot be in a workspace'],
  [{ answer: { ".git/config": "x" } }, 'the file ".git/config" cannot be in a workspace'],
  [{ answer: { "": "x" } }, 'the file "" cannot be in a workspace'],
  [{ vars: { files: { "/etc/passwd": "x" } } }, 'the file "/etc/passwd" cannot be in a workspace'],
  [{ vars: { files: ["a.txt"] } }, "vars.files is not texts by path"],
  [{ rubric: "helpfull" }, 'there is no rubric "helpfull"'],
  [{ answer: { a: "x", "a/b": "y" } }, "a file of its answer cannot be written"],
])("a case that cannot be judged is refused: %j", async (more, words) => {
  await expect(answerTo(project([verdict(1)]), caseOf(more))).rejects.toThrow(words);
});

test("what is compared with is part of an answer's identity", async () => {
  const subject = await subjectIn(await placeIn(await folder(project([verdict(1)]))));
  const all = [
    caseOf(),
    caseOf({ label: "fail" }),
    caseOf({ answer: "Five." }),
    caseOf({ vars: { question: "What is two and three?" } }),
    caseOf({ rubric: "Is it short?" }),
    caseOf({ vars: { question: "What is two and two?", files: { "a.txt": "" } } }),
  ];
  const identities = new Set<string>();
  for (const [index, found] of all.entries())
    identities.add(JSON.stringify(await subject.identity(ask({ ...found, id: `c${index}` }))));
  expect(identities.size).toBe(all.length);
});

test("killed while it judges, the evaluation goes on with the same run", async () => {
  const dir = await folder(project([runsBash("cat answer.md"), verdict(1)]));
  const asking = {
    dir,
    folder: join(dir, "tasks/judge"),
    spec: judges,
    ask: ask(caseOf()),
    arm: evaluator,
  };
  await diesAnswering(asking, "append/after/judging-started");
  const place = await placeIn(dir);
  const answered = await (await subjectIn(place)).answer(asking.ask, never);
  expect(answered).toMatchObject({ outcome: "complete", measured: { agrees: 1 } });
  expect((await place.storage.journal.runs()).length).toBe(1);
});

test("which judges need a sandbox", () => {
  expect(["prompt:evaluator", "model:a", "rubric:helpful", "prompt:judge"].map(isJudgedByLoop)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
