import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ScoredAnswer } from "../../../src/evals/answer.ts";
import { classificationF1 } from "../../../src/evals/metrics/classification.ts";
import { f1Terms, tallyOf } from "../../../src/evals/metrics/f1-terms.ts";
import type { F1Part } from "../../../src/evals/metrics/f1-terms.ts";
import { passAtK } from "../../../src/evals/metrics/pass-at-k.ts";
import { dimensionsOf } from "../../../src/evals/report/dimensions.ts";
import { estimateOf } from "../../../src/evals/report/estimate.ts";
import { differenceOfF1, intervalOfF1 } from "../../../src/evals/report/f1-interval.ts";
import type { StoredReport } from "../../../src/evals/report/report.ts";
import { reportedOf } from "../../../src/evals/report/reported.ts";
import type { Whole } from "../../../src/evals/report/whole.ts";
import { wholeName, wholesOf } from "../../../src/evals/report/wholes.ts";
import { clustersOf } from "../../../src/evals/stats/clusters.ts";
import { random } from "../../simulation/random.ts";
import { helm } from "../vectors.ts";
import { storedSample } from "./sample-report.ts";
import type { Sample } from "./sample-report.ts";

const passAt = (k: number): StoredReport["wholes"][number] => ({
  name: `pass_at_${k}`,
  pass_at: k,
  of: "quasi_exact_match",
});

/** A report whose answers are changed, one by one; null: leaves it as it is. */
function changed(
  sample: Sample,
  wholes: StoredReport["wholes"],
  change: (answer: ScoredAnswer, at: number) => Partial<ScoredAnswer>,
): StoredReport {
  const stored = storedSample(sample);
  const at = new Map(stored.cases.map((one, index) => [one.case.id, index]));
  return {
    ...stored,
    wholes,
    answers: stored.answers.map((one) => ({ ...one, ...change(one, at.get(one.case) ?? -1) })),
  };
}

const only = (report: StoredReport, group: string | null = null): Whole => {
  const [found, ...more] = wholesOf(report).filter((one) => one.group === group);
  if (found === undefined || more.length > 0) throw new Error(`${more.length + 1} of ${group}`);
  return found;
};

describe("pass@k in a report", () => {
  test("of a case is HELM's", () => {
    expect(helm.pass_at_k.length).toBe(3);
    for (const { n, c, k, expected } of helm.pass_at_k) {
      const report = changed({ cases: 1, looks: [n] }, [passAt(k)], ({ sample }) => ({
        scores: { quasi_exact_match: Number(sample <= c) },
      }));
      expect(only(report).arms.candidate?.value).toBeCloseTo(expected, 9);
    }
  });

  test("is the mean over cases, of all answers up to the last look, by group too; errors fail", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(1e6), (k, seed) => {
        const stored = storedSample({ seed, cases: 14, looks: [2, 4], errors: 0.1, best: {} });
        const report = { ...stored, wholes: [passAt(k)] };
        for (const group of [null, "en", "de-AT"])
          for (const arm of ["candidate", "baseline", "best"] as const) {
            const cases = stored.cases.filter(
              ({ case: one }) => group === null || one.groups.includes(group),
            );
            const each = cases.map(({ case: { id } }) => {
              const own = stored.answers.filter((one) => one.case === id && one.arm === arm);
              const passed = own.filter(({ scores }) => scores["quasi_exact_match"] === 1);
              return passAtK(own.length, passed.length, k);
            });
            const mean = each.reduce((sum, one) => sum + one, 0) / each.length;
            const { arms, cases: count } = only(report, group);
            expect(arms[arm]?.value).toBeCloseTo(mean, 12);
            expect(count).toBe(cases.length);
          }
      }),
      { numRuns: 15 },
    );
  });

  test("of one answer is the share that passes, with the interval and the difference of item means", () => {
    const report = {
      ...storedSample({ cases: 30, clustered: 2, looks: [2, 4], outages: 0.05 }),
      wholes: [passAt(1)],
    };
    const share = dimensionsOf(report).find(
      ({ measure, group }) => measure.name === "quasi_exact_match" && group === null,
    );
    const { arms, against, clusters } = only(report);
    const near = (a: object | null | undefined, b: object | null | undefined): void =>
      Object.entries(a ?? {}).forEach(([key, value]) =>
        expect(value).toBeCloseTo(Number((b as Record<string, number>)[key]), 9),
      );
    near(arms.candidate, share?.arms.candidate);
    near(arms.baseline, share?.arms.baseline);
    near(against.baseline, share?.against.baseline);
    expect(clusters).toBe(15);
  });

  test("of what is better when rare counts the answers without it", () => {
    const report = changed(
      { cases: 3, looks: [2] },
      [{ name: "p", pass_at: 1, of: "refusal" }],
      ({ sample }) => ({
        scores: { refusal: sample === 1 ? 1 : 0 },
      }),
    );
    expect(only(report).arms.candidate?.value).toBeCloseTo(0.5, 12);
  });

  test("an outage fails alone, and in a difference passes for the other arm", () => {
    const report = changed({ cases: 4, looks: [2] }, [passAt(2)], ({ arm, sample }) => ({
      scores: { quasi_exact_match: sample === 1 ? "outage" : 0 },
      answered: {
        ...storedSample({ cases: 1 }).answers[0]!.answered,
        outcome: sample === 1 ? "outage" : "complete",
      },
      arm,
    }));
    const { arms, against } = only(report);
    expect([arms.candidate?.value, arms.baseline?.value, against.baseline?.value]).toEqual([0, 0, -1]);
  });

  test("with fewer answers than k there is none, and the reason is said", () => {
    const stored = storedSample({ cases: 6, looks: [2] });
    expect(wholesOf({ ...stored, wholes: [passAt(4)] })).toEqual([
      expect.objectContaining({
        arms: { candidate: null, baseline: null, best: null },
        against: { baseline: null, best: null },
        why: "it takes 4 answers to each case, and there are 2",
      }),
    ]);
    const smoke = storedSample({ cases: 6, looks: [1], mode: "smoke" });
    expect(only({ ...smoke, wholes: [passAt(2)] }).why).toBe(
      "it takes 2 answers to each case, and there is 1",
    );
    const gone = { ...stored, measures: [], wholes: [passAt(2)] };
    expect(only(gone).why).toBe("quasi_exact_match, which says what passes, was not measured");
  });
});

const classes = ["refund", "order", "other"];
type Says = (arm: string, at: number, sample: number) => string | null;

/** Cases of three classes, and what each arm says; null: an error. */
function classReport(
  sample: Sample,
  says: Says,
  f1: "all" | "macro" | "micro" | "weighted" = "all",
): StoredReport {
  const name = f1 === "all" ? "classification_f1" : `classification_${f1}_f1`;
  const report = changed(sample, [{ name, f1 }], ({ arm, sample: k, answered }, at) => {
    const text = says(arm, at, k);
    return { answered: { ...answered, outcome: text === null ? "error" : "complete", text: text ?? "" } };
  });
  return {
    ...report,
    cases: report.cases.map((one, at) => ({ ...one, case: { ...one.case, expect: classes[at % 3] ?? "" } })),
  };
}
const saidBy: Says = (arm, at, sample) => {
  const dice = random(at * 7 + sample * 1_000 + arm.length * 31);
  return dice.chance(0.1)
    ? null
    : dice.chance(arm === "candidate" ? 0.8 : 0.6)
      ? ` ${classes[at % 3]}. `
      : (classes[dice.below(3)] ?? "");
};

describe("F1 of classes in a report", () => {
  test("is that of all answers of an arm pooled; of errors nothing is said", () => {
    const report = classReport({ cases: 31, looks: [3], best: {} }, saidBy);
    for (const arm of ["candidate", "baseline", "best"] as const) {
      const all = report.cases.flatMap((_, at) =>
        [1, 2, 3].map((k) => [classes[at % 3] ?? "", saidBy(arm, at, k) ?? ""] as const),
      );
      const { macro, micro, weighted, perClass } = classificationF1(
        all.map(([gold]) => gold),
        all.map(([, said]) => said),
      );
      const got = Object.fromEntries(wholesOf(report).map((one) => [wholeName(one), one.arms[arm]?.value]));
      const near = Object.entries({
        "classification_f1 macro": macro,
        "classification_f1 micro": micro,
        "classification_f1 weighted": weighted,
        ...Object.fromEntries(
          Object.entries(perClass).map(([label, f1]) => [`classification_f1 class ${label}`, f1]),
        ),
      }).map(([name, f1]) => [name, expect.closeTo(f1, 12)]);
      expect(got).toEqual(Object.fromEntries(near));
    }
  });

  test("turns round with the arms, and an arm against itself is 0 within what so few cases prove", () => {
    const says = saidBy;
    const turned: Says = (arm, at, k) => says(arm === "candidate" ? "baseline" : "candidate", at, k);
    const [one, other] = [says, turned].map((said) =>
      wholesOf(classReport({ cases: 30, clustered: 2 }, said)),
    );
    for (const [at, { against, arms }] of (one ?? []).entries()) {
      const [there, back] = [against.baseline, other?.[at]?.against.baseline];
      expect(there?.value).toBeCloseTo((arms.candidate?.value ?? NaN) - (arms.baseline?.value ?? NaN), 12);
      expect([there?.value, there?.low, there?.high]).toEqual(
        [back?.value, back?.high, back?.low].map((value) => expect.closeTo(-(value ?? NaN), 9)),
      );
    }
    const same = wholesOf(classReport({ cases: 30 }, (_, at, k) => says("candidate", at, k)));
    for (const { against } of same) {
      expect(against.baseline?.value).toBe(0);
      expect(against.baseline?.low).toBeLessThan(-0.02);
      expect(against.baseline?.high).toBeGreaterThan(0.02);
    }
  });

  test("micro F1, where every answer is a class, is the share of right ones with the gate's interval", () => {
    const says: Says = (arm, at, k) => saidBy(arm, at, k) ?? classes[(at + 1) % 3] ?? "";
    const report = classReport({ cases: 40, clustered: 2, looks: [2] }, says, "micro");
    const lossesOf = (arm: string): Float64Array =>
      Float64Array.from(report.cases, (_, at) => {
        const right = [1, 2].filter((k) => says(arm, at, k)?.includes(classes[at % 3] ?? "-"));
        return 1 - right.length / 2;
      });
    const scale = { kind: "score", metric: "m", better: "higher", range: [0, 1] } as const;
    const clusters = clustersOf(report.cases.map(({ cluster }) => cluster));
    const compared = { own: lossesOf("candidate"), theirs: lossesOf("baseline"), answers: 2, clusters };
    const { against, part } = only(report);
    expect(part).toBeNull();
    const told = estimateOf({ ...scale, range: [0, 1] }, compared);
    expect([against.baseline?.value, against.baseline?.low, against.baseline?.high]).toEqual(
      [told?.value, told?.low, told?.high].map((one) => expect.closeTo(one ?? NaN, 9)),
    );
  });

  test("counts outages against the candidate", () => {
    const report = classReport({ cases: 12, looks: [1] }, (_, at) => classes[at % 3] ?? "");
    const lost = report.answers.map((one) => ({
      ...one,
      answered: { ...one.answered, outcome: "outage" as const },
    }));
    const [macro] = wholesOf({ ...report, answers: lost });
    expect([
      macro?.arms.candidate?.value,
      macro?.arms.baseline?.value,
      macro?.against.baseline?.value,
    ]).toEqual([0, 0, -1]);
    const [gone] = wholesOf({ ...report, answers: [] });
    expect(gone?.arms.candidate?.value).toBe(0);
  });

  test("of cases without one class there is none; of many classes each is not told", () => {
    const report = classReport({ cases: 12 }, saidBy);
    const twice = report.cases.map((one, at) =>
      at === 5 ? { ...one, case: { ...one.case, expect: ["a", "b"] } } : one,
    );
    expect(wholesOf({ ...report, cases: twice }).map(({ why, part }) => [part, why])).toEqual([
      [null, "case c6: F1 of classes needs one expect, and it has 2"],
    ]);
    const many = report.cases.map((one, at) => ({ ...one, case: { ...one.case, expect: `class ${at}` } }));
    expect(wholesOf({ ...report, cases: many }).map(({ part }) => part)).toEqual([
      "macro",
      "micro",
      "weighted",
    ]);
  });

  test("is told apart from what is reported of single answers", () => {
    const report = { ...classReport({ cases: 6 }, saidBy), reported: ["latency", "classification_f1"] };
    expect(reportedOf(report, dimensionsOf(report)).map(({ name }) => name)).toEqual(["p95"]);
  });
});

interface World {
  /** How frequent each class is, and how often each arm gets it right; else it says the next one. */
  readonly shares: readonly number[];
  readonly candidate: readonly number[];
  readonly baseline: readonly number[];
  readonly items: number;
  readonly clustered: number;
}

function trueF1({ shares }: World, right: readonly number[], part: "macro" | "micro"): number {
  const at = (list: readonly number[], l: number): number => list[(l + list.length) % list.length] ?? 0;
  if (part === "micro") return shares.reduce((sum, share, l) => sum + share * at(right, l), 0);
  const each = shares.map((share, l) => {
    const said = share * at(right, l) + at(shares, l - 1) * (1 - at(right, l - 1));
    return (2 * share * at(right, l)) / (share + said);
  });
  return each.reduce((sum, f1) => sum + f1, 0) / each.length;
}

/** Two answers to each item; what is hard is so for both arms, and for whole clusters. */
function drawn(
  world: World,
  seed: number,
): { readonly gold: string[]; readonly said: string[][][]; readonly keys: number[] } {
  const dice = random(seed);
  const { shares, items, clustered } = world;
  const [gold, keys]: [string[], number[]] = [[], []];
  const said: string[][][] = [[], []];
  let hard = 0;
  for (let item = 0; item < items; item += 1) {
    if (item % clustered === 0) hard = dice.next();
    let [u, l] = [dice.next(), 0];
    while (l < shares.length - 1 && u > (shares[l] ?? 0)) u -= shares[l++] ?? 0;
    const own = dice.chance(0.6) ? hard : dice.next();
    for (const [arm, right] of [world.candidate, world.baseline].entries())
      said[arm]?.push(
        [1, 2].map(
          () => `k${(dice.chance(0.6) ? own : dice.next()) < (right[l] ?? 0) ? l : (l + 1) % shares.length}`,
        ),
      );
    gold.push(`k${l}`);
    keys.push(Math.floor(item / clustered));
  }
  return { gold, said, keys };
}

/** How often the truth lies in the interval, of the difference and of the candidate alone. */
function coverage(
  world: World,
  part: "macro" | "micro",
  runs: number,
  seed: number,
): readonly [number, number] {
  const truth = trueF1(world, world.candidate, part);
  const apart = truth - trueF1(world, world.baseline, part);
  const lies = (value: number, { low, high }: ReturnType<typeof intervalOfF1>): number =>
    Number(value >= (low ?? -Infinity) && value <= (high ?? Infinity));
  let [both, alone] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    const { gold, said, keys } = drawn(world, seed + run);
    const [own, other] = said.map((one) => f1Terms(tallyOf(gold, one), part satisfies F1Part));
    if (own === undefined || other === undefined) throw new Error("two arms");
    const clusters = clustersOf(keys);
    both += lies(apart, differenceOfF1(own, other, clusters));
    alone += lies(truth, intervalOfF1(own, clusters));
  }
  return [both / runs, alone / runs];
}

describe("intervals of F1", () => {
  const seed = Number(process.env["HARNESS_SEED"] ?? Math.floor(Math.random() * 1e9));
  const worlds: Readonly<Record<string, World>> = {
    even: {
      shares: [0.34, 0.33, 0.33],
      candidate: [0.8, 0.8, 0.8],
      baseline: [0.9, 0.8, 0.7],
      items: 60,
      clustered: 1,
    },
    rare: {
      shares: [0.7, 0.22, 0.08],
      candidate: [0.9, 0.8, 0.6],
      baseline: [0.9, 0.7, 0.7],
      items: 80,
      clustered: 1,
    },
    clustered: { shares: [0.5, 0.5], candidate: [0.8, 0.7], baseline: [0.85, 0.8], items: 80, clustered: 4 },
  };
  test.each(Object.keys(worlds))(`hold the truth in 19 of 20 draws, HARNESS_SEED=${seed}: %s`, (name) => {
    const world = worlds[name];
    if (world === undefined) throw new Error(name);
    const runs = 100;
    // Four standard errors of a share of 100 draws below 95 %.
    const least = 0.95 - 4 * Math.sqrt((0.95 * 0.05) / runs);
    for (const part of ["macro", "micro"] as const)
      for (const share of coverage(world, part, runs, seed)) expect(share).toBeGreaterThan(least);
  });

  test("tell apart what is far apart", () => {
    const far: World = { ...worlds["even"]!, candidate: [0.9, 0.9, 0.9], baseline: [0.6, 0.6, 0.6] };
    let told = 0;
    for (let run = 0; run < 30; run += 1) {
      const { gold, said, keys } = drawn(far, seed + run);
      const [own, other] = said.map((one) => f1Terms(tallyOf(gold, one), "macro"));
      told += Number((differenceOfF1(own!, other!, clustersOf(keys)).low ?? 0) > 0);
    }
    expect(told).toBeGreaterThan(26);
  });
});
