import { normalCdf, normalQuantile } from "../stats/normal.ts";
import type { Against } from "./comparison.ts";
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
  /** What they would come to, if the truth is what was seen. */
  readonly towards: "PROMOTE" | "REJECT";
  /** Why no number of cases within reach decides; null: one does, or what nobody answered is in the way. */
  readonly obstacle: Obstacle | null;
  /** The margins, ratios or floors by guard under which this very evaluation promotes, if a person signs for them. */
  readonly accept: Readonly<Record<string, number>> | null;
}

/**
 * The comparison that stands most in the way. `near`: what was seen is nearly the margin; `clusters`: there are too few of
 * them; `spread`: cases differ so much that even equal versions would not be told to be so.
 */
export interface Obstacle {
  readonly guard: string;
  readonly against: Against;
  readonly why: "near" | "clusters" | "spread";
}

const mostCases = 1_000_000;
const mostAnswers = 64;
/** Nobody writes more cases than so many times what there are. */
const withinReach = 20;

export function waysOut(spec: GateSpec, look: number, { compared, primary }: Trials): WaysOut {
  const open = [
    ...compared.map((trial) => stakeOf(trial, compared.length, trial.comparison.against !== "floor")),
    ...(primary === null ? [] : [stakeOf(primary, null, false)]),
  ];
  const towards = open.some(isBeyond) ? "REJECT" : "PROMOTE";
  // More of what nobody answered decides nothing.
  if (compared.some(isLost)) return { cases: null, answers: null, towards, obstacle: null, accept: null };
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
  const more = cases === null ? null : cases - items;
  return {
    cases: more,
    answers: hasDegrees(compared, 1, spec) ? answers : null,
    towards,
    obstacle: more === null || more > withinReach * items ? obstacleOf(open, spec) : null,
    accept: acceptOf(compared, primary, spec.least_df),
  };
}

/** Only what nobody knows keeps it open. */
const isLost = ({ status, against, favoured }: Trial): boolean =>
  status === "open" && against.status !== favoured.status;

/** One comparison as it would be again: its signal and level, and the share of its variance that answers average out. */
interface Stake {
  readonly trial: Trial;
  readonly signal: Signal;
  /** What its error must not exceed to hold; and to reject (null: it never does). */
  readonly level: number;
  readonly rejecting: number | null;
  readonly averaged: number;
}

/** `rejecting`: how many comparisons share the chance to reject. `atBestEqual`: what was seen counts for no more than being equal. */
function stakeOf(trial: Trial, rejecting: number | null, atBestEqual: boolean): Stake {
  const { comparison, against, sides } = trial;
  const seen = against.contrast.estimate;
  return {
    trial,
    signal: against.contrast.signal(comparison.margin, atBestEqual ? Math.max(0, seen) : seen),
    level: against.levelFor(comparison.alpha),
    rejecting: rejecting === null ? null : against.levelFor(comparison.alpha / rejecting),
    averaged: averagedShare(sides, comparison.guard),
  };
}

/** The chance that all hold; or, where one is beyond its margin, that it is found to be. */
function powerOf(stakes: readonly Stake[], shrink: (stake: Stake) => number): number {
  const beyond = stakes.filter(isBeyond);
  const chances = (beyond.length > 0 ? beyond : stakes).map((stake) => {
    const error = stake.signal.error * Math.sqrt(shrink(stake));
    const away = isBeyond(stake) ? -stake.signal.away : stake.signal.away;
    const level = isBeyond(stake) ? (stake.rejecting ?? 0) : stake.level;
    return normalCdf(away / error - normalQuantile(1 - level));
  });
  if (chances.some(Number.isNaN)) return 0;
  return beyond.length > 0 ? Math.max(...chances) : chances.reduce((all, chance) => all * chance, 1);
}

/** What was seen is the margin or worse. Not to have got better is no reason to reject. */
const isBeyond = ({ signal, rejecting }: Stake): boolean => rejecting !== null && signal.away <= 0;

/** Among the comparisons that are open the one that is least likely to hold with as many cases as are within reach. */
function obstacleOf(stakes: readonly Stake[], spec: GateSpec): Obstacle | null {
  const chance = (stake: Stake): number => powerOf([stake], () => 1 / (1 + withinReach));
  const [worst] = stakes
    .filter(({ trial }) => trial.status === "open")
    .toSorted((a, b) => chance(a) - chance(b));
  if (worst === undefined) return null;
  const few = stakes.find(({ trial }) => !hasDegrees([trial], 1 + withinReach, spec));
  const { name: guard, against } = (few ?? worst).trial.comparison;
  if (few !== undefined) return { guard, against, why: "clusters" };
  return { guard, against, why: isSpread(worst, spec) ? "spread" : "near" };
}

/** Versions that are equal would not be told to be so either; of a floor there is no equal. */
function isSpread(stake: Stake, spec: GateSpec): boolean {
  const { comparison, against } = stake.trial;
  if (comparison.against === "floor" || comparison.margin <= 0) return false;
  const signal = against.contrast.signal(comparison.margin, 0);
  return powerOf([{ ...stake, signal }], () => 1 / (1 + withinReach)) < spec.power;
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
