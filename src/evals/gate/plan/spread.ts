import { betaQuantile } from "../../stats/beta.ts";
import { binomialDensity } from "../../stats/binomial.ts";
import { normalDensity } from "../../stats/normal.ts";
import type { RateAssumption, ScoreAssumption } from "./assumption.ts";

/** How differences of losses of one item are spread: candidate less production, each value with its chance. */
export interface Spread {
  readonly values: Float64Array;
  readonly chances: Float64Array;
}

/** Chances to be right differ between items as a beta distribution; so many of its quantiles stand for it. */
export const nodes = 40;

/**
 * Of means of `answers` answers that score 0 or 1. An item's answers agree more than those of different items, by as much
 * as makes two of them differ in the assumed share of cases.
 */
export function spreadOfRates({ rate, discordance, gain }: RateAssumption, answers: number): Spread {
  const chances = new Float64Array(2 * answers + 1);
  for (const chance of itemChances(rate, discordance)) {
    const candidate = countChances(Math.min(1, Math.max(0, chance - gain)), answers);
    const other = countChances(chance, answers);
    for (const [a, one] of candidate.entries()) {
      for (const [b, two] of other.entries()) {
        chances[answers + a - b] = (chances[answers + a - b] ?? 0) + (one * two) / nodes;
      }
    }
  }
  return { values: Float64Array.from(chances, (_, index) => index / answers - 1), chances };
}

/** The chances of single items to lose. With no agreement of answers all are alike, with full agreement all 0 or 1. */
export function itemChances(rate: number, discordance: number): readonly number[] {
  const agreement = 1 - discordance / (2 * rate * (1 - rate));
  if (agreement <= 1e-6) return Array.from({ length: nodes }, () => 1 - rate);
  const strength = 1 / Math.min(agreement, 1 - 1e-6) - 1;
  return Array.from({ length: nodes }, (_, index) =>
    betaQuantile((index + 0.5) / nodes, (1 - rate) * strength, rate * strength),
  );
}

export const countChances = (chance: number, answers: number): number[] =>
  Array.from({ length: answers + 1 }, (_, count) => binomialDensity(count, answers, chance));

/** Of means of `answers` scores within a range of this width: normal, as far as the range goes. */
export function spreadOfScores({ sd, gain }: ScoreAssumption, answers: number, width: number): Spread {
  const error = sd * Math.sqrt(2 / answers);
  const reach = Math.min(width - Math.abs(gain), 5 * error);
  const values = Float64Array.from({ length: 81 }, (_, index) => (reach * (index - 40)) / 40 - gain);
  const weights = values.map((value) => normalDensity((value + gain) / error));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { values, chances: weights.map((weight) => weight / total) };
}

const meanOf = ({ values, chances }: Spread): number =>
  values.reduce((sum, value, index) => sum + value * (chances[index] ?? 0), 0);

export function varianceOf(spread: Spread): number {
  const mean = meanOf(spread);
  return spread.values.reduce(
    (sum, value, index) => sum + (value - mean) ** 2 * (spread.chances[index] ?? 0),
    0,
  );
}
