import { betaQuantile } from "./beta.ts";
import { normalQuantile } from "./normal.ts";

/** Both ends of an interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Wilson's score interval for k of n, two-sided at `confidence`. */
export function wilson(k: number, n: number, confidence: number): Interval {
  const z = normalQuantile(0.5 + confidence / 2);
  const share = k / n;
  const centre = share + (z * z) / (2 * n);
  const reach = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return {
    low: k === 0 ? 0 : (centre - reach) / scale,
    high: k === n ? 1 : (centre + reach) / scale,
  };
}

/** The interval of Clopper and Pearson, two-sided: at least `confidence`, whatever the true share. */
export function clopperPearson(k: number, n: number, confidence: number): Interval {
  const outside = (1 - confidence) / 2;
  return {
    low: k === 0 ? 0 : betaQuantile(outside, k, n - k + 1),
    high: k === n ? 1 : betaQuantile(1 - outside, k + 1, n - k),
  };
}
