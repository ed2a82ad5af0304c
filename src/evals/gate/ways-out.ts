import { normalCdf, normalQuantile } from "../stats/normal.ts";
import type { Signal } from "./contrast.ts";
import { evidenceOf } from "./evidence.ts";
import type { Trial, Trials } from "./trial.ts";
import { rangeOf } from "./spec.ts";
import type { GateSpec, GuardSpec } from "./spec.ts";
import { averagedShare } from "./within.ts";

/**
 * What would decide where the gate could not, with the power of the spec, if the truth is what was seen, but the candidate
 * no better than what it is held against. Null: nothing of that kind would.
 */
export interface WaysOut {
  /** How many more cases like these. */
  readonly cases: number | null;
  /** How many answers to each of these cases. */
  readonly answers: number | null;
  /** The margins, ratios or floors by guard under which this very evaluation promotes, if a person signs for them. */
  readonly accept: Readonly<Record<string, number>> | null;
}

const mostCases = 1_000_000;
const mostAnswers = 64;

export function waysOut(spec: GateSpec, look: number, { compared, primary }: Trials): WaysOut {
  const open = [
    ...compared.map((trial) => stakeOf(trial, trial.comparison.against !== "floor")),
    ...(primary === null ? [] : [stakeOf(primary, false)]),
  ];
  // More of what nobody answered decides nothing.
  if (compared.some(isLost)) return { cases: null, answers: null, accept: null };
  const items = compared[0]?.sides.clusters.of.length ?? 0;
  const enough = (shrink: (stake: Stake) => number): boolean => powerOf(open, shrink) >= spec.power;
  const cases = least(
    items + 1,
    mostCases,
    (n) => hasDegrees(compared, n / items, spec) && enough(() => items / n),
  );
  const answers = least(look + 1, mostAnswers, (k) =>
    enough(({ averaged }) => 1 - averaged + (averaged * look) / k),
  );
  return {
    cases: cases === null ? null : cases - items,
    answers: hasDegrees(compared, 1, spec) ? answers : null,
    accept: acceptOf(compared, primary, spec.least_df),
  };
}

/** Only what nobody knows keeps it open. */
const isLost = ({ status, against, favoured }: Trial): boolean =>
  status === "open" && against.status !== favoured.status;

/** One comparison as it would be again: its signal and level, and the share of its variance that answers average out. */
interface Stake {
  readonly signal: Signal;
  readonly level: number;
  readonly averaged: number;
}

/** `atBestEqual`: what was seen counts for no more than being equal. */
function stakeOf({ comparison, against, sides }: Trial, atBestEqual: boolean): Stake {
  const seen = against.contrast.estimate;
  return {
    signal: against.contrast.signal(comparison.margin, atBestEqual ? Math.max(0, seen) : seen),
    level: against.levelFor(comparison.alpha),
    averaged: averagedShare(sides, comparison.guard),
  };
}

/** The chance that all hold; or, where one is beyond its margin, that it is found to be. */
function powerOf(stakes: readonly Stake[], shrink: (stake: Stake) => number): number {
  const chances = stakes.map((stake) => {
    const error = stake.signal.error * Math.sqrt(shrink(stake));
    return normalCdf(Math.abs(stake.signal.away) / error - normalQuantile(1 - stake.level));
  });
  const beyond = chances.filter((_, index) => (stakes[index]?.signal.away ?? 0) <= 0);
  if (chances.some(Number.isNaN)) return 0;
  return beyond.length > 0 ? Math.max(...beyond) : chances.reduce((all, chance) => all * chance, 1);
}

/** More cases bring more clusters, and degrees of freedom in proportion. */
const hasDegrees = (compared: readonly Trial[], times: number, spec: GateSpec): boolean =>
  compared.every(({ against }) => against.contrast.df * times >= spec.least_df);

/** The least whole number in a range that is enough; more is enough as well. */
function least(from: number, to: number, isEnough: (n: number) => boolean): number | null {
  if (!isEnough(to)) return null;
  let [low, high] = [from, to];
  while (low < high) {
    const at = Math.floor((low + high) / 2);
    if (isEnough(at)) high = at;
    else low = at + 1;
  }
  return low;
}

function acceptOf(
  compared: readonly Trial[],
  primary: Trial | null,
  leastDf: number,
): Record<string, number> | null {
  if (primary !== null && primary.status !== "holds") return null;
  const accept: Record<string, number> = {};
  for (const trial of compared) {
    if (trial.status === "holds") continue;
    const { open, bound } = evidenceOf(trial, leastDf);
    const { name, guard, against } = trial.comparison;
    const margin = open === "margin" ? widerMargin(guard, against === "floor", bound) : null;
    if (margin === null) return null;
    accept[name] = Math.max(margin, accept[name] ?? margin);
  }
  return accept;
}

/** Just beyond what is still plausible, as a round number: a hundredth of the range, or of a ratio. */
function widerMargin(guard: GuardSpec, isFloor: boolean, bound: number | null): number | null {
  if (bound === null) return null;
  const [low, high] = rangeOf(guard);
  const unit = guard.kind === "ratio" ? 0.01 : (high - low) / 100;
  const isHigher = guard.better === "higher";
  if (isFloor) return round((isHigher ? Math.floor : Math.ceil)(bound / unit) * unit);
  if (guard.kind === "ratio") return round(Math.ceil((isHigher ? 1 / bound : bound) / unit) * unit);
  const margin = round(Math.ceil(Math.abs(bound) / unit) * unit);
  return margin < high - low ? margin : null;
}

const round = (value: number): number => Number(value.toPrecision(12));
