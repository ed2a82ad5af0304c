import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalMassEdges } from "../../../src/evals/metrics/bins.ts";
import {
  equalMassEce,
  equalWidthEce,
  recalibrated,
  selective,
} from "../../../src/evals/metrics/calibration.ts";
import { classificationF1 } from "../../../src/evals/metrics/classification.ts";
import { agreementOf, confidenceOf } from "../../../src/evals/metrics/confidence.ts";
import type { Rated } from "../../../src/evals/metrics/confidence.ts";
import { crossFittedPlatt } from "../../../src/evals/metrics/platt.ts";
import { passAtK } from "../../../src/evals/metrics/pass-at-k.ts";
import { metricNamed, metrics } from "../../../src/evals/metrics/table.ts";
import { winRates } from "../../../src/evals/metrics/win-rate.ts";
import { worstCases } from "../../../src/evals/metrics/worst-case.ts";

const rated = fc.array(
  fc.record({ prob: fc.integer({ min: 0, max: 20 }).map((n) => n / 20), correct: fc.boolean() }),
  { minLength: 2, maxLength: 40 },
);

const numbersOf = (all: readonly Rated[]): readonly number[] => {
  const kept = selective(all, "strict");
  const scaled = recalibrated(all, "strict");
  return [
    equalMassEce(all, 10),
    equalWidthEce(all, 1),
    kept?.area ?? NaN,
    kept?.accuracyAt10 ?? NaN,
    scaled?.ece10 ?? NaN,
    scaled?.ece1 ?? NaN,
  ];
};

describe("calibration", () => {
  test("is from 0 to 1", () => {
    fc.assert(
      fc.property(rated, (all) => {
        for (const number of numbersOf(all)) {
          expect(number).toBeGreaterThanOrEqual(0);
          expect(number).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });

  test("does not depend on the order answers come in", () => {
    fc.assert(
      fc.property(
        rated.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          const again = numbersOf(shuffled);
          for (const [at, number] of numbersOf(all).entries()) expect(again[at]).toBeCloseTo(number, 9);
        },
      ),
    );
  });

  test("ties are taken by expectation, where HELM takes what comes first", () => {
    const tied: readonly Rated[] = [true, false, false, false].map((correct) => ({ prob: 0.8, correct }));
    expect(selective(tied, "strict")).toEqual({ area: 0.25, accuracyAt10: 0.25 });
    expect(selective(tied, "helm")?.accuracyAt10).toBe(1);
    expect(selective([], "strict")).toBeNull();
  });

  test("one bin after Platt scaling says nothing in HELM, and something when fitted on others", () => {
    const wild: readonly Rated[] = Array.from({ length: 12 }, (_, at) => ({
      prob: 0.05 + 0.9 * (at / 11),
      correct: at % 3 === 0,
    }));
    expect(recalibrated(wild, "helm")?.ece1).toBeLessThan(1e-4);
    expect(recalibrated(wild, "strict")?.ece10).toBeGreaterThan(recalibrated(wild, "helm")?.ece10 ?? 1);
  });

  test("Platt scaling takes away what a mere rescaling can", () => {
    // Twice too sure on the logit scale: right as often as the halved logit says.
    const sure = Array.from({ length: 2000 }, (_, at): Rated => {
      const logit = -4 + 8 * ((at % 100) / 99);
      const share = 1 / (1 + Math.exp(-logit / 2));
      return { prob: 1 / (1 + Math.exp(-logit)), correct: Math.floor(at / 100) / 20 < share };
    });
    const scaled = recalibrated(sure, "strict");
    expect(equalMassEce(sure, 10)).toBeGreaterThan(0.1);
    expect(scaled?.ece10).toBeLessThan(0.05);
    expect(scaled?.platt?.coef).toBeCloseTo(0.5, 1);
  });

  test("all right or all wrong: HELM says 0, strict what the confidence earns", () => {
    const right: readonly Rated[] = [0.5, 0.6, 0.7].map((prob) => ({ prob, correct: true }));
    expect(recalibrated(right, "helm")).toEqual({ ece10: 0, ece1: 0, platt: null });
    expect(recalibrated(right, "strict")?.ece1).toBeGreaterThan(0.1);
    expect(recalibrated(right.slice(1, 2), "strict")).toBeNull();
  });

  test("what lies on an edge lies below it", () => {
    const two = [0.5, 0.6].map((prob, at) => ({ prob, correct: at === 1 }));
    expect(equalWidthEce(two, 2)).toBeCloseTo(0.45, 12);
  });

  test("no answer has a say in its own rescaling", () => {
    const distinct = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 2, maxLength: 25 });
    fc.assert(
      fc.property(distinct, fc.nat(), fc.nat(), (percents, bits, which) => {
        const all = percents.map((percent, at) => ({
          prob: percent / 100,
          correct: ((bits >> (at % 30)) & 1) === 1,
        }));
        const chosen = percents.toSorted((a, b) => a - b)[which % percents.length];
        const other = all.map((one) =>
          one.prob === (chosen ?? 0) / 100 ? { ...one, correct: !one.correct } : one,
        );
        const rescaled = (rated: typeof all): readonly number[] =>
          crossFittedPlatt(rated).map(({ prob }) => prob);
        const same = rescaled(all).filter((prob, at) => prob === rescaled(other)[at]);
        expect(same.length).toBeGreaterThan(0);
      }),
    );
  });

  test("edges rise to 1 and no bin is asked for twice", () => {
    fc.assert(
      fc.property(rated, fc.integer({ min: 1, max: 12 }), (all, bins) => {
        const edges = equalMassEdges(
          all.map(({ prob }) => prob),
          bins,
        );
        expect(edges.at(-1)).toBe(1);
        expect(edges).toEqual([...new Set(edges)].toSorted((a, b) => a - b));
        expect(edges.length).toBeLessThanOrEqual(bins);
      }),
    );
  });
});

describe("where confidence comes from", () => {
  test("log-probabilities of tokens", () => {
    const ofLogprobs = (...logprobs: readonly number[]): number | null =>
      confidenceOf({ source: "logprobs", logprobs });
    expect(ofLogprobs(Math.log(0.5), Math.log(0.5))).toBeCloseTo(0.25, 12);
    expect(ofLogprobs(1e-9)).toBe(1);
    expect(ofLogprobs()).toBeNull();
  });

  test("what a model says of itself", () => {
    const inText = (text: string): number | null => confidenceOf({ source: "verbalised", text });
    expect(inText("Paris. Confidence: 85%")).toBe(0.85);
    expect(inText("I am 100 % sure")).toBe(1);
    expect(inText("In 1789. Confidence 0.7.")).toBe(0.7);
    expect(inText("confidence: .9")).toBe(0.9);
    expect(inText("In 1789")).toBeNull();
    expect(inText("120%")).toBeNull();
    expect(inText("sure")).toBeNull();
  });

  test("how many of K answers agree", () => {
    expect(agreementOf(["Paris", "the paris.", "Lyon", "Paris"])).toEqual({
      answer: "Paris",
      confidence: 0.75,
    });
    expect(agreementOf(["a1", "b1"])).toEqual({ answer: "a1", confidence: 0.5 });
    expect(agreementOf([])).toBeNull();
    expect(confidenceOf({ source: "agreement", answers: ["7", "8", "7"] })).toBeCloseTo(2 / 3, 12);
  });
});

test("pass@k is the share of k-subsets with a passing answer", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(8), fc.nat(8), (n, c, k) => {
      fc.pre(c <= n && k >= 1 && k <= n);
      const subsets = Array.from({ length: 2 ** n }, (_, bits) => bits).filter((bits) => ones(bits) === k);
      const passing = subsets.filter((bits) => (bits & (2 ** c - 1)) !== 0);
      expect(passAtK(n, c, k)).toBeCloseTo(passing.length / subsets.length, 12);
    }),
  );
});

test("with fewer tries than k one pass is enough", () => {
  expect(passAtK(2, 1, 5)).toBe(1);
});

const ones = (bits: number): number => bits.toString(2).replaceAll("0", "").length;

describe("classes", () => {
  const label = fc.constantFrom("yes", "No!", "maybe", "");

  test("F1 is from 0 to 1, and does not depend on the order of items", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(label, label), { minLength: 1, maxLength: 12 }), (pairs) => {
        const of = (all: typeof pairs): ReturnType<typeof classificationF1> =>
          classificationF1(
            all.map(([gold]) => gold),
            all.map(([, pred]) => pred),
          );
        const { macro, micro, weighted, perClass } = of(pairs);
        for (const f1 of [macro, micro, weighted, ...Object.values(perClass)]) {
          expect(f1).toBeGreaterThanOrEqual(0);
          expect(f1).toBeLessThanOrEqual(1);
        }
        const back = of(pairs.toReversed());
        expect(back.macro).toBeCloseTo(macro, 12);
        expect(back.weighted).toBeCloseTo(weighted, 12);
        expect(back.perClass).toEqual(perClass);
      }),
    );
  });

  test("a class that is never gold counts only where it is named", () => {
    expect(classificationF1(["a b"], ["a b"]).macro).toBe(1);
    expect(classificationF1(["a b"], ["a b"], ["a b", "c"]).macro).toBe(0.5);
  });
});

describe("win rates", () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 2,
    maxLength: 8,
  });
  const columns = [
    { name: "score", lowerIsBetter: false },
    { name: "cost", lowerIsBetter: true },
  ];

  test("of n rows add up to n / 2", () => {
    fc.assert(
      fc.property(rows, (all) => {
        const rates = winRates(columns, all, "mean").map((rate) => rate ?? NaN);
        expect(rates.reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(all.length / 2, 9);
      }),
    );
  });

  test("are the chances of beating another row drawn at random", () => {
    fc.assert(
      fc.property(rows, (all) => {
        const rates = winRates(
          columns.slice(0, 1),
          all.map(([score]) => [score]),
          "mean",
        );
        for (const [at, [own]] of all.entries()) {
          const others = all
            .filter((_, other) => other !== at)
            .map(([score]) => (own > score ? 1 : own === score ? 0.5 : 0));
          expect(rates[at]).toBeCloseTo(
            others.reduce<number>((sum, one) => sum + one, 0) / others.length,
            12,
          );
        }
      }),
    );
  });
});

describe("worst cases", () => {
  const item = (
    original: number,
    ...perturbed: readonly number[]
  ): Parameters<typeof worstCases>[0][number] => ({
    original,
    perturbed: perturbed.map((score) => ({ perturbation: "typos", concern: "robustness", score })),
  });
  const meanOf = (cases: ReturnType<typeof worstCases>, name: string): number | undefined =>
    cases.find(({ perturbation, computedOn }) => perturbation === name && computedOn === "worst")?.mean;

  test("the worst is the largest where lower is better, though not for HELM", () => {
    const items = [item(0.1, 0.4), item(0.3, 0.2)];
    expect(meanOf(worstCases(items, "lower", "strict"), "robustness")).toBeCloseTo(0.35, 12);
    expect(meanOf(worstCases(items, "lower", "helm"), "robustness")).toBeCloseTo(0.15, 12);
    expect(meanOf(worstCases(items, "higher", "strict"), "robustness")).toBeCloseTo(0.15, 12);
  });

  test("what was not perturbed has no robustness and no fairness, though HELM gives one", () => {
    expect(worstCases([item(0.5)], "higher", "strict")).toEqual([]);
    expect(worstCases([item(0.5)], "higher", "helm").map(({ perturbation }) => perturbation)).toEqual([
      "robustness",
      "fairness",
    ]);
    const half = [item(0.5), item(1, 0)];
    expect(worstCases(half, "higher", "strict")[0]).toMatchObject({
      perturbation: "robustness",
      mean: 0,
      count: 1,
    });
    expect(
      metricNamed("fairness")?.value({ scores: { a: { original: 1, "robustness:typos": 0 } } }, "strict"),
    ).toBeNull();
  });

  test("the direction comes from the metric that is named", () => {
    const scores = { a: { original: 1, "fairness:gender": 4 } };
    const fairness = metricNamed("fairness");
    expect(fairness?.value({ scores, metric: "f1_score" }, "strict")).toBe(1);
    expect(fairness?.value({ scores, metric: "absolute_value_difference" }, "strict")).toBe(4);
    expect(fairness?.value({ scores, direction: "lower" }, "strict")).toBe(4);
  });
});

test("what an item took is told in the units of the table, and what is unknown is no number", () => {
  const usage = { input: 120, output: 30, micros: 1500, latency_ms: 812, turns: null };
  const told = metrics
    .filter(({ needs }) => needs === "usage")
    .map(({ name, value }) => [name, value(usage, "strict")]);
  expect(Object.fromEntries(told)).toEqual({
    tokens: 150,
    input_tokens: 120,
    output_tokens: 30,
    cost: 0.0015,
    latency: 812,
    turns: null,
  });
});

test("each metric has a name of its own and says what it is in one short line", () => {
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
  expect(metrics.filter(({ about }) => about.length > 90 || about.includes("\n"))).toEqual([]);
});
