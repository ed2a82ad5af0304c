import type { Against, Comparison } from "./comparison.ts";
import type { Status } from "./finding.ts";
import { itemLosses, scoreOfLoss } from "./losses.ts";
import type { Losses } from "./losses.ts";
import { median } from "./medians.ts";
import type { Trial } from "./trial.ts";

/** Why nothing is decided: too few independent clusters; only outages; the margin is within what is plausible. */
type Open = "clusters" | "outages" | "margin";

/**
 * What a comparison showed, in units of its metric and as people read it: differences are candidate less the other, of a
 * ratio candidate by the other. Null: without bound.
 */
export interface GuardEvidence {
  readonly guard: string;
  readonly against: Against;
  readonly status: Status;
  readonly open: Open | null;
  /** Averages over items (of a ratio, medians) of either side; null for a floor. */
  readonly candidate: number | null;
  readonly other: number | null;
  readonly estimate: number | null;
  /** The worst that is still plausible, at the level of this look. */
  readonly bound: number | null;
  readonly margin: number;
  readonly accepted: boolean;
  /** How unlikely what was seen is at the margin, and what that must not exceed at this look. */
  readonly p: number;
  readonly level: number;
  /** Effective degrees of freedom, and what they are left of. */
  readonly df: number;
  readonly items: number;
  readonly clusters: number;
  /** Answers that count as the worst, and that nobody knows, of both sides. */
  readonly errors: number;
  readonly outages: number;
}

export function evidenceOf(trial: Trial, leastDf: number): GuardEvidence {
  const { comparison, sides, against, status } = trial;
  const level = against.levelFor(comparison.alpha);
  return {
    guard: comparison.name,
    against: comparison.against,
    status,
    open: status === "open" ? whyOpen(trial, leastDf) : null,
    candidate: averageOf(sides.candidate, comparison),
    other: sides.other === null ? null : averageOf(sides.other, comparison),
    estimate: shown(comparison, against.contrast.estimate),
    bound: shown(comparison, against.contrast.upper(level)),
    margin: shown(comparison, comparison.margin) ?? 0,
    accepted: comparison.accepted,
    p: against.p,
    level,
    df: against.contrast.df,
    items: sides.clusters.of.length,
    clusters: sides.clusters.sizes.length,
    errors: sides.candidate.errors + (sides.other?.errors ?? 0),
    outages: sides.candidate.outages + (sides.other?.outages ?? 0),
  };
}

function whyOpen({ against, favoured }: Trial, leastDf: number): Open {
  if (against.status !== favoured.status) return "outages";
  return against.contrast.df < leastDf ? "clusters" : "margin";
}

/** Outages count as the worst here: it is what the numbers beside it show. */
function averageOf(losses: Losses, { guard }: Comparison): number | null {
  const perItem = itemLosses(losses, guard, losses.answers, "worst");
  const loss =
    guard.kind === "ratio"
      ? median(perItem.toSorted())
      : perItem.reduce((sum, one) => sum + one, 0) / perItem.length;
  return finite(scoreOfLoss(guard, loss));
}

/** A loss, or difference of losses, in the words of the metric. */
function shown({ guard, against }: Comparison, loss: number): number | null {
  if (against === "floor" || guard.kind === "ratio") return finite(scoreOfLoss(guard, loss));
  return finite(guard.better === "higher" ? 0 - loss : loss);
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
