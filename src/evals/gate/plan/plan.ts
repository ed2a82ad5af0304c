import { normalDraws } from "../../stats/draws.ts";
import { levelsOf } from "../../stats/looks.ts";
import { normalQuantile } from "../../stats/normal.ts";
import { againstBest } from "../spec.ts";
import type { GateSpec, GuardSpec } from "../spec.ts";
import type { Assumption, Cases, Level } from "./assumption.ts";
import { floorLoss, floorPowerAt, lossAssumed } from "./floor-power.ts";
import { powerAt } from "./power.ts";
import type { Power } from "./power.ts";

/** What an evaluation can prove, before any money is spent. */
export interface GatePlan {
  /** The chance of PROMOTE by each look, all guards jointly; they are thought independent of each other. */
  readonly looks: readonly PlannedLook[];
  /** The fewest cases with which the power of the spec is reached by the last look; null: not with a million. */
  readonly cases: number | null;
  /** The fewest answers to each of these cases, at one look; null: not with 64. */
  readonly answers: number | null;
  /** Too few clusters to promote anything. */
  readonly tooFewClusters: boolean;
  /** Guards whose floors are beyond what is assumed: `cases` and `answers` are those that then find one not reached. */
  readonly beyond: readonly string[];
}

interface PlannedLook {
  readonly answers: number;
  readonly chance: number;
  /** Of each guard to hold at this look. */
  readonly guards: Readonly<Record<string, number>>;
}

/** What is assumed beyond the spec. */
export interface Assumptions {
  readonly guards: Readonly<Record<string, Assumption>>;
  /** Production is not the best version there ever was. */
  readonly againstBest?: boolean | undefined;
  /** Nothing is in production, so that the guards with floors decide, by these levels. */
  readonly floors?: Readonly<Record<string, Level>> | undefined;
}

const mostCases = 1_000_000;
const mostAnswers = 64;

/** @throws Error where a guard has no assumption, or one of another kind. */
export function planGate(spec: GateSpec, cases: Cases, assumed: Assumptions): GatePlan {
  const stakes = stakesOf(spec, assumed);
  const at = (items: number): Cases => ({
    ...cases,
    items,
    clusters: (items * cases.clusters) / cases.items,
  });
  const against = stakes.flatMap(({ against }) => against ?? []);
  const last = (looks: readonly number[], cases: Cases): number =>
    against.length > 0
      ? Math.max(...against.map((stake) => lastChance(spec, looks, [stake], cases)))
      : lastChance(spec, looks, stakes, cases);
  return {
    looks: lookChances(spec, spec.looks, stakes, cases),
    cases: least(2, mostCases, (items) => last(spec.looks, at(items)) >= spec.power),
    answers: least(1, mostAnswers, (answers) => last([answers], cases) >= spec.power),
    tooFewClusters: isTooFew(spec, cases),
    beyond: against.map(({ name }) => name),
  };
}

const lastChance = (
  spec: GateSpec,
  looks: readonly number[],
  stakes: readonly Stake[],
  cases: Cases,
): number => lookChances(spec, looks, stakes, cases).at(-1)?.chance ?? 0;

/** The chance of PROMOTE by each look alone. @throws Error as `planGate` */
export const chancesOf = (spec: GateSpec, cases: Cases, assumed: Assumptions): readonly PlannedLook[] =>
  lookChances(spec, spec.looks, stakesOf(spec, assumed), cases);

/** Equal clusters leave one degree of freedom less than there are of them. */
const isTooFew = (spec: GateSpec, { clusters }: Cases): boolean => clusters - 1 < spec.least_df;

/** One comparison that must hold. */
interface Stake {
  readonly name: string;
  readonly isRatio: boolean;
  readonly alpha: number;
  readonly powerAt: (cases: Cases, answers: number) => Power;
  /** Where it is not assumed to hold: that it is found not to. */
  readonly against?: Stake;
}

function stakesOf(spec: GateSpec, assumed: Assumptions): Stake[] {
  const { floors } = assumed;
  if (floors !== undefined) return floorStakes(spec, assumed.guards, floors);
  const stake = (name: string, alpha: number): Stake[] => {
    const guard = spec.guards[name];
    if (guard === undefined) return [];
    const assumption = assumptionOf(name, guard, assumed.guards);
    const at = (cases: Cases, answers: number): Power => powerAt(guard, assumption, cases, answers);
    return [{ name, isRatio: guard.kind === "ratio", alpha, powerAt: at }];
  };
  const best = assumed.againstBest === true ? againstBest(spec) : [];
  return [
    ...Object.keys(spec.guards).flatMap((name) => stake(name, spec.alpha)),
    ...best.flatMap((name) => stake(name, spec.best_ever.alpha)),
  ];
}

function assumptionOf(name: string, guard: GuardSpec, assumed: Assumptions["guards"]): Assumption {
  const assumption = assumed[name];
  if (assumption?.kind === guard.kind) return assumption;
  throw new Error(`${name}: nothing of its kind is assumed; say what a ${guard.kind} is like`);
}

/** Any one floor that is not reached rejects, so together they share the chance to reject in error. */
function floorStakes(
  spec: GateSpec,
  assumed: Assumptions["guards"],
  levels: Readonly<Record<string, Level>>,
): Stake[] {
  const floored = Object.entries(spec.guards).filter(([, { floor }]) => floor !== undefined);
  return floored.map(([name, guard]) => {
    const level = levels[name];
    if (level === undefined) throw new Error(`${name}: it has a floor, and nothing is assumed of its level`);
    const one = { guard, assumed: assumptionOf(name, guard, assumed), level };
    const stake = (against: boolean, alpha: number): Stake => ({
      name,
      isRatio: guard.kind === "ratio",
      alpha,
      powerAt: (cases, answers) => floorPowerAt(one, cases, answers, against),
    });
    const holds = stake(false, spec.alpha);
    return lossAssumed(one) < floorLoss(guard)
      ? holds
      : { ...holds, against: stake(true, spec.alpha / floored.length) };
  });
}

/** One comparison over all looks: how it fares at each, and each look's level. */
interface Course {
  readonly name: string;
  readonly powers: readonly Power[];
  readonly levels: readonly number[];
  /** Of each look with the one before. */
  readonly correlations: readonly number[];
}

function lookChances(
  spec: GateSpec,
  looks: readonly number[],
  stakes: readonly Stake[],
  cases: Cases,
): PlannedLook[] {
  const courses = stakes.map((stake) => courseOf(stake, looks, cases));
  const joint = isTooFew(spec, cases) ? looks.map(() => 0) : jointChances(courses, looks.length);
  return looks.map((answers, look) => ({
    answers,
    chance: joint[look] ?? 0,
    guards: Object.fromEntries(
      courses
        .slice(0, Object.keys(spec.guards).length)
        .map(({ name, powers, levels }) => [name, chanceAt(powers[look], levels[look])]),
    ),
  }));
}

function courseOf(
  { name, isRatio, alpha, powerAt: at }: Stake,
  looks: readonly number[],
  cases: Cases,
): Course {
  const powers = looks.map((answers) => at(cases, answers));
  const correlations = powers.slice(1).map(({ sd }, index) => {
    const ratio = Math.min(1, sd / (powers[index]?.sd ?? sd));
    // Signs of two numbers hang together less than the numbers do (Sheppard).
    return isRatio ? (2 / Math.PI) * Math.asin(ratio) : ratio;
  });
  const last = looks.at(-1) ?? 1;
  const spent = looks.map((answers) => (alpha * answers) / last);
  return { name, powers, levels: levelsOf(spent, correlations), correlations };
}

const chanceAt = (power: Power | undefined, level: number | undefined): number =>
  power === undefined || level === undefined ? 0 : power.chance(level);

const draws = 20_000;

/** By each look, that at this or an earlier one all hold. One look is a product; of several so many courses are drawn. */
function jointChances(courses: readonly Course[], looks: number): number[] {
  if (looks === 1) {
    const chances = courses.map(({ powers, levels }) => chanceAt(powers[0], levels[0]));
    return [chances.reduce((all, chance) => all * chance, 1)];
  }
  const bounds = courses.map(boundsOf);
  const normal = normalDraws(1);
  const passed = new Float64Array(looks);
  for (let draw = 0; draw < draws; draw += 1) {
    const look = firstPassed(courses, bounds, looks, normal);
    if (look !== null) passed[look] = (passed[look] ?? 0) + 1 / draws;
  }
  let sum = 0;
  return Array.from(passed, (chance) => (sum += chance));
}

/** Below which standard normal number a comparison holds at each look. */
const boundsOf = ({ powers, levels }: Course): number[] =>
  powers.map((power, look) => {
    const chance = chanceAt(power, levels[look]);
    return chance <= 0 ? -Infinity : chance >= 1 ? Infinity : normalQuantile(chance);
  });

function firstPassed(
  courses: readonly Course[],
  bounds: readonly (readonly number[])[],
  looks: number,
  normal: () => number,
): number | null {
  const at = new Float64Array(courses.length);
  let first: number | null = null;
  for (let look = 0; look < looks; look += 1) {
    let holds = true;
    for (let one = 0; one < courses.length; one += 1) {
      const correlation = look === 0 ? 0 : (courses[one]?.correlations[look - 1] ?? 0);
      const next = correlation * (at[one] ?? 0) + Math.sqrt(1 - correlation * correlation) * normal();
      at[one] = next;
      holds &&= next < (bounds[one]?.[look] ?? -Infinity);
    }
    if (holds) first ??= look;
  }
  return first;
}

/** The least whole number in a range that is enough, found by doubling and halving; null: none is. */
function least(from: number, to: number, isEnough: (n: number) => boolean): number | null {
  let high = from;
  while (!isEnough(high)) {
    if (high >= to) return null;
    high = Math.min(to, high * 2);
  }
  let low = Math.max(from, Math.ceil(high / 2));
  while (low < high) {
    const at = Math.floor((low + high) / 2);
    if (isEnough(at)) high = at;
    else low = at + 1;
  }
  return low;
}
