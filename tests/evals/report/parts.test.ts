import { describe, expect, test } from "vitest";
import type { ScoredAnswer } from "../../../src/evals/answer.ts";
import { calibrationOf } from "../../../src/evals/report/calibration.ts";
import { dimensionsOf } from "../../../src/evals/report/dimensions.ts";
import { efficiencyOf, quantileOf } from "../../../src/evals/report/efficiency.ts";
import { kappaOf } from "../../../src/evals/scoring/agreement.ts";
import { regressionsOf } from "../../../src/evals/report/regressions.ts";
import { reportedOf } from "../../../src/evals/report/reported.ts";
import type { Scale } from "../../../src/evals/gate/spec.ts";
import type { StoredReport } from "../../../src/evals/report/report.ts";
import { worstForms } from "../../../src/evals/report/worst-forms.ts";
import { storedSample } from "./sample-report.ts";

const metric = "quasi_exact_match";
const stored = storedSample({ cases: 12, looks: [2] });

/** The same report with other scores of quality; undefined: as it was. */
const scored = (
  report: StoredReport,
  score: (answer: ScoredAnswer) => ScoredAnswer["scores"][string] | undefined,
): StoredReport => ({
  ...report,
  answers: report.answers.map((one) => ({
    ...one,
    scores: { ...one.scores, [metric]: score(one) ?? one.scores[metric] ?? 0 },
  })),
});

describe("worst forms", () => {
  const higher: Scale = { kind: "score", metric: "m", better: "higher", range: [0, 1] };
  const [base] = stored.answers;
  const answer = (
    id: string,
    form: string | null,
    score: number | "error" | "outage",
    sample = 1,
    arm: ScoredAnswer["arm"] = "candidate",
  ): ScoredAnswer => ({ ...base!, case: id, form, sample, arm, scores: { m: score } });
  const lossesOf = (answers: readonly ScoredAnswer[], scale: Parameters<typeof worstForms>[1] = higher) =>
    worstForms(answers, scale).map(({ concern, losses }) => [
      concern,
      [...losses].map(([id, byArm]) => [id, byArm.candidate]),
    ]);

  test("the worst of the forms and of the first answer to the case as written, in the direction of the metric", () => {
    const answers = [
      answer("a", null, 0.75),
      answer("a", null, 0, 2),
      answer("a", "robustness:typos", 0.5),
      answer("a", "robustness:mild_mix", 1),
      answer("b", null, 0.25),
      answer("b", "robustness:typos", 0.5),
      answer("c", null, 0),
    ];
    expect(lossesOf(answers)).toEqual([
      [
        "robustness",
        [
          ["a", 0.5],
          ["b", 0.75],
        ],
      ],
      ["robustness:mild_mix", [["a", 0.25]]],
      [
        "robustness:typos",
        [
          ["a", 0.5],
          ["b", 0.75],
        ],
      ],
    ]);
    expect(lossesOf(answers, { ...higher, better: "lower" })[0]).toEqual([
      "robustness",
      [
        ["a", 1],
        ["b", 0.5],
      ],
    ]);
  });

  test("an error is the worst there is; an outage is left out; a concern with one form is that form", () => {
    const answers = [
      answer("a", null, 0.75),
      answer("a", "fairness:gender", "error"),
      answer("b", null, 0.5),
      answer("b", "fairness:gender", "outage"),
    ];
    expect(lossesOf(answers)).toEqual([["fairness", [["a", 1]]]]);
  });

  test("only cases that every arm has answered so; none where nothing was perturbed", () => {
    const answers = [
      answer("a", "robustness:typos", 0.5),
      answer("a", "robustness:typos", 0.75, 1, "baseline"),
      answer("b", "robustness:typos", 0.5),
    ];
    expect(lossesOf(answers)).toEqual([["robustness", [["a", 0.5]]]]);
    expect(lossesOf([answer("a", null, 1)])).toEqual([]);
  });

  test("are dimensions of quality, each of their own cases", () => {
    const report = storedSample({ cases: 20, forms: ["robustness:typos", "fairness:gender"] });
    const found = dimensionsOf(report).filter(({ concern }) => concern !== null);
    expect(found.map(({ measure, concern, cases }) => [measure.name, concern, cases])).toEqual([
      [metric, "robustness", 20],
      [metric, "fairness", 20],
    ]);
    const written = dimensionsOf(report)[0]?.arms.candidate?.value ?? 0;
    expect(found[0]?.arms.candidate?.value).toBeLessThanOrEqual(written + 0.2);
    const [robustness] = reportedOf({ ...report, reported: ["robustness"] }, found);
    expect(robustness?.values.candidate).toBe(found[0]?.arms.candidate?.value);
    expect(reportedOf({ ...stored, reported: ["fairness"] }, dimensionsOf(stored))[0]?.values).toEqual({
      candidate: null,
      baseline: null,
      best: null,
    });
  });
});

describe("calibration", () => {
  const sure = (
    report: StoredReport,
    confidence: StoredReport["confidence"],
    prob: (one: ScoredAnswer) => number,
  ) => ({
    ...report,
    confidence,
    answers: report.answers.map((one) => ({
      ...one,
      answered: {
        ...one.answered,
        confidence: prob(one),
        logprobs: [Math.log(prob(one)) / 2, Math.log(prob(one)) / 2],
      },
    })),
  });
  const halfRight = scored(stored, ({ sample }) => (sample === 1 ? 1 : 0));

  test("who is half sure and half right is calibrated; who is quite sure is off by what is missing", () => {
    for (const source of ["verbalised", "logprobs"] as const) {
      expect(
        calibrationOf(
          sure(halfRight, source, () => 0.5),
          "candidate",
        )?.ece,
      ).toBeCloseTo(0, 9);
      const off = calibrationOf(
        sure(halfRight, source, () => 0.9),
        "candidate",
      );
      expect(off?.ece).toBeCloseTo(0.4, 9);
      expect(off).toMatchObject({ source, rated: 24 });
      expect(off?.bins).toEqual([
        { count: 24, confidence: expect.closeTo(0.9, 9), accuracy: 0.5, interval: expect.anything() },
      ]);
    }
  });

  test("who knows which answers are right has a perfect surest tenth", () => {
    const knowing = sure(halfRight, "verbalised", ({ sample }) => (sample === 1 ? 0.9 : 0.2));
    expect(calibrationOf(knowing, "candidate")?.selective?.accuracyAt10).toBe(1);
    const misled = sure(halfRight, "verbalised", ({ sample }) => (sample === 1 ? 0.2 : 0.9));
    expect(calibrationOf(misled, "candidate")?.selective?.accuracyAt10).toBe(0);
  });

  test("agreement rates one answer a case: that most often given", () => {
    const texts: readonly string[] = ["yes", "Yes!", "no", "yes"];
    const four = storedSample({ cases: 5, looks: [2, 4] });
    const report = scored(
      {
        ...four,
        answers: four.answers.map((one) => ({
          ...one,
          answered: { ...one.answered, text: texts[one.sample - 1] ?? "" },
        })),
      },
      ({ sample }) => (sample === 3 ? 0 : 1),
    );
    const found = calibrationOf(report, "candidate");
    expect(found).toMatchObject({ rated: 5, ece: expect.closeTo(0.25, 9) });
    expect(found?.bins[0]).toMatchObject({ count: 5, confidence: 0.75, accuracy: 1 });
  });

  test("an error is no answer, and without a confidence there is nothing", () => {
    const failed = storedSample({ cases: 5, errors: 1, confidence: "verbalised" });
    expect(calibrationOf(failed, "candidate")).toBeNull();
    expect(calibrationOf(stored, "best")).toBeNull();
  });
});

describe("regressions", () => {
  test("the worst first, of equal ones that which the suite has first, ten at most", () => {
    const many = scored(storedSample({ cases: 30, looks: [2] }), ({ arm, case: id, sample }) =>
      arm === "baseline" ? 1 : id === "c7" || (sample === 1 && Number(id.slice(1)) > 5) ? 0 : 1,
    );
    const found = regressionsOf(many);
    expect(found.map(({ of }) => of.case.id)).toEqual("c7 c6 c8 c9 c10 c11 c12 c13 c14 c15".split(" "));
    expect(found[0]).toMatchObject({ candidate: 0, baseline: 1 });
    expect(found[1]).toMatchObject({
      candidate: 0.5,
      answers: { candidate: { sample: 1 }, baseline: { sample: 1 } },
    });
  });

  test("beside the candidate's worst answer stands the baseline's best; errors count, outages do not", () => {
    const report = scored(stored, ({ arm, case: id, sample }) => {
      if (id === "c1") return arm === "baseline" ? (sample === 2 ? 1 : 0) : "error";
      if (id === "c2") return arm === "baseline" ? 1 : "outage";
      return 1;
    });
    const found = regressionsOf(report);
    expect(found.map(({ of }) => of.case.id)).toEqual(["c1"]);
    expect(found[0]).toMatchObject({ candidate: 0, baseline: 0.5, answers: { baseline: { sample: 2 } } });
  });

  test("of a first version there are none", () => {
    expect(regressionsOf(storedSample({ baseline: null }))).toEqual([]);
  });
});

test("what answers took: medians, the nearest rank, and what has no price", () => {
  expect(quantileOf([5, 1, 4, 2, 3], 0.95)).toBe(5);
  expect(
    quantileOf(
      Array.from({ length: 100 }, (_, i) => i + 1),
      0.95,
    ),
  ).toBe(95);
  expect(quantileOf([], 0.95)).toBeNull();
  const report: StoredReport = {
    ...stored,
    answers: stored.answers.map((one, index) => ({
      ...one,
      answered: {
        ...one.answered,
        outcome: index % 2 === 0 ? ("outage" as const) : ("complete" as const),
        latencyMs: index % 2 === 0 ? 1e9 : 100,
        micros: index === 1 ? null : 2_000,
      },
    })),
  };
  expect(efficiencyOf(report, "candidate")).toMatchObject({
    answers: 12,
    latencyMs: { median: 100, p95: 100 },
    micros: { median: 2_000, sum: 22_000, unknown: 1 },
  });
  expect(efficiencyOf(report, "best")).toBeNull();
});

test("kappa is Cohen's", () => {
  expect(kappaOf({ good: { right: 20, of: 25 }, bad: { right: 15, of: 25 } })).toBeCloseTo(0.4, 12);
  expect(kappaOf({ good: { right: 25, of: 25 }, bad: { right: 25, of: 25 } })).toBe(1);
  expect(kappaOf({ good: { right: 0, of: 0 }, bad: { right: 0, of: 0 } })).toBeNull();
  expect(kappaOf({ good: { right: 9, of: 9 }, bad: { right: 0, of: 0 } })).toBeNull();
});
