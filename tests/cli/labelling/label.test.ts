import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { assert, dictionary, integer, property, string } from "fast-check";
import { expect, test } from "vitest";
import { label } from "../../../src/cli/commands/label.ts";
import { keepReport } from "../../../src/cli/evaluation/stored-reports.ts";
import { inOrder } from "../../../src/cli/labelling/label-book.ts";
import { labelLines } from "../../../src/cli/labelling/label-card.ts";
import { progressText } from "../../../src/cli/labelling/progress.ts";
import { reportedAnswers } from "../../../src/cli/labelling/reported-answers.ts";
import { openEvaluations } from "../../../src/edges/sqlite/evaluations.ts";
import type { StoredReport } from "../../../src/evals/report/report.ts";
import { judgeCase } from "../../../src/evals/suite/case.ts";
import type { JudgeCase } from "../../../src/evals/suite/case.ts";
import { cells } from "../../../src/cli/view/cells.ts";
import { storedSample } from "../../evals/report/sample-report.ts";
import { ioAt } from "../evaluation/ground.ts";
import { comesTo, refusal } from "../comparing.ts";
import { folder, harness } from "../ground.ts";
import type { Done, Files } from "../ground.ts";

const file = "tasks/judge/cases.jsonl";

const caseOf = (id: string, more: object = {}): string =>
  JSON.stringify({
    id,
    vars: { question: `q of ${id}` },
    answer: `a of ${id}`,
    rubric: "Is it right?",
    ...more,
  });

const judgeSuite = (lines: readonly string[]): Files => ({
  "tasks/judge/suite.yaml": "suite: judge\nkind: judge\ntarget: prompt:evaluator\n",
  [file]: `${lines.join("\n")}\n`,
});

const presses = async (dir: string, name: string, ...keys: readonly string[]): Promise<Done> =>
  harness(dir, ["label", name], {
    terminal: { columns: 80, rows: 40, write: () => undefined },
    person: { presses: [...keys, "q"] },
  });

const casesIn = async (dir: string, path = file): Promise<readonly JudgeCase[]> =>
  (await readFile(join(dir, path), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as JudgeCase);

const labelsIn = async (dir: string, path = file): Promise<Record<string, string | undefined>> =>
  Object.fromEntries((await casesIn(dir, path)).map(({ id, label: given }) => [id, given]));

/** Ids in the order in which they are asked for. */
const orderOf = (ids: readonly string[]): readonly string[] =>
  inOrder(ids.map((id) => judgeCase.parse(JSON.parse(caseOf(id))))).map(({ id }) => id);

const five = ["c1", "c2", "c3", "c4", "c5"];

test("one key per verdict, each kept at once; the next time it goes on where it stopped", async () => {
  const dir = await folder(judgeSuite(five.map((id) => caseOf(id))));
  const [a = "", b = "", c = "", d = "", e = ""] = orderOf(five);
  const first = await presses(dir, "judge", "p", "f", "s");
  expect(first.code).toBe(0);
  expect(await labelsIn(dir)).toMatchObject({ [a]: "pass", [b]: "fail" });
  expect(Object.values(await labelsIn(dir)).filter((one) => one !== undefined)).toHaveLength(2);
  expect(first.err).toContain(`case ${a}`);
  expect(first.err).toContain(`q of ${a}`);
  expect(first.err).toContain(`a of ${a}`);
  expect(first.err).toContain("Is it right?");
  expect(first.err.indexOf(`case ${a}`)).toBeLessThan(first.err.indexOf(`case ${b}`));
  expect(first.err).not.toContain(`case ${e}`);
  expect(first.err).toContain("2 labels given, in tasks/judge/cases.jsonl · 2 of 100");
  const second = await presses(dir, "judge", "p");
  expect(second.err).toContain(`case ${c}`);
  expect(second.err).not.toContain(`case ${a}`);
  expect(await labelsIn(dir)).toMatchObject({ [a]: "pass", [b]: "fail", [c]: "pass" });
  expect((await presses(dir, "judge", "f", "f")).err).toContain(`case ${d}`);
  const done = await presses(dir, "judge");
  expect(done.code).toBe(0);
  expect(done.err).toContain("0 labels given");
  expect((await casesIn(dir)).every(({ by }) => typeof by === "string" && by !== "")).toBe(true);
});

test("a label can be taken back, with a note or without; other keys do nothing", async () => {
  const dir = await folder(judgeSuite(five.map((id) => caseOf(id))));
  const [a = "", b = ""] = orderOf(five);
  const done = await presses(
    dir,
    "judge",
    "u",
    "x",
    "p",
    "f",
    "u",
    "u",
    "f",
    "e",
    "n",
    "o",
    "t",
    "enter",
    "p",
  );
  expect(done.err).toContain("nothing was labelled here yet");
  expect(done.err).toContain("no such key");
  expect(done.err).toContain(`the label of ${b} is taken back`);
  expect(done.err).toContain(`the label of ${a} is taken back`);
  expect(await labelsIn(dir)).toMatchObject({ [a]: "fail", [b]: "pass" });
  const noted = (await casesIn(dir)).filter(({ note }) => note !== undefined);
  expect(noted.map(({ id, note }) => [id, note])).toEqual([[b, "not"]]);
});

test("nothing but the line of the case changes, and no label is ever half written", async () => {
  const odd = '{ "rubric":"Is it right?",  "answer":"\\u0041", "id":"odd", "vars":{"b":1,"a":2} }';
  const dir = await folder(judgeSuite([...five.map((id) => caseOf(id)), odd, ""]));
  const before = (await readFile(join(dir, file), "utf8")).split("\n");
  await presses(dir, "judge", "p", "f", "p");
  const after = (await readFile(join(dir, file), "utf8")).split("\n");
  const changed = after.flatMap((line, index) => (line === before[index] ? [] : [line]));
  expect(changed).toHaveLength(3);
  expect(after).toHaveLength(before.length);
  for (const line of changed) {
    const { label: given, by: _by, ...rest } = JSON.parse(line) as JudgeCase;
    expect(["pass", "fail"]).toContain(given);
    expect(before.filter((one) => one !== "").map((one) => JSON.parse(one) as unknown)).toContainEqual(rest);
  }
});

test("two people label at once, and no label is lost", async () => {
  const ids = Array.from({ length: 12 }, (_, index) => `c${index}`);
  const dir = await folder(judgeSuite(ids.map((id) => caseOf(id))));
  const half = (from: number): Readable =>
    Readable.from(ids.slice(from, from + 6).map((id) => `${JSON.stringify({ id, label: "pass" })}\n`));
  const codes = await Promise.all([
    label(ioAt(dir), "judge", {}, half(0)),
    label(ioAt(dir), "judge", {}, half(6)),
  ]);
  expect(codes).toEqual([0, 0]);
  expect(Object.values(await labelsIn(dir))).toEqual(ids.map(() => "pass"));
});

test("without a terminal, labels come as lines, and what waits can be listed", async () => {
  const dir = await folder(judgeSuite(five.map((id) => caseOf(id))));
  const waits = async (): Promise<readonly string[]> =>
    (await comesTo(0, dir, ["label", "judge", "--json"])).out
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as JudgeCase).id);
  expect(await waits()).toEqual(orderOf(five));
  const lines = (...given: readonly object[]): Readable =>
    Readable.from(given.map((one) => `${JSON.stringify(one)}\n`));
  const told: string[] = [];
  const io = { ...ioAt(dir), err: (text: string) => void told.push(text) };
  await label(
    io,
    "judge",
    {},
    lines({ id: "c1", label: "pass" }, { id: "c2", label: "fail", note: "short" }),
  );
  expect(told.join("")).toContain("2 labels given");
  expect(await waits()).toEqual(orderOf(five).filter((id) => id !== "c1" && id !== "c2"));
  await label(io, "judge", {}, lines({ id: "c1", label: null }));
  expect(await labelsIn(dir)).toMatchObject({ c2: "fail" });
  expect((await labelsIn(dir))["c1"]).toBe(undefined);
  expect((await casesIn(dir)).find(({ id }) => id === "c1")?.by).toBe(undefined);
  await expect(
    label(io, "judge", {}, lines({ id: "c3", label: "pass" }, { id: "c33", label: "pass" })),
  ).rejects.toThrow(/^line 2: tasks\/judge\/cases.jsonl has no case "c33".*did you mean/);
  expect(await labelsIn(dir)).toMatchObject({ c3: "pass" });
  await expect(label(io, "judge", {}, lines({ id: "c4", label: "good" }))).rejects.toThrow(/^line 1: /);
  await expect(label(io, "judge", {}, Readable.from(["nonsense\n"]))).rejects.toThrow(/^line 1: not JSON/);
});

/** A report of an evaluation in which a rubric scored each answer. */
function scoredReport(name: string): StoredReport {
  const sample = storedSample({ cases: 6, looks: [1], baseline: {} });
  const answers = sample.answers.map((one) => ({
    ...one,
    answered: { ...one.answered, text: `${one.arm} says of ${one.case}` },
    scores: { ...one.scores, "rubric:helpful": one.arm === "candidate" ? 0.9 : 0.2 },
  }));
  return { ...sample, suite: { ...sample.suite, name }, answers };
}

const rubricSuite: Files = {
  "tasks/core/suite.yaml": JSON.stringify({
    suite: "core",
    kind: "prompt",
    target: "prompt:sort",
    guards: { quality: { rubric: "helpful", margin: 0.05 } },
  }),
};

async function keep(dir: string, stored: StoredReport): Promise<void> {
  const evaluations = await openEvaluations(join(dir, ".harness"));
  await keepReport(evaluations, { report: stored, receipt: null }, { ...stored, decision: null });
  evaluations.close();
}

test("answers that a rubric scored are labelled beside the rubric, blind to whose they are and what was said", async () => {
  const dir = await folder(rubricSuite);
  expect(await refusal(dir, ["label", "core"])).toContain("there is no answer to label yet");
  await keep(dir, scoredReport("core"));
  const done = await presses(dir, "core", "p", "f");
  const path = "rubrics/helpful.labels.jsonl";
  const rows = await casesIn(dir, path);
  expect(rows.map(({ label: given }) => given)).toEqual(["pass", "fail"]);
  expect(rows.every(({ rubric }) => rubric === "helpful")).toBe(true);
  expect(done.err).toContain("Does it answer what was asked?");
  expect(done.err).not.toMatch(/\b0\.[29]\b/);
  expect(done.err.split("says of")[0]).not.toContain("worker");
  // By the rubric's name it is the same book, and what a judge said of a row stays in its row.
  const judged = { digest: "0".repeat(64), score: 0.9, pass: true };
  const [first, second] = rows;
  await writeFile(
    join(dir, path),
    `${JSON.stringify({ ...first, judged })}\n${JSON.stringify({ ...second, label: undefined, judged })}\n`,
  );
  const again = await presses(dir, "helpful", "f");
  expect(again.code).toBe(0);
  const now = (await readFile(join(dir, path), "utf8")).trimEnd().split("\n");
  expect(now).toHaveLength(2);
  const parsed = now.map((line) => JSON.parse(line) as JudgeCase & { judged?: unknown });
  expect(new Set(parsed.map(({ label: given }) => given))).toEqual(new Set(["fail", "pass"]));
  expect(parsed.every((row) => JSON.stringify(row.judged) === JSON.stringify(judged))).toBe(true);
});

test("what is labelled of a report", () => {
  const whole = scoredReport("core");
  const [one, two] = [whole.answers[0], whole.answers[1]];
  if (one === undefined || two === undefined) throw new Error("a sample has answers");
  const of = (answers: StoredReport["answers"]): readonly JudgeCase[] =>
    reportedAnswers([{ ...whole, answers }], "helpful");
  expect(of([one, { ...one, sample: 2 }])).toHaveLength(1);
  expect(of([{ ...one, form: "robustness:typos" }])).toEqual([]);
  expect(of([{ ...one, answered: { ...one.answered, outcome: "error" } }])).toEqual([]);
  expect(of([{ ...one, scores: { "rubric:helpful": "outage" } }])).toEqual([]);
  expect(reportedAnswers([whole], "other")).toEqual([]);
  for (const found of reportedAnswers([whole, whole], "helpful"))
    expect(judgeCase.parse(found)).toEqual(found);
  expect(reportedAnswers([whole, { ...whole, id: "e2" }], "helpful")).toHaveLength(12);
});

test.each([
  ["core2", /there is no suite and no rubric "core2"; did you mean "core"/],
  ["core", /no rubric scores the answers of suite core/],
  [
    "two",
    /several rubrics score the answers of suite two; say which: harness label helpful, harness label report/,
  ],
  ["broken", /cases.jsonl:1: /],
])("%s cannot be labelled", async (name, words) => {
  const dir = await folder({
    "tasks/core/suite.yaml": "suite: core\nkind: prompt\ntarget: prompt:sort\n",
    "tasks/two/suite.yaml":
      "suite: two\nkind: prompt\ntarget: prompt:sort\nmetrics: { a: { rubric: helpful }, b: { rubric: report } }\n",
    "tasks/broken/suite.yaml": "suite: broken\nkind: judge\ntarget: prompt:evaluator\n",
    "tasks/broken/cases.jsonl": "{}\n",
  });
  expect(await refusal(dir, ["label", name])).toMatch(words);
});

test("nothing of a case is obeyed by a terminal, and no line is wider than it", () => {
  const wild = string({ unit: "binary", maxLength: 300 });
  assert(
    property(
      wild,
      wild,
      dictionary(wild, wild, { maxKeys: 3 }),
      integer({ min: 40, max: 120 }),
      (question, answer, files, columns) => {
        const found: JudgeCase = {
          id: "c1",
          groups: [],
          vars: { question, files },
          answer,
          rubric: question === "" ? "r" : question,
        };
        for (const line of labelLines(found, [], columns)) {
          expect(cells(line)).toBeLessThanOrEqual(columns);
          // eslint-disable-next-line no-control-regex -- control characters are what is looked for
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/u);
        }
      },
    ),
    { numRuns: 25 },
  );
});

test("long answers come in pages, and leaving between them labels nothing", async () => {
  const long = Array.from({ length: 200 }, (_, index) => `row ${index}`).join("\n");
  const dir = await folder(judgeSuite([caseOf("c1", { answer: long })]));
  const left = await presses(dir, "judge", "ctrl-c");
  expect(left.err).toContain("[space] goes on");
  expect(left.err).not.toContain("row 199");
  expect(await labelsIn(dir)).toEqual({ c1: undefined });
  const read = await presses(dir, "judge", ...Array.from({ length: 6 }, () => " "), "p");
  expect(read.err).toContain("row 199");
  expect(await labelsIn(dir)).toEqual({ c1: "pass" });
});

const many = (pass: number, fail: number, left: number): readonly ("pass" | "fail" | null)[] => [
  ...Array.from({ length: pass }, () => "pass" as const),
  ...Array.from({ length: fail }, () => "fail" as const),
  ...Array.from({ length: left }, () => null),
];

test.each([
  [many(30, 4, 200), "34 of 234 · 66 more make the judge proven"],
  [many(30, 4, 66), "34 of 100 · 66 more make the judge proven"],
  [
    many(30, 4, 26),
    "34 of 100 · 26 answers left, and 40 more would make the judge proven: evaluate more cases",
  ],
  [many(90, 10, 1), "100 of 101 · enough to prove a judge"],
  [many(100, 0, 5), "100 of 105 · none of them is a fail, and a judge is proven by both"],
  [many(0, 100, 5), "100 of 105 · none of them is a pass, and a judge is proven by both"],
])("progress %#", (labels, text) => {
  expect(progressText(labels)).toBe(text);
});

test("the order is by chance, and always the same, whatever else is there", () => {
  const ids = Array.from({ length: 200 }, (_, index) => `c${String(index).padStart(3, "0")}`);
  const order = orderOf(ids);
  expect(order).not.toEqual(ids);
  expect(orderOf(ids.toReversed())).toEqual(order);
  const some = new Set(ids.filter((_, index) => index % 3 !== 0));
  expect(orderOf([...some])).toEqual(order.filter((id) => some.has(id)));
  // No trend: the mean place of the first half of the file is about the middle.
  const places = ids.slice(0, 100).map((id) => order.indexOf(id));
  const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
  expect(Math.abs(mean - 99.5)).toBeLessThan(20);
});
