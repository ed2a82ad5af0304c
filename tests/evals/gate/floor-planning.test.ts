import { describe, expect, test } from "vitest";
import type { Answer, ScoredItem } from "../../../src/evals/gate/item.ts";
import type { Assumption, Level } from "../../../src/evals/gate/plan/assumption.ts";
import { planGate } from "../../../src/evals/gate/plan/plan.ts";
import type { GatePlan } from "../../../src/evals/gate/plan/plan.ts";
import type { GateSpec } from "../../../src/evals/gate/spec.ts";
import type { Random } from "../../simulation/random.ts";
import {
  cost,
  countOf,
  countOverLooks,
  itemOf,
  normal,
  quality,
  runsOf,
  specOf,
  stream,
  tooFew,
  tooMany,
} from "./simulating.ts";

const right = { ...quality, floor: 0.7 };
const stars = {
  kind: "score",
  metric: "stars",
  better: "higher",
  range: [1, 5] as [number, number],
  margin: 0.5,
  floor: 3,
} as const;
const cheap = { ...cost, floor: 1 };

const none: Level = { loss: 0, between: 0 };
const rated = (rate: number, discordance = 0.2): Assumption => ({
  kind: "rate",
  rate,
  discordance,
  gain: 0,
});

interface Thought {
  readonly assumed: Assumption;
  readonly level?: Level;
}

const planFor = (
  spec: GateSpec,
  items: number,
  { assumed, level = none }: Thought,
  clusters = items,
  alike = 0,
): GatePlan =>
  planGate(spec, { items, clusters, alike }, { guards: { guard: assumed }, floors: { guard: level } });

/** Half the time the item decides, else the answer does. */
function chanceOf(dice: Random, rate: number, discordance: number): number {
  const agreement = 1 - discordance / (2 * rate * (1 - rate));
  return dice.chance(agreement) ? (dice.chance(rate) ? 1 : 0) : rate;
}

const version = (n: number, answers: number, item: () => () => Answer, perCluster = 1): ScoredItem[] =>
  Array.from({ length: n }, (_, i) => {
    const answer = item();
    return itemOf(i, Array.from({ length: answers }, answer), undefined, Math.floor(i / perCluster));
  });

const rightAs = (dice: Random, rate: number) => () => {
  const chance = chanceOf(dice, rate, 0.2);
  return (): Answer => ({ quality: dice.chance(chance) ? 1 : 0 });
};

describe("a first version is promoted as often as planned", () => {
  test("by one answer to each case: the exact test of a count", () => {
    const spec = specOf({ guards: { guard: right }, looks: [1] });
    const stated = planFor(spec, 120, { assumed: rated(0.8) }).looks[0]?.chance ?? 0;
    expect(stated).toBeGreaterThan(0.6);
    expect(stated).toBeLessThan(0.9);
    const [dice, runs] = [stream("floor count"), runsOf(1500)];
    const count = countOf("PROMOTE", runs, spec, () => version(120, 1, rightAs(dice, 0.8)));
    expect(tooMany(count, runs, stated + 0.02)).toBeNull();
    expect(tooFew(count, runs, stated - 0.02)).toBeNull();
  });

  test("over looks at K = 2, 4, 8", () => {
    const spec = specOf({ guards: { guard: right } });
    const stated = planFor(spec, 90, { assumed: rated(0.8) }).looks.at(-1)?.chance ?? 0;
    expect(stated).toBeGreaterThan(0.6);
    expect(stated).toBeLessThan(0.9);
    const [dice, runs] = [stream("floor looks"), runsOf(600)];
    const count = countOverLooks("PROMOTE", runs, spec, () => version(90, 8, rightAs(dice, 0.8)));
    expect(tooMany(count, runs, stated + 0.03)).toBeNull();
    expect(tooFew(count, runs, stated - 0.03)).toBeNull();
  });

  test("by scores, in clusters that have something in common", () => {
    const spec = specOf({ guards: { guard: stars }, looks: [2] });
    const level = { loss: 1.6, between: Math.hypot(0.5, 0.3) };
    const alike = 0.25 / (0.25 + 0.09 + 0.08);
    const thought = { assumed: { kind: "score", sd: 0.4, gain: 0 }, level } as const;
    const stated = planFor(spec, 80, thought, 20, alike).looks[0]?.chance ?? 0;
    expect(stated).toBeGreaterThan(0.6);
    expect(stated).toBeLessThan(0.95);
    const [dice, runs] = [stream("floor scores"), runsOf(1500)];
    const items = (): ScoredItem[] => {
      let [centre, asked] = [0, 0];
      return version(
        80,
        2,
        () => {
          if (asked % 4 === 0) centre = 3.4 + 0.5 * normal(dice);
          asked += 1;
          const own = centre + 0.3 * normal(dice);
          return () => ({ stars: Math.min(5, Math.max(1, own + 0.4 * normal(dice))) });
        },
        4,
      );
    };
    const count = countOf("PROMOTE", runs, spec, items);
    expect(tooMany(count, runs, stated + 0.05)).toBeNull();
    expect(tooFew(count, runs, stated - 0.05)).toBeNull();
  });

  test("by amounts: what half of the cases stay below", () => {
    const spec = specOf({ guards: { guard: cheap }, looks: [4] });
    const level = { loss: Math.log(0.8), between: 0.5 };
    const stated = planFor(spec, 60, { assumed: { kind: "ratio", sd: 0.4, gain: 0 }, level }).looks[0];
    expect(stated?.chance).toBeGreaterThan(0.6);
    expect(stated?.chance).toBeLessThan(0.97);
    const [dice, runs] = [stream("floor amounts"), runsOf(1500)];
    const items = (): ScoredItem[] =>
      version(60, 4, () => {
        const own = Math.log(0.8) + 0.5 * normal(dice);
        return () => ({ cost: Math.exp(own + 0.4 * normal(dice)) });
      });
    const count = countOf("PROMOTE", runs, spec, items);
    expect(tooMany(count, runs, (stated?.chance ?? 0) + 0.03)).toBeNull();
    expect(tooFew(count, runs, (stated?.chance ?? 1) - 0.03)).toBeNull();
  });

  test("and one below the floor is rejected as often, with the cases that are planned to find it out", () => {
    const spec = specOf({ guards: { guard: right }, looks: [2] });
    const { beyond, cases, looks } = planFor(spec, 60, { assumed: rated(0.6) });
    expect(beyond).toEqual(["guard"]);
    expect(looks[0]?.chance).toBeLessThan(0.01);
    const [dice, runs] = [stream("floor beyond"), runsOf(1000)];
    const count = countOf("REJECT", runs, spec, () => version(cases ?? 0, 2, rightAs(dice, 0.6)));
    expect(tooMany(count, runs, 0.8 + 0.05)).toBeNull();
    expect(tooFew(count, runs, 0.8 - 0.03)).toBeNull();
  });
});
