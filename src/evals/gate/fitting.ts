import type { Clusters } from "../stats/clusters.ts";
import type { Contrast } from "./contrast.ts";
import { contrastOfCounts } from "./counts.ts";
import { differencesOf, worstOf } from "./losses.ts";
import { contrastOfMeans } from "./means.ts";
import { contrastOfMedians } from "./medians.ts";
import { contrastOfPairs } from "./pairs.ts";
import type { Scale } from "./spec.ts";

/** A loss for each item (`itemLosses`), of one arm alone or of two. */
export interface Compared {
  readonly own: Float64Array;
  /** null: the arm is held against a fixed score. */
  readonly theirs: Float64Array | null;
  /** How many answers to an item such a loss is made of, at most. */
  readonly answers: number;
  readonly clusters: Clusters;
}

/** The test that fits what is compared. */
export function contrastOf(scale: Scale, { own, theirs, answers, clusters }: Compared): Contrast {
  const values = theirs === null ? own : differencesOf(own, theirs);
  if (scale.kind === "ratio") return contrastOfMedians(values, clusters);
  if (scale.kind === "rate" && answers === 1 && clusters.single) {
    return theirs === null ? contrastOfCounts(values, clusters) : contrastOfPairs(values, clusters);
  }
  const width = worstOf(scale);
  return contrastOfMeans(values, clusters, [theirs === null ? 0 : -width, width]);
}
