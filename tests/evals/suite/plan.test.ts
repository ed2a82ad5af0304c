import { describe, expect, test } from "vitest";
import { gateSpec } from "../../../src/evals/gate/spec.ts";
import type { Item } from "../../../src/evals/suite/case.ts";
import { assumedGuards } from "../../../src/evals/suite/plan/assumed.ts";
import { assumptionsFrom } from "../../../src/evals/suite/plan/measured.ts";
import { planSuite } from "../../../src/evals/suite/plan/plan-suite.ts";
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
    const { guards, micros, answers } = assumptionsFrom([report, report], gate);
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
    const { guards } = assumptionsFrom([reportOf(gate, items(["a"]), [own])], gate);
    expect(guards["quality"]).toMatchObject({ rate: 0.5 / 3 });
    expect(guards["stars"]).toEqual({ kind: "score", sd: 0.001, gain: 0 });
    expect(guards["cost"]).toBeUndefined();
  });

  test("is nothing where there are none, or one answer each", () => {
    expect(assumptionsFrom([], gate)).toEqual({ guards: {}, alike: null, micros: null, answers: 0 });
    const once = reportOf(gate, items(["a"]), [given("baseline", 0, [1], [1], [1])]);
    expect(assumptionsFrom([once], gate).guards).toEqual({});
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
    alike: null,
    micros: null,
    answers: 8,
  } as const;

  test("is what a person says of quality, else what was measured, else a guess", () => {
    const found = assumedGuards(gate, measured, { rate: 0.9, gain: 0.01 }, "exact_match");
    expect(found).toEqual({
      quality: {
        ground: "said",
        assumption: { kind: "rate", rate: 0.9, discordance: expect.closeTo(0.18, 9), gain: 0.01 },
      },
      stars: { ground: "default", assumption: { kind: "score", sd: 0.8, gain: 0 } },
      cost: { ground: "measured", assumption: { kind: "ratio", sd: 0.7, gain: 0 } },
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
    const plan = planSuite(one, cases, guards, false);
    const finest = plan.finest["quality"] ?? 0;
    const chance = (margin: number): number => {
      const other = { ...one, guards: { quality: { ...one.guards["quality"], margin } } };
      return planSuite(gateSpec.parse(other), cases, guards, false).looks[0]?.chance ?? 0;
    };
    expect(chance(finest * 1.01)).toBeGreaterThanOrEqual(0.8);
    expect(chance(finest * 0.97)).toBeLessThan(0.8);
    expect(plan.looks[0]?.chance).toBeLessThan(chance(0.08));
    expect(planSuite(one, { items: 5, clusters: 5, alike: 0 }, guards, false).finest).toEqual({
      quality: null,
    });
  });
});
