import { binomialCdf } from "../stats/binomial.ts";
import { clopperPearson } from "../stats/proportion.ts";
import type { Clusters } from "../stats/clusters.ts";
import type { Contrast } from "./contrast.ts";

/** One arm alone, one answer to each independent item, lost (1) or not (0): exact, after Clopper and Pearson. */
export function contrastOfCounts(values: Float64Array, clusters: Clusters): Contrast {
  const n = values.length;
  const lost = values.reduce((sum, value) => sum + value, 0);
  return {
    estimate: lost / n,
    df: clusters.df,
    below: (margin) => binomialCdf(lost, n, margin),
    above: (margin) => 1 - binomialCdf(lost - 1, n, margin),
    upper: (level) => clopperPearson(lost, n, 1 - 2 * level).high,
    signal: (margin, truth) => ({ away: margin - truth, error: Math.sqrt((margin * (1 - margin)) / n) }),
    influence: values.map((value) => value - lost / n),
  };
}
