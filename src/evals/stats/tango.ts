import { rootOf } from "./root.ts";
import { normalQuantile } from "./normal.ts";
import type { Interval } from "./proportion.ts";

/**
 * The score statistic of T. Tango, Equivalence test and confidence interval for the difference in proportions for the
 * paired-sample design (1998): standard normal where the true difference is `margin`. `b` pairs have the event on one
 * side only, `c` on the other only, of `n` pairs; the difference is (b − c)/n. Far below 0: it is below the margin.
 */
export function tangoScore(b: number, c: number, n: number, margin: number): number {
  const away = b - c - n * margin;
  const variance = n * (2 * likeliest(b, c, n, margin) + margin * (1 - margin));
  if (variance > 0) return away / Math.sqrt(variance);
  return away === 0 ? 0 : away * Infinity;
}

/** The likeliest chance of an event on the second side only, where the difference is `margin`. */
function likeliest(b: number, c: number, n: number, margin: number): number {
  const linear = -b - c + (2 * n - b + c) * margin;
  const constant = -c * margin * (1 - margin);
  const root = Math.sqrt(Math.max(0, linear * linear - 8 * n * constant));
  const chance = linear > 0 ? (-2 * constant) / (linear + root) : (root - linear) / (4 * n);
  return Math.max(0, -margin, chance);
}

/** Every difference that the score test does not rule out, two-sided at `confidence`. */
export function tangoInterval(b: number, c: number, n: number, confidence: number): Interval {
  const z = normalQuantile(0.5 + confidence / 2);
  const falling = (margin: number): number => tangoScore(b, c, n, margin);
  return {
    low: rootOf((margin) => z - falling(margin), -1, (b - c) / n),
    high: rootOf((margin) => -z - falling(margin), (b - c) / n, 1),
  };
}
