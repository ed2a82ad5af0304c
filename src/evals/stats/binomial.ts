import { betaCdfAt } from "./beta.ts";
import { logBeta } from "./gamma.ts";

/** P(X = k) for X ~ Binomial(n, p). */
export function binomialDensity(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return 0;
  if (p <= 0 || p >= 1) return k === (p <= 0 ? 0 : n) ? 1 : 0;
  return Math.exp(k * Math.log(p) + (n - k) * Math.log1p(-p) - logBeta(k + 1, n - k + 1)) / (n + 1);
}

/** P(X ≤ k) for X ~ Binomial(n, p). */
export function binomialCdf(k: number, n: number, p: number): number {
  const whole = Math.floor(k);
  if (whole < 0) return 0;
  if (whole >= n) return 1;
  return betaCdfAt(1 - p, p, n - whole, whole + 1);
}
