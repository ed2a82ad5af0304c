import { clustersOf } from "../stats/clusters.ts";
import type { Clusters } from "../stats/clusters.ts";
import { comparisonsOf, primaryOf } from "./comparison.ts";
import type { Comparison } from "./comparison.ts";
import { findingOf } from "./finding.ts";
import type { Finding, Looking, Sides, Status } from "./finding.ts";
import type { ScoredItem } from "./item.ts";
import { lossesOf } from "./losses.ts";
import type { GateSpec } from "./spec.ts";

/** A comparison with what it is about and what it showed. */
export interface Trial {
  readonly comparison: Comparison;
  readonly sides: Sides;
  /** With outages taken against the candidate, and for it: what they would have been must decide nothing. */
  readonly against: Finding;
  readonly favoured: Finding;
  readonly status: Status;
}

export interface Trials {
  readonly compared: readonly Trial[];
  /** Whether the metric that must get better did. */
  readonly primary: Trial | null;
}

/** Every comparison of an evaluation without faults, at the last of `looks`. */
export function trialsOf(
  spec: GateSpec,
  items: readonly ScoredItem[],
  looks: readonly number[],
  accepted: Readonly<Record<string, number>>,
): Trials {
  const has = {
    baseline: items.some(({ baseline }) => baseline.length > 0),
    best: items.some(({ best }) => best.length > 0),
  };
  const comparisons = comparisonsOf(spec, has, accepted);
  const looking = {
    looks,
    // A look at half of the planned answers may spend half of the chance of error.
    shares: looks.map((look) => look / (spec.looks.at(-1) ?? look)),
    comparisons: comparisons.length,
    leastDf: spec.least_df,
  };
  const clusters = clustersOf(items.map(({ cluster }) => cluster));
  const primary = primaryOf(spec, has);
  return {
    compared: comparisons.map((one) => trialOf(items, clusters, one, looking)),
    primary: primary === null ? null : gotBetter(trialOf(items, clusters, primary, looking)),
  };
}

function trialOf(
  items: readonly ScoredItem[],
  clusters: Clusters,
  comparison: Comparison,
  looking: Looking,
): Trial {
  const sides = sidesOf(items, clusters, comparison, looking.looks.at(-1) ?? 1);
  const against = findingOf(sides, comparison, looking, "against");
  const hasOutages = sides.candidate.outages + (sides.other?.outages ?? 0) > 0;
  const favoured = hasOutages ? findingOf(sides, comparison, looking, "for") : against;
  const status = against.status === favoured.status ? against.status : "open";
  return { comparison, sides, against, favoured, status };
}

/** Of the best version ever there may be fewer answers to each item, never more than are needed. */
function sidesOf(
  items: readonly ScoredItem[],
  clusters: Clusters,
  { guard, against }: Comparison,
  look: number,
): Sides {
  const candidate = lossesOf(items, guard, "candidate", look);
  if (against === "floor") return { candidate, other: null, clusters };
  const most = against === "best" ? Math.max(...items.map(({ best }) => best.length)) : look;
  return { candidate, other: lossesOf(items, guard, against, Math.min(look, most)), clusters };
}

/** Not to have got better is no reason to reject. */
const gotBetter = (trial: Trial): Trial => (trial.status === "worse" ? { ...trial, status: "open" } : trial);
