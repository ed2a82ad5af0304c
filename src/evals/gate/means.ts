import type { Clusters } from "../stats/clusters.ts";
import { clusteredMean } from "../stats/mean.ts";
import type { PseudoItems } from "../stats/mean.ts";
import { rootOf } from "../stats/root.ts";
import { studentCdf } from "../stats/student.ts";
import { tiltedVariance } from "../stats/tilt.ts";
import type { Contrast } from "./contrast.ts";

/**
 * An average over items with two pseudo-items at the ends of what is possible: CR2 standard errors over clusters,
 * Student's t with Satterthwaite's degrees of freedom.
 *
 * Where nearly all items are equal the observed spread is too small exactly when the average is luckily low: with
 * pseudo-items alone a candidate at the margin passes in up to 10 % of cases. So the spread counts for no less than what
 * it would be if the truth were at the margin (`tiltedVariance`, Tango's idea), which keeps it to 5.2 %.
 */
export function contrastOfMeans(values: Float64Array, clusters: Clusters, pseudo: PseudoItems): Contrast {
  const { mean, se } = clusteredMean(values, clusters, pseudo);
  const sums = sumsOf(values, clusters);
  const items = values.length + 2;
  const errorAt = (margin: number): number =>
    Math.max(se, tiltedError(sums, clusters, pseudo, margin) / items);
  const statistic = (margin: number): number => (mean - margin) / errorAt(margin);
  const below = (margin: number): number =>
    clusters.df > 0 ? studentCdf(statistic(margin), clusters.df) : 1;
  const [least, most] = pseudo;
  const estimate = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    estimate,
    df: clusters.df,
    below,
    above: (margin) => (clusters.df > 0 ? studentCdf(-statistic(margin), clusters.df) : 1),
    upper: (level) => rootOf((margin) => level - below(margin), mean, most - (most - least) * 1e-9),
    signal: (margin, truth) => ({ away: margin - truth, error: errorAt(margin) }),
    influence: influenceOf(sums, clusters, estimate),
  };
}

function sumsOf(values: Float64Array, { of, sizes }: Clusters): Float64Array {
  const sums = new Float64Array(sizes.length);
  for (let i = 0; i < values.length; i += 1) {
    const cluster = of[i] ?? 0;
    sums[cluster] = (sums[cluster] ?? 0) + (values[i] ?? 0);
  }
  return sums;
}

/** Of the sum over all items and pseudo-items, if its expectation were that of the margin. */
function tiltedError(sums: Float64Array, { sizes }: Clusters, pseudo: PseudoItems, margin: number): number {
  const count = sums.length + 2;
  const terms = new Float64Array(count);
  for (let g = 0; g < sums.length; g += 1) terms[g] = (sums[g] ?? 0) - margin * (sizes[g] ?? 0);
  terms[count - 2] = pseudo[0] - margin;
  terms[count - 1] = pseudo[1] - margin;
  return Math.sqrt(tiltedVariance(terms));
}

/** Without the pseudo-items: they do not vary, and would make looks seem more alike than they are. */
const influenceOf = (sums: Float64Array, { sizes }: Clusters, mean: number): Float64Array =>
  sums.map((sum, cluster) => sum - mean * (sizes[cluster] ?? 0));
