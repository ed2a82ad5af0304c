import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { judgeLabels, labelsPath, readLabels, writeLabels } from "../../../src/cli/evaluation/labels.ts";
import { judging } from "../../../src/evals/scoring/judge.ts";
import { labelRow, labelsOf } from "../../../src/evals/scoring/labels.ts";
import type { LabelRow } from "../../../src/evals/scoring/labels.ts";
import { rubricJudgeDigest } from "../../../src/evals/scoring/verdict.ts";
import { serve, status } from "../../edges/models/wire/server.ts";
import type { Reply } from "../../edges/models/wire/server.ts";
import { judge, portsTo, sha256, submitting, verdictJson } from "../../evals/scoring/judging.ts";
import { folder } from "../ground.ts";

const rowOf = (id: string, given: Readonly<Record<string, unknown>> = {}): LabelRow =>
  labelRow.parse({
    id,
    vars: { mail: "Hello" },
    answer: `Answer ${id}`,
    rubric: "helpful",
    label: "pass",
    ...given,
  });

const rows = [rowOf("a"), rowOf("b", { label: "fail" }), rowOf("c", { label: undefined }), rowOf("d")];
const by = rubricJudgeDigest(judge, "helpful", sha256);
const never = new AbortController().signal;

async function place(): Promise<{ dir: string; rubric: string }> {
  return { dir: await folder({ "rubrics/README.md": "" }), rubric: "helpful" };
}

const good = submitting(verdictJson(["answers", 1], ["grounded", 1]));
const bad = submitting(verdictJson(["answers", 1], ["grounded", 0]));

test("rows are read as they were written; where there is no file there are none", async () => {
  const { dir, rubric } = await place();
  expect(await readLabels(dir, rubric)).toEqual([]);
  await writeLabels(dir, rubric, rows);
  expect(await readLabels(dir, rubric)).toEqual(rows);
});

test.each([
  ['{"id": "a"', /:2: not JSON .*: mend the line$/],
  ['{"id": "a", "vars": {}, "rubric": "helpful"}', /:2: answer: .*: mend the line$/],
  ['{"id": "b", "vars": {}, "answer": "", "rubric": "other"}', /:2: it is of the rubric other: move it to/],
  ['{"id": "z", "vars": {}, "answer": "", "rubric": "helpful"}', /:2: z is there twice: keep one$/],
])("%s is told by its line", async (line, words) => {
  const { dir, rubric } = await place();
  await writeFile(labelsPath(dir, rubric), `${JSON.stringify(rowOf("z"))}\n${line}\n`);
  await expect(readLabels(dir, rubric)).rejects.toThrow(words);
});

test("the judge is asked about what has a label and no verdict of its own, once", async () => {
  const where = await place();
  await writeLabels(where.dir, where.rubric, rows);
  await using server = await serve(good, bad, good);
  const by1 = judging(judge, portsTo(server.url));
  const { rows: judged, failed } = await judgeLabels(where, by1, by, { width: 1, signal: never });
  expect(failed).toEqual([]);
  expect(server.requests).toHaveLength(3);
  expect(judged.map(({ judged: one }) => one?.pass)).toEqual([true, false, undefined, true]);
  expect(labelsOf(judged, by)).toEqual({ good: { right: 2, of: 2 }, bad: { right: 1, of: 1 } });
  expect(await readLabels(where.dir, where.rubric)).toEqual(judged);
  const text = await readFile(labelsPath(where.dir, where.rubric), "utf8");
  await judgeLabels(where, judging(judge, portsTo(server.url)), by, { width: 4, signal: never });
  expect(server.requests).toHaveLength(3);
  expect(await readFile(labelsPath(where.dir, where.rubric), "utf8")).toBe(text);
});

test("what a person labels or changes meanwhile stays", async () => {
  const where = await place();
  await writeLabels(where.dir, where.rubric, rows.slice(0, 2));
  const later = [rowOf("a", { label: "fail", by: "maria" }), rowOf("b", { answer: "Another" }), rowOf("e")];
  const labelling: Reply = (response, seen) =>
    void writeLabels(where.dir, where.rubric, later).then(() => good(response, seen));
  await using server = await serve(labelling, good);
  const { rows: left } = await judgeLabels(where, judging(judge, portsTo(server.url)), by, {
    width: 1,
    signal: never,
  });
  expect(left.map(({ judged: _, ...row }) => row)).toEqual(later);
  // What it said of another answer is no verdict on this one.
  expect(left.map(({ judged: one }) => one?.pass)).toEqual([true, undefined, undefined]);
});

test("what was judged before it is stopped is kept", async () => {
  const where = await place();
  await writeLabels(where.dir, where.rubric, rows);
  const stopped = new AbortController();
  const stopping: Reply = () => stopped.abort(new Error("stopped"));
  await using server = await serve(good, stopping);
  const by1 = judging(judge, portsTo(server.url));
  await expect(judgeLabels(where, by1, by, { width: 1, signal: stopped.signal })).rejects.toThrow("stopped");
  expect((await readLabels(where.dir, where.rubric)).map(({ judged: one }) => one?.pass)).toEqual([
    true,
    undefined,
    undefined,
    undefined,
  ]);
});

test("rows without a verdict are named, and stay open", async () => {
  const where = await place();
  await writeLabels(where.dir, where.rubric, rows.slice(0, 1));
  await using server = await serve(status(401, '{"error": {"message": "bad key"}}'));
  const { rows: left, failed } = await judgeLabels(where, judging(judge, portsTo(server.url)), by, {
    width: 2,
    signal: never,
  });
  expect(failed).toEqual([expect.objectContaining({ why: expect.stringContaining("bad key") })]);
  expect(left).toEqual(rows.slice(0, 1));
});

test("the digest that labels name is of their rubric alone", () => {
  const other = {
    ...judge,
    rubrics: { ...judge.rubrics, short: { ...judge.rubrics["short"], digest: sha256("new") } as never },
  };
  expect(rubricJudgeDigest(other, "helpful", sha256)).toBe(by);
  expect(rubricJudgeDigest(other, "short", sha256)).not.toBe(rubricJudgeDigest(judge, "short", sha256));
});
