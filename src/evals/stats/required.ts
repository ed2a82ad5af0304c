import { normalQuantile } from "./normal.ts";

/**
 * How many pairs show with `power` that a difference is above −`margin`, one-sided at `alpha`, where it is truly `delta`
 * and one pair's difference has this variance. Null: no number does.
 */
export function requiredPairs(
  alpha: number,
  power: number,
  variance: number,
  delta: number,
  margin: number,
): number | null {
  const away = delta + margin;
  if (away <= 0) return null;
  const reach = normalQuantile(1 - alpha) + normalQuantile(power);
  return Math.max(1, Math.ceil((reach * reach * variance) / (away * away)));
}

/** The variance of the difference of two 0/1 answers that differ in a share of `discordance`, by `delta` on average. */
export const pairVariance = (discordance: number, delta: number): number => discordance - delta * delta;
