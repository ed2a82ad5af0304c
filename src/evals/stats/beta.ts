import { logBeta } from "./gamma.ts";
import { rootOf } from "./root.ts";

/** P(X ≤ x) for X ~ Beta(a, b), a and b above 0: the regularised incomplete beta function I_x(a, b). */
export const betaCdf = (x: number, a: number, b: number): number => betaCdfAt(x, 1 - x, a, b);

/** The same where 1 − x is known better than x tells. */
export function betaCdfAt(x: number, rest: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  const front = Math.exp(a * logOf(x, rest) + b * logOf(rest, x) - logBeta(a, b));
  if (x < (a + 1) / (a + b + 2)) return (front * fraction(x, a, b)) / a;
  return 1 - (front * fraction(rest, b, a)) / b;
}

/** ln of a part of one, from the part that is known to more digits. */
const logOf = (part: number, rest: number): number => (part < 0.5 ? Math.log(part) : Math.log1p(-rest));

/** The continued fraction of DLMF 8.17.22, by the method of Lentz. */
function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) return value;
  }
  return value;
}

const awayFromZero = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);

/** The x with P(X ≤ x) = p for X ~ Beta(a, b). */
export function betaQuantile(p: number, a: number, b: number): number {
  return rootOf((x) => betaCdf(x, a, b) - p, 0, 1);
}
