import { describe, expect, test } from "vitest";
import { gateVerdict } from "../../../src/evals/gate/decide.ts";
import type { Answer, ScoredItem } from "../../../src/evals/gate/item.ts";
import type { GateSpec } from "../../../src/evals/gate/spec.ts";
import type { Random } from "../../simulation/random.ts";
import {
  drawn,
  normal,
  notAbove,
  quality,
  rowsOf,
  runsOf,
  specOf,
  stream,
  tooFew,
  tooMany,
} from "./simulating.ts";

/** S12: a year of weekly candidates, each truly N(−1, 2) points from the version then in production. */
const spec = specOf({ guards: { quality }, looks: [2] });
const rows = rowsOf("quality", 2);
const cases = 240;

interface Version {
  /** The true share of right answers. */
  readonly truth: number;
  readonly answers: readonly (readonly Answer[])[];
  readonly measured: number;
}

function versionOf(dice: Random, truth: number): Version {
  const bits = Array.from({ length: cases }, () => drawn(dice, truth, 2));
  const right = bits.reduce((sum, one) => sum + (one & 1) + (one >> 1), 0);
  return { truth, answers: bits.map((one) => rows[one] ?? []), measured: right / cases };
}

const itemsOf = (candidate: Version, production: Version, best: Version | null): ScoredItem[] =>
  candidate.answers.map((answers, i) => ({
    id: `i${i}`,
    cluster: `c${i}`,
    candidate: answers,
    baseline: production.answers[i] ?? [],
    best: best?.answers[i] ?? [],
  }));

interface Year {
  readonly promotions: number;
  /** How far production ends below the best version ever, in points. */
  readonly below: number;
}

/** `fresh`: production and the best version answer anew each week; else their stored answers are used again. */
function yearOf(dice: Random, gate: GateSpec, how: { fresh: boolean; second: boolean }): Year {
  let production = versionOf(dice, 0.8);
  let best = production;
  let [highest, promotions] = [production.truth, 0];
  const answering = (one: Version): Version => (how.fresh ? versionOf(dice, one.truth) : one);
  for (let week = 0; week < 52; week += 1) {
    const candidate = versionOf(dice, Math.min(0.99, production.truth - 0.01 + 0.02 * normal(dice)));
    const second = how.second && best !== production ? answering(best) : null;
    const items = itemsOf(candidate, answering(production), second);
    if (gateVerdict(gate, { items, looks: [2] }) !== "PROMOTE") continue;
    promotions += 1;
    production = candidate;
    highest = Math.max(highest, candidate.truth);
    if (candidate.measured > best.measured) best = candidate;
  }
  return { promotions, below: 100 * (highest - production.truth) };
}

describe("S12: 52 weekly candidates", () => {
  const years = (name: string, how: { fresh: boolean; second: boolean }, count: number): Year[] => {
    const dice = stream(name);
    return Array.from({ length: count }, () => yearOf(dice, spec, how));
  };
  const declined = (all: readonly Year[]): number => all.filter(({ below }) => below > 5).length;

  test.each([
    { how: "stored answers", fresh: false },
    { how: "fresh answers each week", fresh: true },
  ])("$how: production ends at most one margin below the best ever in 95 % of years", ({ how, fresh }) => {
    const all = years(how, { fresh, second: true }, runsOf(140));
    expect(tooMany(declined(all), all.length, 0.05)).toBeNull();
    // Nobody is kept from getting better: a version is promoted every few months at least.
    const moved = all.filter(({ promotions }) => promotions >= 3).length;
    expect(tooFew(moved, all.length, 0.8)).toBeNull();
  });

  test("without the second comparison it would sink in far more years than that", () => {
    const all = years("alone", { fresh: true, second: false }, runsOf(60));
    expect(notAbove(declined(all), all.length, 0.1)).toBeNull();
  });
});
