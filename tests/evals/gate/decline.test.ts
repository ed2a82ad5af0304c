import { describe, expect, test } from "vitest";
import { chancesOf } from "../../../src/evals/gate/plan/plan.ts";
import { notAbove, runsOf, stream, tooFew, tooMany } from "./simulating.ts";
import { specIn, usual, yearOf } from "./years.ts";
import type { World, Year } from "./years.ts";

function years(name: string, over: Partial<World>, count: number): readonly Year[] {
  const dice = stream(`S12 ${name}`);
  return Array.from({ length: count }, () => yearOf(dice, { ...usual, ...over }));
}

const declined = (all: readonly Year[]): number => all.filter(({ below }) => below > 5).length;

/** Cases are hard or easy, for all versions and for one: two answers to one case agree in 78 %, not in 68 %. */
const alike = { hard: 0.4, own: 0.2 };

/** A year of weekly candidates, each truly N(−1, 2) points from the version then in production. */
describe("S12: 52 weekly candidates, the best version told as it ships: by receipts of the real gate", () => {
  const worlds: readonly { readonly name: string; readonly over: Partial<World>; readonly count: number }[] =
    [
      { name: "200 cases, some of them hard, fresh answers each week", over: alike, count: 110 },
      { name: "400 cases, fresh answers each week", over: { cases: 400 }, count: 100 },
      { name: "200 cases, some of them hard, stored answers", over: { ...alike, fresh: false }, count: 100 },
    ];
  test.each(worlds)(
    "$name: production ends at most one margin below the best ever in 95 % of years",
    ({ name, over, count }) => {
      const all = years(name, over, runsOf(count));
      expect(tooMany(declined(all), all.length, 0.05)).toBeNull();
      // Nobody is kept from getting better: a version is promoted every few months at least.
      const moved = all.filter(({ promotions }) => promotions >= 3).length;
      expect(tooFew(moved, all.length, 0.8)).toBeNull();
    },
  );

  test("without the second comparison it would sink in far more years than that", () => {
    const all = years("alone", { cases: 400, rule: "none" }, runsOf(40));
    expect(notAbove(declined(all), all.length, 0.1)).toBeNull();
  });

  test("candidates that are equal pass as often as is planned where there is a best version, less 3 points", () => {
    const world = { ...usual, cases: 400, step: [0, 0] as const };
    const held = years("equal", world, runsOf(15)).flatMap((year) => year.held);
    const guards = { quality: { kind: "rate" as const, rate: 0.8, discordance: 0.32, gain: 0 } };
    const planned = chancesOf(
      specIn(world),
      { items: 400, clusters: 400, alike: 0 },
      { guards, againstBest: true },
    );
    expect(held.length).toBeGreaterThan(500);
    expect(tooFew(held.filter(Boolean).length, held.length, (planned[0]?.chance ?? 1) - 0.03)).toBeNull();
  });
});
