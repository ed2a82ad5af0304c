import { betaCdfAt } from "./beta.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { rootOf } from "./root.ts";

/** Above this many degrees of freedom Student's t is the normal distribution to 1e-10. */
const manyDegrees = 1e10;

/** P(T ≤ t) of Student's t with `df` > 0 degrees of freedom, not necessarily whole. */
export function studentCdf(t: number, df: number): number {
  if (df > manyDegrees || !Number.isFinite(t)) return normalCdf(t);
  const square = t * t;
  const outside = betaCdfAt(df / (df + square), square / (df + square), df / 2, 0.5);
  return t < 0 ? outside / 2 : 1 - outside / 2;
}

/** The t with P(T ≤ t) = p, for 0 < p < 1; ±∞ at the ends. */
export function studentQuantile(p: number, df: number): number {
  if (df > manyDegrees) return normalQuantile(p);
  if (p > 0.5) return -studentQuantile(1 - p, df);
  if (p <= 0) return -Infinity;
  let low = -2;
  while (studentCdf(low, df) > p) low *= 2;
  return rootOf((t) => studentCdf(t, df) - p, low, 0);
}
