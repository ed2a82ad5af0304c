import type { Clusters } from "./clusters.ts";

/** An average and how far it may be off. */
export interface Mean {
  readonly mean: number;
  /** Standard error. */
  readonly se: number;
}

/** Two more items, each a cluster of its own: where nothing varies yet, they say how little that proves. */
export type PseudoItems = readonly [number, number];

/**
 * The mean of values with its CR2 standard error over clusters: Bell and McCaffrey (2002). For a mean the correction is
 * 1/(1 − share of the cluster); where every item is a cluster it is the usual s/√n. `sums` is room to work in, one
 * number for each cluster.
 */
export function clusteredMean(
  values: Float64Array,
  clusters: Clusters,
  pseudo: PseudoItems | null,
  sums: Float64Array = new Float64Array(clusters.sizes.length),
): Mean {
  const items = values.length + (pseudo === null ? 0 : 2);
  let total = pseudo === null ? 0 : pseudo[0] + pseudo[1];
  sums.fill(0);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? 0;
    const cluster = clusters.of[i] ?? 0;
    total += value;
    sums[cluster] = (sums[cluster] ?? 0) + value;
  }
  const mean = total / items;
  let variance = 0;
  for (let g = 0; g < clusters.sizes.length; g += 1) {
    const size = clusters.sizes[g] ?? 0;
    const residual = (sums[g] ?? 0) - size * mean;
    variance += (residual * residual) / (1 - size / items);
  }
  if (pseudo !== null) variance += ofPseudo(pseudo, mean, items);
  return { mean, se: Math.sqrt(variance) / items };
}

const ofPseudo = ([one, other]: PseudoItems, mean: number, items: number): number =>
  ((one - mean) ** 2 + (other - mean) ** 2) / (1 - 1 / items);

/** CR0: the clusters' standard error without any correction for how few they are (Miller 2024, appendix). */
export function uncorrectedError(values: Float64Array, clusters: Clusters): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sums = new Float64Array(clusters.sizes.length);
  for (const [i, value] of values.entries()) {
    const cluster = clusters.of[i] ?? 0;
    sums[cluster] = (sums[cluster] ?? 0) + value - mean;
  }
  return Math.sqrt(sums.reduce((sum, each) => sum + each * each, 0)) / values.length;
}
