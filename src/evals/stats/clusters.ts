/** Which items belong together, and so err together: documents, customers, repositories. */
export interface Clusters {
  /** The cluster of each item, from 0. */
  readonly of: Int32Array;
  readonly sizes: Int32Array;
  /** No two items belong together. */
  readonly single: boolean;
  /** Degrees of freedom that an average over the items has (`degreesOf`). */
  readonly df: number;
}

export function clustersOf(keys: readonly (string | number)[]): Clusters {
  const numbers = new Map<string | number, number>();
  const of = new Int32Array(keys.length);
  for (const [item, key] of keys.entries()) {
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    of[item] = known;
  }
  const sizes = new Int32Array(numbers.size);
  for (const cluster of of) sizes[cluster] = (sizes[cluster] ?? 0) + 1;
  return { of, sizes, single: sizes.length === of.length, df: degreesOf(sizes) };
}

/**
 * Satterthwaite's degrees of freedom for the CR2 variance of a mean: R. M. Bell and D. F. McCaffrey, Bias reduction in
 * standard errors for linear regression with multi-stage samples (2002). How items of a cluster hang together is not
 * known, so it is the lesser of two: not at all, and entirely. A few large clusters leave few, however many items.
 */
export function degreesOf(sizes: ArrayLike<number>): number {
  return Math.min(degrees(sizes, looseCovariance), degrees(sizes, tightCovariance));
}

/** The covariance of the sums of residuals of two clusters: their shares of all items, are they one, Σ share². */
type Covariance = (one: number, other: number, same: boolean, squares: number) => number;

/** Items are independent: Var of a cluster's sum is its size. In units of all items. */
const looseCovariance: Covariance = (one, other, same) => (same ? one : 0) - one * other;

/** Items of a cluster are one and the same. In units of all items squared. */
const tightCovariance: Covariance = (one, other, same, squares) =>
  one * other * ((same ? 1 : 0) - one - other + squares);

/** (tr B)² / tr B² for the matrix B of covariances of the clusters' terms in the CR2 variance. Equal sizes are one row. */
function degrees(sizes: ArrayLike<number>, covariance: Covariance): number {
  const counts = new Map<number, number>();
  for (let g = 0; g < sizes.length; g += 1) counts.set(sizes[g] ?? 0, (counts.get(sizes[g] ?? 0) ?? 0) + 1);
  const total = [...counts].reduce((sum, [size, times]) => sum + size * times, 0);
  const rows = [...counts].map(([size, times]) => ({ share: size / total, times }));
  const squares = rows.reduce((sum, { share, times }) => sum + times * share * share, 0);
  let [trace, square] = [0, 0];
  for (const a of rows) {
    const own = covariance(a.share, a.share, true, squares) / (1 - a.share);
    trace += a.times * own;
    square += a.times * own * own;
    for (const b of rows) {
      const pair = covariance(a.share, b.share, false, squares);
      const times = a.times * (a === b ? b.times - 1 : b.times);
      square += (times * pair * pair) / ((1 - a.share) * (1 - b.share));
    }
  }
  return total > 0 && sizes.length > 1 ? (trace * trace) / square : 0;
}
