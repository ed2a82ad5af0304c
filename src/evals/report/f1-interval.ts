import { contrastOfMeans } from "../gate/means.ts";
import type { F1Terms } from "../metrics/f1-terms.ts";
import type { Clusters } from "../stats/clusters.ts";
import type { Estimate } from "./estimate.ts";

/** Of each side of the interval. */
const level = 0.025;

/**
 * F1 with its interval at 95 %: as a mean over cases (`f1Terms`), by the test that item means have in the gate, with its
 * clusters and its two pseudo-items. Of a rare class these lie as much further out as one case of it moves F1 more.
 */
export const intervalOfF1 = ({ value, terms, reach }: F1Terms, clusters: Clusters): Estimate =>
  meanWithin(terms, clusters, { value, reach, range: [0, 1] });

/** The candidate's less the other's, case by case, so that what both find hard is not counted as chance. */
export const differenceOfF1 = (own: F1Terms, other: F1Terms, clusters: Clusters): Estimate =>
  meanWithin(
    own.terms.map((term, item) => term - (other.terms[item] ?? 0)),
    clusters,
    {
      value: own.value - other.value,
      reach: Math.max(own.reach, other.reach),
      range: [-1, 1],
    },
  );

interface Within {
  readonly value: number;
  readonly reach: number;
  readonly range: readonly [number, number];
}

function meanWithin(terms: Float64Array, clusters: Clusters, { value, reach, range }: Within): Estimate {
  const [low, high] = range;
  const [least, most] = [value - (value - low) * reach, value + (high - value) * reach];
  const upper = contrastOfMeans(terms, clusters, [least, most]).upper(level);
  const lower = -contrastOfMeans(
    terms.map((term) => -term),
    clusters,
    [-most, -least],
  ).upper(level);
  return { value, low: Math.max(low, lower), high: Math.min(high, upper) };
}
