import { describe, expect, test } from "vitest";
import { gateSpec } from "../../../src/evals/gate/spec.ts";
import type { Item } from "../../../src/evals/suite/case.ts";
import { assumedGuards } from "../../../src/evals/suite/plan/assumed.ts";
import { assumptionsFrom } from "../../../src/evals/suite/plan/measured.ts";
import { planSuite } from "../../../src/evals/suite/plan/plan-suite.ts";
import { decideGate } from "../../../src/evals/gate/decide.ts";
import { sha256 } from "../../core/registry/ground.ts";
import { reportOf } from "./reports.ts";
import type { Given } from "./reports.ts";

const gate = gateSpec.parse({
  guards: {
    quality: { kind: "rate", metric: "exact_match", better: "higher", margin: 0.05 },
    stars: { kind: "score", metric: "stars", better: "higher", range: [1, 5], margin: 0.5 },
    cost: { kind: "ratio", metric: "cost", better: "lower", ratio: 1.15 },
  },
  looks: [2],
});

/** Of what `reportOf` has as its baseline, and as its candidate. */
const [old, candidate] = [sha256("old"), sha256("new")];

const items = (clusters: readonly string[]): Item[] =>
  clusters.map((cluster, n) => ({ case: { id: `c${n}`, vars: {}, groups: [] }, cluster }));

const given = (
  arm: Given["arm"],
  n: number,
  right: readonly number[],
  stars: number[],
  cost: number[],
): Given => ({
  arm,
  case: `c${n}`,
  scores: right.map((one, k) => ({ exact_match: one, stars: stars[k] ?? 1, cost: cost[k] ?? 1 })),
});

describe("what stored reports say", () => {
  test("is of production: its rate, how often two answers differ, how far they vary", () => {
    const report = reportOf(gate, items(["a", "b"]), [
      given("baseline", 0, [1, 1], [3, 5], [1, Math.E ** 2]),
      given("baseline", 1, [1, 0], [2, 2], [4, 4]),
      given("candidate", 0, [0, 0], [1, 1], [9, 9]),
    ]);
    const { guards, micros, answers } = assumptionsFrom([report, report], gate, old);
    expect(answers).toBe(4);
    expect(micros).toBe(1000);
    // 3 of 4, and one half of a fifth; the two answers differ in one of two cases, bounded by what chance alone makes.
    expect(guards["quality"]).toEqual({
      kind: "rate",
      rate: 0.7,
      discordance: expect.closeTo(0.42, 9),
      gain: 0,
    });
    expect(guards["stars"]).toEqual({ kind: "score", sd: expect.closeTo(1, 9), gain: 0 });
    expect(guards["cost"]).toEqual({ kind: "ratio", sd: expect.closeTo(1, 9), gain: 0 });
  });

  test("of a first version is of itself; an error counts as the worst, an outage not at all", () => {
    const own: Given = {
      arm: "candidate",
      case: "c0",
      scores: [
        { exact_match: "error", stars: "error", cost: "error" },
        { exact_match: 0, stars: 1, cost: 1 },
        { exact_match: "outage", stars: "outage", cost: "outage" },
      ],
    };
    const { guards } = assumptionsFrom([reportOf(gate, items(["a"]), [own])], gate, null);
    expect(guards["quality"]).toMatchObject({ rate: 0.5 / 3 });
    expect(guards["stars"]).toEqual({ kind: "score", sd: 0.001, gain: 0 });
    expect(guards["cost"]).toBeUndefined();
  });

  test("is of what is in production now: neither of what was, nor of a first candidate that never was", () => {
    const first = reportOf(gate, items(["a"]), [given("candidate", 0, [0, 0], [1, 1], [9, 9])]);
    const former = reportOf(gate, items(["a"]), [
      given("baseline", 0, [0, 0], [1, 1], [9, 9]),
      given("candidate", 0, [1, 0], [3, 5], [1, 1]),
    ]);
    const reports = [former, { ...first, candidate: { ...first.candidate, digest: sha256("rejected") } }];
    // Promoted since: its answers as a candidate are those of production.
    const now = assumptionsFrom(reports, gate, candidate);
    expect(now).toMatchObject({ answers: 2, of: { isFirst: false }, guards: { quality: { rate: 0.5 } } });
    expect(assumptionsFrom(reports, gate, old)).toMatchObject({
      answers: 2,
      guards: { stars: { sd: 0.001 } },
    });
    expect(assumptionsFrom(reports, gate, sha256("another"))).toMatchObject({
      answers: 0,
      of: null,
      guards: {},
    });
  });

  test("while nothing is in production is of the newest first candidate, and of the model it was asked with last", () => {
    const first = (digest: string, model: string, right: readonly number[]) => {
      const report = reportOf(gate, items(["a"]), [given("candidate", 0, right, [1, 1, 1], [1, 1, 1])]);
      return {
        ...report,
        candidate: { ...report.candidate, digest: sha256(digest), model },
        answers: report.answers.map((one) => ({ ...one, key: sha256(`${digest} ${model} ${one.key}`) })),
      };
    };
    const reports = [first("b", "new", [1, 0, 1]), first("b", "old", [0, 0]), first("a", "new", [0, 0])];
    const { of, answers, guards } = assumptionsFrom(reports, gate, null);
    expect(of).toMatchObject({ isFirst: true, side: { digest: sha256("b"), model: "new" } });
    expect(answers).toBe(3);
    expect(guards["quality"]).toMatchObject({ rate: 2.5 / 4 });
  });

  test("is nothing where there are none, or one answer each", () => {
    expect(assumptionsFrom([], gate, old)).toEqual({
      guards: {},
      levels: {},
      alike: null,
      micros: null,
      answers: 0,
      of: null,
    });
    const once = reportOf(gate, items(["a"]), [given("baseline", 0, [1], [1], [1])]);
    expect(assumptionsFrom([once], gate, old).guards).toEqual({});
  });

  test("differences within clusters are alike entirely, or not at all", () => {
    const pair = (n: number, gain: number): Given[] => [
      given("baseline", n, [gain < 0 ? 1 : 0], [1], [1]),
      given("candidate", n, [gain > 0 ? 1 : 0], [1], [1]),
    ];
    const alike = (clusters: readonly string[], gains: readonly number[]): number | null =>
      assumptionsFrom(
        [
          reportOf(
            gate,
            items(clusters),
            gains.flatMap((gain, n) => pair(n, gain)),
          ),
        ],
        gate,
        old,
      ).alike;
    expect(alike(["a", "a", "b", "b"], [1, 1, -1, -1])).toBe(1);
    expect(alike(["a", "a", "b", "b"], [1, -1, 1, -1])).toBe(0);
    expect(alike(["a", "b", "c", "d"], [1, -1, 1, -1])).toBeNull();
    // Mean squares between clusters 7/6, within them 1/3, two cases to a cluster.
    expect(alike(["a", "a", "b", "b", "c", "c"], [1, 0, -1, 0, 1, 1])).toBeCloseTo(5 / 9, 9);
  });
});

describe("what is assumed", () => {
  const measured = {
    guards: { cost: { kind: "ratio", sd: 0.7, gain: 0 } },
    levels: {},
    of: null,
    alike: null,
    micros: null,
    answers: 8,
  } as const;

  test("is what a person says of quality, else what was measured, else a guess", () => {
    const found = assumedGuards(gate, measured, { rate: 0.9, gain: 0.01 }, "exact_match");
    expect(found).toEqual({
      quality: {
        ground: "said",
        level: null,
        assumption: { kind: "rate", rate: 0.9, discordance: expect.closeTo(0.18, 9), gain: 0.01 },
      },
      stars: { ground: "default", level: null, assumption: { kind: "score", sd: 0.8, gain: 0 } },
      cost: { ground: "measured", level: null, assumption: { kind: "ratio", sd: 0.7, gain: 0 } },
    });
    expect(assumedGuards(gate, measured, { sd: 0.3 }, "stars")["stars"]).toMatchObject({
      ground: "said",
      assumption: { sd: 0.3 },
    });
    expect(assumedGuards(gate, measured, { sd: 0.3 }, "exact_match")["quality"]).toMatchObject({
      ground: "default",
    });
  });

  test("makes a plan, whose finest margin is just provable", () => {
    const one = gateSpec.parse({ guards: { quality: gate.guards["quality"] }, looks: [2] });
    const guards = assumedGuards(one, measured, {}, "exact_match");
    const cases = { items: 200, clusters: 200, alike: 0 };
    const plan = planSuite(one, cases, guards, "production");
    const finest = plan.finest["quality"] ?? 0;
    const chance = (margin: number): number => {
      const other = { ...one, guards: { quality: { ...one.guards["quality"], margin } } };
      return planSuite(gateSpec.parse(other), cases, guards, "production").looks[0]?.chance ?? 0;
    };
    expect(chance(finest * 1.01)).toBeGreaterThanOrEqual(0.8);
    expect(chance(finest * 0.97)).toBeLessThan(0.8);
    expect(plan.looks[0]?.chance).toBeLessThan(chance(0.08));
    expect(planSuite(one, { items: 5, clusters: 5, alike: 0 }, guards, "production").finest).toEqual({
      quality: null,
    });
  });
});

describe("a plan against floors", () => {
  const floored = gateSpec.parse({
    guards: {
      quality: { kind: "rate", metric: "exact_match", better: "higher", margin: 0.05, floor: 0.7 },
      cost: { kind: "ratio", metric: "cost", better: "lower", ratio: 1.15 },
    },
  });
  const clusters = Array.from({ length: 40 }, (_, n) => `k${n}`);
  /** So many of eight answers are right, case after case. */
  const firstBy = (rights: readonly number[]) =>
    reportOf(
      floored,
      items(clusters),
      clusters.map((_, n) => {
        const right = rights[n % rights.length] ?? 0;
        const scores = Array.from({ length: 8 }, (_, k) => (k < right ? 1 : 0));
        return given("candidate", n, scores, [], []);
      }),
    );
  const planOf = (report: ReturnType<typeof firstBy>, cases = 40) => {
    const measured = assumptionsFrom([report], floored, null);
    const guards = assumedGuards(floored, measured, {}, "exact_match", "floors");
    return planSuite(floored, { items: cases, clusters: cases, alike: 0 }, guards, "floors");
  };

  test.each([
    ["above its floor", [8, 8, 5, 8, 1], []],
    ["below it", [8, 6, 0, 8, 3], ["quality"]],
  ] as const)("asks for as many cases as an undecided evaluation does: one %s", (_, rights, beyond) => {
    const report = firstBy(rights);
    const scored = report.cases.map(({ cluster, case: one }) => ({
      id: one.id,
      cluster,
      candidate: report.answers
        .filter((answer) => answer.case === one.id)
        .map(({ scores }) => ({ ...scores })),
      baseline: [],
      best: [],
    }));
    const { verdict, waysOut } = decideGate(floored, { items: scored, looks: [2, 4, 8] });
    expect(verdict).toBe("INCONCLUSIVE");
    const asked = 40 + (waysOut?.cases ?? 0);
    const plan = planOf(report);
    expect(plan.beyond).toEqual(beyond);
    expect(plan.cases).toBeGreaterThan(asked * 0.85);
    expect(plan.cases).toBeLessThan(asked * 1.15);
  });

  test("is of guards with floors alone, and its hardest floor is just reached", () => {
    const plan = planOf(firstBy([8, 8, 6, 8, 3]), 100);
    expect(Object.keys(plan.finest)).toEqual(["quality"]);
    expect(Object.keys(plan.looks[0]?.guards ?? {})).toEqual(["quality"]);
    const hardest = plan.finest["quality"] ?? 0;
    expect(hardest).toBeGreaterThan(0.7);
    expect(hardest).toBeLessThan(33 / 40);
    const chance = (floor: number): number => {
      const other = { ...floored, guards: { quality: { ...floored.guards["quality"], floor } } };
      const spec = gateSpec.parse(other);
      const measured = assumptionsFrom([firstBy([8, 8, 6, 8, 3])], spec, null);
      const guards = assumedGuards(spec, measured, {}, "exact_match", "floors");
      const planned = planSuite(spec, { items: 100, clusters: 100, alike: 0 }, guards, "floors");
      return planned.looks.at(-1)?.chance ?? 0;
    };
    // What looks of several guards are drawn by is as exact as 20,000 draws.
    expect(chance(hardest - 0.005)).toBeGreaterThan(0.79);
    expect(chance(hardest + 0.005)).toBeLessThan(0.81);
  });

  test("that nobody measured is halfway between floor and best; a gain that is said counts", () => {
    const nothing = assumptionsFrom([], floored, null);
    const guess = assumedGuards(floored, nothing, {}, "exact_match", "floors");
    expect(guess["quality"]).toMatchObject({ ground: "default", assumption: { rate: 0.85 } });
    const cases = { items: 60, clusters: 60, alike: 0 };
    const at = (gain: number) =>
      planSuite(
        floored,
        cases,
        assumedGuards(floored, nothing, { rate: 0.75, gain }, "exact_match", "floors"),
        "floors",
      );
    expect(at(0.05).looks.at(-1)?.chance).toBeGreaterThan((at(0).looks.at(-1)?.chance ?? 1) + 0.2);
    expect(at(-0.06).beyond).toEqual(["quality"]);
  });

  test("losses of cases of a cluster are alike, or not", () => {
    const alike = (rights: readonly number[]): number | null =>
      assumptionsFrom(
        [
          reportOf(
            floored,
            items(["a", "a", "b", "b"]),
            rights.map((right, n) => given("candidate", n, [right, right], [], [])),
          ),
        ],
        floored,
        null,
      ).alike;
    expect(alike([1, 1, 0, 0])).toBe(1);
    expect(alike([1, 0, 1, 0])).toBe(0);
  });
});
