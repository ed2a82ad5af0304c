import { describe, expect, test } from "vitest";
import type { Answer, ScoredItem } from "../../../src/evals/gate/item.ts";
import { planGate } from "../../../src/evals/gate/plan/plan.ts";
import type { Assumptions } from "../../../src/evals/gate/plan/plan.ts";
import type { Random } from "../../simulation/random.ts";
import {
  cost,
  countOf,
  countOverLooks,
  itemOf,
  normal,
  quality,
  refusals,
  runsOf,
  specOf,
  stream,
  tooFew,
  tooMany,
} from "./simulating.ts";

const guards = { quality, refusals, cost };
const assumed: Assumptions = {
  guards: {
    quality: { kind: "rate", rate: 0.8, discordance: 0.2, gain: 0 },
    refusals: { kind: "rate", rate: 0.02, discordance: 0.03, gain: 0 },
    cost: { kind: "ratio", sd: 0.5, gain: 0 },
  },
};
const apart = (items: number) => ({ items, clusters: items, alike: 0 });

/** From the beta distribution with this mean: half the time the item decides, else the answer does. */
function itemChance(dice: Random, rate: number, discordance: number): number {
  const agreement = 1 - discordance / (2 * rate * (1 - rate));
  return dice.chance(agreement) ? (dice.chance(rate) ? 1 : 0) : rate;
}

/** Both arms alike: each item has its own chances, each answer its own luck. */
function equalArms(dice: Random, n: number, answers: number): ScoredItem[] {
  return Array.from({ length: n }, (_, i) => {
    const right = itemChance(dice, 0.8, 0.2);
    const refused = itemChance(dice, 0.02, 0.03);
    const answer = (): Answer => ({
      quality: dice.chance(right) ? 1 : 0,
      refusal: dice.chance(refused) ? 1 : 0,
      cost: Math.exp(0.5 * normal(dice)),
    });
    const arm = (): Answer[] => Array.from({ length: answers }, answer);
    return { id: `i${i}`, cluster: `c${i}`, candidate: arm(), baseline: arm(), best: [] };
  });
}

describe("S4: equal arms, three guards jointly", () => {
  test("at the planned cases one look at K = 1 promotes as often as planned ± 2 points", () => {
    const spec = specOf({ guards, looks: [1] });
    const { cases } = planGate(spec, apart(100), assumed);
    const stated = planGate(spec, apart(cases ?? 0), assumed).looks[0]?.chance ?? 0;
    expect(stated).toBeGreaterThanOrEqual(0.8);
    expect(stated).toBeLessThan(0.83);
    const runs = runsOf(2000);
    const dice = stream("S4");
    const count = countOf("PROMOTE", runs, spec, () => equalArms(dice, cases ?? 0, 1));
    expect(tooMany(count, runs, stated + 0.02)).toBeNull();
    expect(tooFew(count, runs, stated - 0.02)).toBeNull();
  });

  test("and over looks at K = 2, 4, 8, with what the planner asks for then", () => {
    const spec = specOf({ guards });
    const { cases } = planGate(spec, apart(100), assumed);
    const stated = planGate(spec, apart(cases ?? 0), assumed).looks.at(-1)?.chance ?? 0;
    const runs = runsOf(600);
    const dice = stream("S4 looks");
    const count = countOverLooks("PROMOTE", runs, spec, () => equalArms(dice, cases ?? 0, 8));
    expect(tooMany(count, runs, stated + 0.02)).toBeNull();
    expect(tooFew(count, runs, stated - 0.02)).toBeNull();
  });
});

describe("a plan", () => {
  const spec = specOf({ guards: { quality }, looks: [2] });
  const one: Assumptions = { guards: { quality: { kind: "rate", rate: 0.8, discordance: 0.2, gain: 0 } } };
  const chance = (items: number, assumptions = one, clusters = items, alike = 0): number =>
    planGate(spec, { items, clusters, alike }, assumptions).looks.at(-1)?.chance ?? 0;

  test("S10: a true gain of 5 points, n = 200, K = 2, is promoted at least as often", () => {
    const gain: Assumptions = {
      guards: { quality: { kind: "rate", rate: 0.75, discordance: 0.374, gain: 0.05 } },
    };
    const runs = runsOf(1500);
    const dice = stream("S10");
    const answers = (right: number): Answer[] => [
      { quality: dice.chance(right) ? 1 : 0 },
      { quality: dice.chance(right) ? 1 : 0 },
    ];
    const items = (): ScoredItem[] =>
      Array.from({ length: 200 }, (_, i) => itemOf(i, answers(0.8), answers(0.75)));
    const stated = chance(200, gain);
    expect(stated).toBeGreaterThan(0.9);
    expect(tooFew(countOf("PROMOTE", runs, spec, items), runs, stated)).toBeNull();
  });

  test("its cases are the fewest that reach the power, and its answers too", () => {
    const { cases, answers } = planGate(spec, apart(150), one);
    expect(chance(cases ?? 0)).toBeGreaterThanOrEqual(0.8);
    expect(chance((cases ?? 0) - 1)).toBeLessThan(0.8);
    const at = (k: number): number =>
      planGate({ ...spec, looks: [k] }, apart(150), one).looks[0]?.chance ?? 0;
    expect(at(answers ?? 0)).toBeGreaterThanOrEqual(0.8);
    expect(at((answers ?? 0) - 1)).toBeLessThan(0.8);
  });

  test("clusters whose items are alike prove less, and too few of them nothing", () => {
    expect(chance(300, one, 30, 0.2)).toBeLessThan(chance(300, one, 30, 0.05));
    expect(chance(300, one, 30, 0.05)).toBeLessThan(chance(300));
    expect(planGate(spec, { items: 300, clusters: 10, alike: 0 }, one)).toMatchObject({
      looks: [{ chance: 0 }],
      tooFewClusters: true,
    });
  });

  test("a second comparison, with the best version ever, is counted too", () => {
    expect(chance(300, { ...one, againstBest: true })).toBeLessThan(chance(300) - 0.05);
  });

  test("no number of cases proves what is not so", () => {
    const worse: Assumptions = {
      guards: { quality: { kind: "rate", rate: 0.8, discordance: 0.2, gain: -0.05 } },
    };
    expect(planGate(spec, apart(200), worse)).toMatchObject({ cases: null, answers: null });
    expect(chance(200, worse)).toBeLessThan(0.06);
  });

  test("a guard of which nothing is assumed is named", () => {
    expect(() => planGate(spec, apart(200), { guards: {} })).toThrow(
      "quality: nothing of its kind is assumed",
    );
  });

  test("scores with little noise need fewer cases than scores with much", () => {
    const scored = specOf({ guards: { quality: { ...quality, kind: "score" } }, looks: [2] });
    const need = (sd: number): number =>
      planGate(scored, apart(100), { guards: { quality: { kind: "score", sd, gain: 0 } } }).cases ?? Infinity;
    expect(need(0.1)).toBeLessThan(need(0.3));
    expect(need(0.3)).toBeGreaterThan(200);
    expect(need(0.3)).toBeLessThan(300);
  });
});
