import { binomialCdf } from "../stats/binomial.ts";
import type { Clusters } from "../stats/clusters.ts";
import { clusteredMean } from "../stats/mean.ts";
import type { Contrast, Signal } from "./contrast.ts";
import { contrastOfMeans } from "./means.ts";

/**
 * The median over items: a test of signs, as exact as the binomial where items are independent, and over clusters a test
 * of the share of items on one side. Whatever the tails are like; an infinite value is one more item on its side.
 */
export function contrastOfMedians(values: Float64Array, clusters: Clusters): Contrast {
  const sorted = values.toSorted();
  const beyond = (isBeyond: (value: number) => boolean): number => halfOrLess(values, clusters, isBeyond);
  const middle = median(sorted);
  return {
    estimate: middle,
    df: clusters.df,
    below: (margin) => beyond((value) => value < margin),
    above: (margin) => beyond((value) => value > margin),
    upper: (level) => upperOf(sorted, (value) => beyond((other) => other <= value) <= level),
    signal: (margin, truth) => signalOf(values, clusters, margin - truth + middle),
    influence: signsOf(values, clusters, middle),
  };
}

/** Of sorted numbers, which may be infinite; between two opposite ends it is 0. */
export function median(sorted: Float64Array): number {
  const at = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(at) - 1] ?? NaN, sorted[Math.floor(at)] ?? NaN];
  if (low === high) return low;
  return low === -high ? 0 : (low + high) / 2;
}

/** How unlikely so many items on one side are, where half of them or fewer truly are. */
function halfOrLess(values: Float64Array, clusters: Clusters, isBeyond: (value: number) => boolean): number {
  const signs = values.map((value) => (isBeyond(value) ? 0 : 1));
  if (!clusters.single) return contrastOfMeans(signs, clusters, [0, 1]).below(0.5);
  const others = signs.reduce((sum, sign) => sum + sign, 0);
  return binomialCdf(others, values.length, 0.5);
}

/** The first value, from below, that passes; +∞ where none does. */
function upperOf(sorted: Float64Array, passes: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const at = Math.floor((low + high) / 2);
    if (passes(sorted[at] ?? Infinity)) high = at;
    else low = at + 1;
  }
  return sorted[low] ?? Infinity;
}

function signsOf(values: Float64Array, { of, sizes }: Clusters, middle: number): Float64Array {
  const sums = new Float64Array(sizes.length);
  for (const [i, value] of values.entries()) {
    const cluster = of[i] ?? 0;
    sums[cluster] = (sums[cluster] ?? 0) + Math.sign(value - middle || 0);
  }
  return sums;
}

/** On the scale of shares: how many more than half of the items lie below. */
function signalOf(values: Float64Array, clusters: Clusters, below: number): Signal {
  const signs = values.map((value) => (value < below ? 1 : 0));
  const { mean, se } = clusteredMean(signs, clusters, [0, 1]);
  return { away: mean - 0.5, error: clusters.single ? 0.5 / Math.sqrt(values.length) : se };
}
