import { binomialCdf } from "../stats/binomial.ts";
import type { Clusters } from "../stats/clusters.ts";
import { normalCdf } from "../stats/normal.ts";
import { rootOf } from "../stats/root.ts";
import { tangoScore } from "../stats/tango.ts";
import type { Contrast } from "./contrast.ts";

/**
 * One answer to each item from each arm, right or wrong, items independent: Tango's score test. `values`: 1 where only
 * the candidate lost, −1 where only the other did.
 *
 * Where the other arm alone lost nowhere (or the candidate nowhere) a single count is left, and the score test passes a
 * candidate at the margin in up to 7 % of cases, not 5; so there the exact test of that count must agree.
 */
export function contrastOfPairs(values: Float64Array, clusters: Clusters): Contrast {
  const n = values.length;
  let [b, c] = [0, 0];
  for (const value of values) {
    if (value > 0) b += 1;
    if (value < 0) c += 1;
  }
  const below = (margin: number): number => lossOfPairs(b, c, n, margin);
  const estimate = (b - c) / n;
  return {
    estimate,
    df: clusters.df,
    below,
    above: (margin) => lossOfPairs(c, b, n, -margin),
    upper: (level) => rootOf((margin) => level - below(margin), estimate, 1),
    signal: (margin, truth) => ({ away: margin - truth, error: errorAt(b, c, n, margin) }),
    influence: values.map((value) => value - estimate),
  };
}

/** How unlikely these counts are where the loss is `margin` or more. */
export const lossOfPairs = (b: number, c: number, n: number, margin: number): number =>
  Math.max(normalCdf(tangoScore(b, c, n, margin)), oneSided(b, c, n, margin));

/** The exact test of the only count there is, against a difference of `margin` or more. */
function oneSided(b: number, c: number, n: number, margin: number): number {
  if (margin > 0 && c === 0) return binomialCdf(b, n, margin);
  return margin < 0 && b === 0 ? 1 - binomialCdf(c - 1, n, -margin) : 0;
}

/** The standard error if the truth were at the margin. */
function errorAt(b: number, c: number, n: number, margin: number): number {
  const away = (b - c) / n - margin;
  const score = tangoScore(b, c, n, margin);
  return score === 0 ? Math.sqrt((b + c) / n - margin * margin) / Math.sqrt(n) : away / score;
}
