export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Of the population (divided by the count), as HELM's `Stat` (metrics/statistic.py) gives it. */
  readonly variance: number;
  readonly stddev: number;
}

/** null where there is nothing to sum up. */
export function summaryOf(values: readonly number[]): Summary | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  return { count, mean, variance, stddev: Math.sqrt(variance) };
}

/** The middle value, or the mean of the two in the middle. null where there is none. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const low = sorted[Math.ceil(half) - 1];
  const high = sorted[Math.floor(half)];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
