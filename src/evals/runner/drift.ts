import { clustersOf } from "../stats/clusters.ts";
import { clusteredMean } from "../stats/mean.ts";
import { studentCdf } from "../stats/student.ts";

/** A stored answer that was asked again: how both scored, and which model answered. */
export interface Recheck {
  readonly case: string;
  readonly before: Readonly<Record<string, number>>;
  readonly now: Readonly<Record<string, number>>;
  readonly servedBefore: string | null;
  readonly servedNow: string | null;
}

/** Of all metrics together: how often answers that still hold are doubted. */
const alpha = 0.01;
const leastCases = 8;

/**
 * Why stored answers no longer describe production, in words; null: nothing says so. Another model that answers is enough;
 * else the scores of some metric must have moved, by a two-sided t-test over cases.
 */
export function driftOf(rechecks: readonly Recheck[], metrics: readonly string[]): string | null {
  const other = rechecks.find((one) => one.servedBefore !== one.servedNow);
  if (other !== undefined)
    return `it was answered by ${other.servedBefore ?? "an unnamed model"}, and now by ${other.servedNow ?? "an unnamed model"}`;
  for (const metric of metrics) {
    const p = chanceOf(rechecks, metric);
    if (p !== null && p < alpha / metrics.length)
      return `asked again, its ${metric} is another one (p = ${p.toPrecision(2)} over ${rechecks.length} answers)`;
  }
  return null;
}

function chanceOf(rechecks: readonly Recheck[], metric: string): number | null {
  const compared = rechecks.flatMap(({ case: id, before, now }) => {
    const [old, fresh] = [before[metric], now[metric]];
    return old === undefined || fresh === undefined ? [] : [{ id, difference: fresh - old }];
  });
  const clusters = clustersOf(compared.map(({ id }) => id));
  if (clusters.sizes.length < leastCases) return null;
  const { mean, se } = clusteredMean(
    Float64Array.from(compared, ({ difference }) => difference),
    clusters,
    null,
  );
  if (mean === 0) return 1;
  return 2 * (1 - studentCdf(se === 0 ? Infinity : Math.abs(mean) / se, clusters.df));
}
