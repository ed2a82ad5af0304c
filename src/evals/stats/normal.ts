import { rootOf } from "./root.ts";

const rootTwoPi = Math.sqrt(2 * Math.PI);

export const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / rootTwoPi;

/** P(Z ≤ x) of the standard normal; the lower tail to a relative 1e-14. */
export function normalCdf(x: number): number {
  if (x < -2.5) return tail(-x);
  if (x > 2.5) return 1 - tail(x);
  return 0.5 + normalDensity(x) * series(x);
}

/** Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/15 + …): Marsaglia, Evaluating the normal distribution (2004). */
function series(x: number): number {
  let [sum, term] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return sum;
}

/** P(Z > x) for x ≥ 2.5, by Laplace's continued fraction: 40 terms leave an error below 1e-18. */
function tail(x: number): number {
  let fraction = x;
  for (let k = 40; k > 0; k -= 1) fraction = x + k / fraction;
  return normalDensity(x) / fraction;
}

/** The x with P(Z ≤ x) = p, for 0 < p < 1; ±∞ at the ends. */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p <= 0) return -Infinity;
  return rootOf((x) => normalCdf(x) - p, -39, 0);
}
