import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clustersOf } from "../../../src/evals/stats/clusters.ts";
import { averagesOf } from "../../../src/evals/report/averages.ts";
import { decided } from "../../../src/evals/report/decided.ts";
import { dimensionsOf } from "../../../src/evals/report/dimensions.ts";
import type { Dimension } from "../../../src/evals/report/dimensions.ts";
import { estimateOf } from "../../../src/evals/report/estimate.ts";
import { itemsOf } from "../../../src/evals/report/items.ts";
import { gatedItemsOf } from "../../../src/evals/runner/items.ts";
import { decideGate } from "../../../src/evals/gate/decide.ts";
import type { ScoredItem } from "../../../src/evals/gate/item.ts";
import type { StoredReport } from "../../../src/evals/report/report.ts";
import { winRatesOf } from "../../../src/evals/report/win-rate.ts";
import { random } from "../../simulation/random.ts";
import type { GateText } from "../../../src/evals/gate/spec.ts";
import { sampleReport, storedSample, threeGuards } from "./sample-report.ts";
import type { Sample } from "./sample-report.ts";

const find = (dimensions: readonly Dimension[], measure: string, group: string | null = null): Dimension => {
  const found = dimensions.find(
    (one) => one.measure.name === measure && one.group === group && one.concern === null,
  );
  if (found === undefined) throw new Error(`no ${measure} of ${group}`);
  return found;
};

const samples: fc.Arbitrary<Sample> = fc.record({
  seed: fc.nat(1e6),
  cases: fc.integer({ min: 12, max: 40 }),
  clustered: fc.constantFrom(1, 2),
  looks: fc.constantFrom([1], [2], [2, 4]),
  best: fc.constantFrom(null, {}),
  errors: fc.constantFrom(0, 0.1),
  outages: fc.constantFrom(0, 0.05),
});
const gate: GateText = { ...threeGuards, looks: [1, 2, 4] };

describe("dimensions", () => {
  test("say of a guard's metric what the gate says of the guard, whatever failed", () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const report = sampleReport({ ...sample, gate });
        const dimensions = dimensionsOf(report);
        for (const one of report.decision?.guards ?? []) {
          const metric = report.gate.guards[one.guard]?.metric ?? "";
          const arm = one.against === "best" ? "best" : "baseline";
          const { arms, against } = find(dimensions, metric);
          const close = (value: number | null | undefined, told: number | null): void =>
            told === null ? expect(value).toBeNull() : expect(value).toBeCloseTo(told, 9);
          close(arms.candidate?.value, one.candidate);
          close(arms[arm]?.value, one.other);
          close(against[arm]?.value, one.estimate);
        }
        expect(report.decision?.guards.length).toBe(sample.best === null ? 3 : 4);
      }),
      { numRuns: 25 },
    );
  });

  test("are averages with intervals around them, and turn round with the arms", () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const stored = storedSample({ ...sample, outages: 0, best: null });
        const turned: StoredReport = {
          ...stored,
          answers: stored.answers.map((one) => ({
            ...one,
            arm: one.arm === "candidate" ? "baseline" : "candidate",
          })),
        };
        const [one, other] = [dimensionsOf(stored), dimensionsOf(turned)];
        const averages = averagesOf(stored, "candidate");
        for (const [index, { measure, group, arms, against }] of one.entries()) {
          const { value, low, high } = against.baseline ?? { value: null, low: null, high: null };
          expect(low ?? -Infinity).toBeLessThanOrEqual(value ?? Infinity);
          expect(high ?? Infinity).toBeGreaterThanOrEqual(value ?? -Infinity);
          expect(arms.best).toBeNull();
          if (group === null) expect(arms.candidate?.value).toBeCloseTo(averages.get(measure.name) ?? NaN, 9);
          const back = other[index]?.against.baseline;
          // A ratio without bound turned round is 0.
          const turn = (x: number | null): number =>
            measure.kind === "ratio" ? 1 / (x ?? Infinity) : -(x ?? NaN);
          const same = (x: number | null, y: number | null): void =>
            x === 0 && measure.kind === "ratio"
              ? expect(y).toBeNull()
              : expect(turn(y)).toBeCloseTo(x ?? NaN, 6);
          if (value !== null) same(value, back?.value ?? null);
          if (low !== null) same(low, back?.high ?? null);
        }
      }),
      { numRuns: 15 },
    );
  });

  test("come by group, with the cases and clusters of each", () => {
    const report = storedSample({ cases: 30, clustered: 3, groups: ["b", "a", "c"] });
    const quality = dimensionsOf(report).filter(({ measure }) => measure.name === "quasi_exact_match");
    expect(quality.map(({ group, cases, clusters }) => [group, cases, clusters])).toEqual([
      [null, 30, 10],
      ["a", 10, 10],
      ["b", 10, 10],
      ["c", 10, 10],
    ]);
    const sum = quality.slice(1).reduce((all, { arms }) => all + (arms.candidate?.value ?? 0), 0);
    expect(sum / 3).toBeCloseTo(quality[0]?.arms.candidate?.value ?? 0, 9);
  });

  test("do not hang on the order of answers", () => {
    const report = storedSample({ cases: 24, looks: [2], best: {}, forms: ["robustness:typos"] });
    const shuffled = { ...report, answers: report.answers.toReversed() };
    expect(dimensionsOf(shuffled)).toEqual(dimensionsOf(report));
    expect(decided(shuffled)).toEqual({ ...decided(report), answers: shuffled.answers });
  });
});

describe("intervals", () => {
  const singles = clustersOf(Array.from({ length: 10 }, (_, i) => i));
  const rate = { kind: "rate", metric: "m", better: "higher" } as const;

  test("of a share are those of Clopper and Pearson", () => {
    const own = Float64Array.from({ length: 10 }, (_, i) => (i < 2 ? 1 : 0));
    const found = estimateOf(rate, { own, theirs: null, answers: 1, clusters: singles });
    expect(found?.value).toBeCloseTo(0.8, 12);
    expect(found?.low).toBeCloseTo(0.44390454, 7);
    expect(found?.high).toBeCloseTo(0.97478927, 7);
    const lost = estimateOf(
      { ...rate, better: "lower" },
      { own, theirs: null, answers: 1, clusters: singles },
    );
    expect(lost?.low).toBeCloseTo(1 - 0.97478927, 7);
  });

  test("hold the true difference in 95 of 100 cases, or more", () => {
    const dice = random(7);
    const n = 60;
    const clusters = clustersOf(Array.from({ length: n }, (_, i) => i));
    let held = 0;
    for (let run = 0; run < 400; run += 1) {
      const own = Float64Array.from({ length: n }, () => (dice.chance(0.3) ? 1 : 0));
      const theirs = Float64Array.from({ length: n }, () => (dice.chance(0.2) ? 1 : 0));
      const { low, high } = estimateOf(rate, { own, theirs, answers: 1, clusters }) ?? { low: 1, high: 1 };
      if ((low ?? 1) <= -0.1 && (high ?? -1) >= -0.1) held += 1;
    }
    expect(held / 400).toBeGreaterThan(0.92);
    expect(held / 400).toBeLessThan(0.99);
  });

  test("of nothing there are none; of amounts without bound they have no end", () => {
    const none = clustersOf([]);
    expect(
      estimateOf(rate, { own: new Float64Array(0), theirs: null, answers: 1, clusters: none }),
    ).toBeNull();
    const ratio = { kind: "ratio", metric: "cost", better: "lower" } as const;
    const own = Float64Array.from([Infinity, 0, 0, Infinity, 0, 0, 0, 0, 0, 0]);
    const found = estimateOf(ratio, { own, theirs: null, answers: 1, clusters: singles });
    expect([found?.value, found?.high]).toEqual([1, null]);
  });
});

describe("items", () => {
  const report = storedSample({ cases: 4, looks: [2, 4] });

  test("are what the gate looked at: nothing beyond the last look", () => {
    const early = { ...report, looks: report.looks.slice(0, 1) };
    expect(itemsOf(report)[0]?.candidate.length).toBe(4);
    expect(itemsOf(early)[0]?.candidate).toEqual(itemsOf(report)[0]?.candidate.slice(0, 2));
  });

  test("have an outage where an answer is missing, and no answers to other forms", () => {
    const holed = {
      ...report,
      answers: report.answers
        .filter(({ case: id, arm, sample }) => !(id === "c2" && arm === "baseline" && sample === 3))
        .map((one) => (one.case === "c3" && one.sample === 1 ? { ...one, form: "robustness:typos" } : one)),
    };
    const items = itemsOf(holed);
    expect(items[1]?.baseline.map((answer) => answer === "outage")).toEqual([false, false, true, false]);
    expect(items[2]?.candidate[0]).toBe("outage");
    expect(items[0]?.best).toEqual([]);
  });

  test("are those of the receipt, also where an arm has fewer answers than the look", () => {
    const three = storedSample({ cases: 4, looks: [2], best: {} });
    const answers = three.answers.filter(({ arm, sample }) => arm !== "best" || sample === 1);
    const few = { ...three, answers };
    const items = itemsOf(few);
    expect(items[0]?.best.map((answer) => answer === "outage")).toEqual([false, true]);
    const gated = gatedItemsOf(few.gate, ["candidate", "baseline", "best"], few.cases, answers, 2);
    expect(gated.map(({ answers: found }) => found.best.length)).toEqual([1, 1, 1, 1]);
    const { gate: spec, looks } = few;
    const verdictOn = (of: readonly ScoredItem[]): unknown =>
      decideGate(spec, { items: of, looks: looks.map(({ samples: taken }) => taken) });
    expect(verdictOn(gated.map(({ item }) => item))).toEqual(verdictOn(items));
    expect(Object.keys(gated[0]?.item.best[0] ?? {}).toSorted()).toEqual([
      "cost",
      "quasi_exact_match",
      "refusal",
    ]);
    expect(items[0]?.best[0]).toHaveProperty("latency");
  });

  test("a smoke run is not decided", () => {
    expect(decided({ ...report, mode: "smoke" }).decision).toBeNull();
  });
});

test("three arms have win rates, two have none", () => {
  const three = storedSample({ cases: 60, best: { right: 0.2, refused: 0.5, dollars: 1, ms: 90_000 } });
  const rates = new Map(winRatesOf(three, dimensionsOf(three)).map(({ arm, rate }) => [arm, rate ?? 0]));
  expect(rates.get("best")).toBeLessThan(0.3);
  expect([...rates.values()].reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(1.5, 9);
  const two = storedSample({});
  expect(winRatesOf(two, dimensionsOf(two))).toEqual([]);
});
