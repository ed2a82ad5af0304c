import type { Clusters } from "../stats/clusters.ts";
import { levelsOf } from "../stats/looks.ts";
import type { Comparison } from "./comparison.ts";
import type { Contrast } from "./contrast.ts";
import { contrastOf } from "./fitting.ts";
import { itemLosses } from "./losses.ts";
import type { Imputation, Losses } from "./losses.ts";

/** The two arms of a comparison; `other` is null where the candidate is held against a fixed score. */
export interface Sides {
  readonly candidate: Losses;
  readonly other: Losses | null;
  readonly clusters: Clusters;
}

export type Status = "holds" | "worse" | "open";

/** What one comparison shows at the last look taken, under one imputation of outages. */
export interface Finding {
  readonly contrast: Contrast;
  readonly status: Status;
  /** How unlikely what was seen is for a candidate at the margin. */
  readonly p: number;
  /** What a chance of error of `alpha` over all looks leaves for this look. */
  readonly levelFor: (alpha: number) => number;
}

/** `shares`: the share of the chance of error that is spent by each look taken, ascending. */
export interface Looking {
  readonly looks: readonly number[];
  readonly shares: readonly number[];
  /** How many comparisons may reject. */
  readonly comparisons: number;
  readonly leastDf: number;
}

export function findingOf(
  sides: Sides,
  comparison: Comparison,
  looking: Looking,
  imputation: Imputation,
): Finding {
  const contrasts = looking.looks.map((look) => contrastAt(sides, comparison, look, imputation));
  const contrast = contrasts.at(-1) ?? contrastAt(sides, comparison, 1, imputation);
  const correlations = contrasts.slice(1).map((one, index) => correlationOf(contrasts[index] ?? one, one));
  const levelFor = (alpha: number): number => {
    const spent = looking.shares.map((share) => alpha * share);
    return levelsOf(spent, correlations).at(-1) ?? 0;
  };
  const p = contrast.below(comparison.margin);
  return { contrast, status: statusOf(contrast, comparison, looking, levelFor), p, levelFor };
}

function statusOf(
  contrast: Contrast,
  { margin, alpha }: Comparison,
  { shares, comparisons, leastDf }: Looking,
  levelFor: (alpha: number) => number,
): Status {
  // No look's level exceeds all that is spent by then, which saves most computations of levels.
  const share = shares.at(-1) ?? 1;
  const passes = (p: number, alpha: number): boolean => p <= alpha * share && p <= levelFor(alpha);
  if (contrast.df >= leastDf && passes(contrast.below(margin), alpha)) return "holds";
  // Any one comparison rejects, so together they share the chance to reject in error (Bonferroni; Holm's first step).
  return passes(contrast.above(margin), alpha / comparisons) ? "worse" : "open";
}

function contrastAt(sides: Sides, { guard }: Comparison, look: number, imputation: Imputation): Contrast {
  const { candidate, other, clusters } = sides;
  const isAgainst = imputation === "against";
  const own = itemLosses(candidate, guard, look, isAgainst ? "worst" : "best");
  const theirs = other === null ? null : itemLosses(other, guard, look, isAgainst ? "best" : "worst");
  const answers = Math.max(Math.min(look, candidate.answers), Math.min(look, other?.answers ?? 1));
  return contrastOf(guard, { own, theirs, answers, clusters });
}

/** How two looks at the same items hang together. */
function correlationOf(earlier: Contrast, later: Contrast): number {
  let [both, one, other] = [0, 0, 0];
  for (let g = 0; g < later.influence.length; g += 1) {
    const [a, b] = [earlier.influence[g] ?? 0, later.influence[g] ?? 0];
    both += a * b;
    one += a * a;
    other += b * b;
  }
  return one > 0 && other > 0 ? both / Math.sqrt(one * other) : 0;
}
