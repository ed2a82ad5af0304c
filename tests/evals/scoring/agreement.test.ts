import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ScoredAnswer } from "../../../src/evals/answer.ts";
import { agreementOn, countsOf } from "../../../src/evals/scoring/agreement.ts";
import type { Pair } from "../../../src/evals/scoring/agreement.ts";
import { calibrationInput } from "../../../src/evals/scoring/calibration.ts";
import type { ConfidenceSource } from "../../../src/evals/scoring/calibration.ts";
import { judging } from "../../../src/evals/scoring/judge.ts";
import {
  judgedOf,
  judgeRow,
  labelRow,
  labelsOf,
  pairsOf,
  unjudged,
} from "../../../src/evals/scoring/labels.ts";
import type { LabelRow } from "../../../src/evals/scoring/labels.ts";
import type { Measure } from "../../../src/evals/measure.ts";
import type { Answered } from "../../../src/evals/answer.ts";
import { serve, status } from "../../edges/models/wire/server.ts";
import { answerOf, never } from "./given.ts";
import { judge, portsTo, sha256, submitting, verdictJson } from "./judging.ts";

const times = (count: number, label: boolean, pass: boolean): Pair[] =>
  Array.from({ length: count }, () => ({ label, pass }));

describe("agreement with people", () => {
  test("is that of worked examples", () => {
    // Both yes 20, both no 15, one each way 5 and 10: kappa 0.4 (Wikipedia, Cohen's kappa, "Simple example").
    const first = [
      ...times(20, true, true),
      ...times(5, true, false),
      ...times(10, false, true),
      ...times(15, false, false),
    ];
    expect(agreementOn(first)).toEqual({
      labels: 50,
      accuracy: 0.7,
      kappa: expect.closeTo(0.4, 12),
      sensitivity: 0.8,
      specificity: 0.6,
    });
    // 45, 15, 25, 15 of 100: kappa 0.1304 (the same page, "Same percentages but different numbers").
    const second = [
      ...times(45, true, true),
      ...times(15, true, false),
      ...times(25, false, true),
      ...times(15, false, false),
    ];
    expect(agreementOn(second).kappa).toBeCloseTo(0.1304, 4);
    expect(countsOf(second)).toEqual({ good: { right: 45, of: 60 }, bad: { right: 15, of: 40 } });
  });

  test("where there is nothing to tell it by there is no number", () => {
    expect(agreementOn([])).toEqual({
      labels: 0,
      accuracy: null,
      kappa: null,
      sensitivity: null,
      specificity: null,
    });
    expect(agreementOn(times(9, true, true))).toMatchObject({ accuracy: 1, kappa: null, specificity: null });
  });

  test("of the opposite of a judge is the opposite", () => {
    const pairs = fc.array(fc.record({ label: fc.boolean(), pass: fc.boolean() }), { minLength: 1 });
    fc.assert(
      fc.property(pairs, (given) => {
        const own = agreementOn(given);
        const other = agreementOn(given.map(({ label, pass }) => ({ label, pass: !pass })));
        expect((own.accuracy ?? 0) + (other.accuracy ?? 0)).toBeCloseTo(1, 12);
        if (own.kappa !== null) expect(own.kappa).toBeLessThanOrEqual(1);
        expect(own.kappa === 1).toBe(own.accuracy === 1 && own.kappa !== null);
        // Who calls what good and bad makes no difference to kappa.
        const turned = agreementOn(given.map(({ label, pass }) => ({ label: !label, pass: !pass })));
        expect(turned.kappa ?? 9).toBeCloseTo(own.kappa ?? 9, 12);
        expect(turned.sensitivity).toBe(own.specificity);
      }),
    );
  });
});

describe("labels", () => {
  const by = sha256("judge 1");
  const other = sha256("judge 2");
  const rowOf = (given: Readonly<Record<string, unknown>> = {}): LabelRow =>
    labelRow.parse({
      id: "l1",
      vars: { mail: "Hello" },
      answer: "Hi.",
      rubric: "helpful",
      label: "pass",
      ...given,
    });
  const judgedBy = (digest: string, pass: boolean): object => ({ digest, score: 0.5, pass });

  test("count where a person and this judge have spoken", () => {
    const rows = [
      rowOf({ judged: judgedBy(by, true) }),
      rowOf({ judged: judgedBy(by, false) }),
      rowOf({ label: "fail", judged: judgedBy(by, false) }),
      rowOf({ label: undefined, judged: judgedBy(by, true) }),
      rowOf({ judged: judgedBy(other, true) }),
      rowOf(),
    ];
    expect(pairsOf(rows, by)).toHaveLength(3);
    expect(labelsOf(rows, by)).toEqual({ good: { right: 1, of: 2 }, bad: { right: 1, of: 1 } });
    expect(labelsOf(rows, sha256("judge 3"))).toBeNull();
    expect(unjudged(rows, by)).toEqual(rows.slice(4));
  });

  test("the judge is asked as about an answer of a suite, and does not see the label", async () => {
    await using server = await serve(submitting(verdictJson(["answers", 1], ["grounded", 1])));
    const row = rowOf({ by: "maria" });
    const found = await judgeRow(judging(judge, portsTo(server.url)), row, by, never);
    expect(found).toEqual({ ...row, judged: { digest: by, score: 1, pass: true } });
    const sent = JSON.stringify(server.requests[0]?.body);
    expect(sent).toContain("Hello");
    expect(sent).not.toMatch(/maria|"pass"|label/);
  });

  test("a judge that fails labels nothing", async () => {
    await using server = await serve(status(401, '{"error": {"message": "bad key"}}'));
    const found = await judgeRow(judging(judge, portsTo(server.url)), rowOf(), by, never);
    expect(found).toMatchObject({ why: expect.stringContaining("bad key") });
  });

  test("files are what was handed in", () => {
    const files = { "a.md": "# A" };
    expect(judgedOf(rowOf({ answer: files }))).toMatchObject({ text: "", output: files });
    expect(judgedOf(rowOf())).toMatchObject({ text: "Hi.", output: null, references: [] });
  });
});

describe("confidence", () => {
  const rate: Measure = { name: "q", kind: "rate", better: "higher", range: [0, 1], judged: false };
  type Given = Partial<Answered> & Partial<Pick<ScoredAnswer, "case" | "sample" | "form" | "scores">>;
  const scored = ({
    case: id = "c1",
    sample = 1,
    form = null,
    scores = { q: 1 },
    ...rest
  }: Given): ScoredAnswer => ({
    case: id,
    arm: "candidate",
    sample,
    form,
    key: sha256("key"),
    reused: false,
    answered: answerOf(rest),
    scores,
  });
  const of = (answers: readonly Given[], source: ConfidenceSource, measure = rate): unknown =>
    calibrationInput(answers.map(scored), source, measure);

  test("by logprobs is the probability of the whole answer", () => {
    expect(
      of(
        [
          { logprobs: [Math.log(0.5), Math.log(0.5)] },
          { logprobs: null },
          { logprobs: [0], scores: { q: 0 } },
        ],
        "logprobs",
      ),
    ).toEqual([
      { prob: expect.closeTo(0.25, 12), correct: true },
      { prob: 1, correct: false },
    ]);
  });

  test("by words is what was said, else the last number of the text", () => {
    expect(
      of(
        [
          { confidence: 0.9, text: "10 %" },
          { text: "delivery, 80 % sure", scores: { q: 0 } },
          { text: "delivery" },
        ],
        "verbalised",
      ),
    ).toEqual([
      { prob: 0.9, correct: true },
      { prob: 0.8, correct: false },
    ]);
  });

  test("by agreement there is one for each case: the share of its most frequent answer", () => {
    const answers: Given[] = [
      { sample: 2, text: "The delivery.", scores: { q: 1 } },
      { sample: 1, text: "refund", scores: { q: 0 } },
      { sample: 3, text: "delivery", scores: { q: 1 } },
      { case: "c2", sample: 1, text: "a", scores: { q: 0 } },
      { case: "c2", sample: 2, text: "A", scores: { q: 0 } },
      { case: "c3", sample: 1, text: "alone" },
    ];
    expect(of(answers, "agreement")).toEqual([
      { prob: expect.closeTo(2 / 3, 12), correct: true },
      { prob: 1, correct: false },
    ]);
  });

  test("answers in other forms, and those without a score, count for nothing", () => {
    const answers: Given[] = [
      { confidence: 0.5, form: "robustness:typos" },
      { confidence: 0.5, scores: { q: "outage" } },
      { confidence: 0.5, scores: {} },
    ];
    expect(of(answers, "verbalised")).toEqual([]);
  });

  test("of a score an answer is right from the middle of its range on; lower may be better", () => {
    const score: Measure = { ...rate, kind: "score", range: [0, 10] };
    const answers = [5, 4.9].map((q): Given => ({ confidence: 0.5, scores: { q } }));
    const right = (measure: Measure, from?: number): boolean[] =>
      calibrationInput(answers.map(scored), "verbalised", measure, from).map(({ correct }) => correct);
    expect(right(score)).toEqual([true, false]);
    expect(right({ ...score, better: "lower" }, 4.9)).toEqual([false, true]);
    expect(right(score, 4)).toEqual([true, true]);
  });
});
