import type { Answer, ScoredItem } from "../../../src/evals/gate/item.ts";
import { random } from "../../simulation/random.ts";
import { cost, normal, quality, refusals, specOf } from "./simulating.ts";

/** Three guards at one look, and items of arms whose true rates and money are known. */
export const guards = { quality, refusals, cost };
export const once = specOf({ guards, looks: [2] });

export interface Arms {
  readonly candidate: readonly [right: number, refused: number, money: number];
  readonly baseline: readonly [right: number, refused: number, money: number];
}
export const equal: Arms = { candidate: [0.8, 0.01, 1], baseline: [0.8, 0.01, 1] };

export function itemsOf(seed: number, n: number, answers: number, arms: Arms = equal): ScoredItem[] {
  const dice = random(seed);
  const answer = ([right, refused, money]: Arms["candidate"]): Answer => ({
    quality: dice.chance(right) ? 1 : 0,
    refusal: dice.chance(refused) ? 1 : 0,
    cost: money * Math.exp(0.2 * normal(dice)),
  });
  const row = (arm: Arms["candidate"]): Answer[] => Array.from({ length: answers }, () => answer(arm));
  return Array.from({ length: n }, (_, i) => ({
    id: `i${i}`,
    cluster: `c${i}`,
    candidate: row(arms.candidate),
    baseline: row(arms.baseline),
    best: [],
  }));
}
