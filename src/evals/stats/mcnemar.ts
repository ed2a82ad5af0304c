import { binomialCdf, binomialDensity } from "./binomial.ts";

/** What pairs that differ say about equal chances; `b`, `c`: how many differ in favour of one and of the other. */
export interface McNemar {
  /** P that b is this large or larger, where both are equal. */
  readonly exactOneSided: number;
  readonly exactTwoSided: number;
  /** Half of what is exactly as seen counted only: Lancaster (1961). */
  readonly midOneSided: number;
  readonly midTwoSided: number;
}

export function mcNemar(b: number, c: number): McNemar {
  const n = b + c;
  const as = binomialDensity(b, n, 0.5);
  const upper = n === 0 ? 1 : binomialCdf(c, n, 0.5);
  const rarer = n === 0 ? 1 : binomialCdf(Math.min(b, c), n, 0.5);
  return {
    exactOneSided: upper,
    exactTwoSided: Math.min(1, 2 * rarer),
    midOneSided: n === 0 ? 1 : upper - as / 2,
    midTwoSided: n === 0 ? 1 : Math.min(1, 2 * rarer - as),
  };
}
