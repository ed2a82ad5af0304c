import { normalDraws } from "../../stats/draws.ts";
import { levelsOf } from "../../stats/looks.ts";
import { normalQuantile } from "../../stats/normal.ts";
import { againstBest } from "../spec.ts";
import type { GateSpec, GuardSpec } from "../spec.ts";
import type { Assumption, Cases } from "./assumption.ts";
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
}

interface PlannedLook {
  readonly answers: number;
  readonly chance: number;
  /** Of each guard to hold at this look. */
  readonly guards: Readonly<Record<string, number>>;
}

/** What is assumed beyond the spec. `againstBest`: production is not the best version there ever was. */
export interface Assumptions {
  readonly guards: Readonly<Record<string, Assumption>>;
  readonly againstBest?: boolean | undefined;
}

const mostCases = 1_000_000;
const mostAnswers = 64;

/** @throws Error where a guard has no assumption, or one of another kind. */
export function planGate(spec: GateSpec, cases: Cases, assumed: Assumptions): GatePlan {
  const stakes = stakesOf(spec, assumed);
  const looks = lookChances(spec, spec.looks, stakes, cases);
  const at = (items: number): Cases => ({
    ...cases,
    items,
    clusters: (items * cases.clusters) / cases.items,
  });
  const last = (looks: readonly number[], cases: Cases): number =>
    lookChances(spec, looks, stakes, cases).at(-1)?.chance ?? 0;
  return {
    looks,
    cases: least(2, mostCases, (items) => last(spec.looks, at(items)) >= spec.power),
    answers: least(1, mostAnswers, (answers) => last([answers], cases) >= spec.power),
    tooFewClusters: isTooFew(spec, cases),
  };
}

/** The chance of PROMOTE by each look alone. @throws Error as `planGate` */
export const chancesOf = (spec: GateSpec, cases: Cases, assumed: Assumptions): readonly PlannedLook[] =>
  lookChances(spec, spec.looks, stakesOf(spec, assumed), cases);

/** Equal clusters leave one degree of freedom less than there are of them. */
const isTooFew = (spec: GateSpec, { clusters }: Cases): boolean => clusters - 1 < spec.least_df;

/** One comparison that must hold. */
interface Stake {
  readonly name: string;
  readonly guard: GuardSpec;
  readonly assumed: Assumption;
  readonly alpha: number;
}

function stakesOf(spec: GateSpec, assumed: Assumptions): Stake[] {
  const stake = (name: string, alpha: number): Stake[] => {
    const [guard, assumption] = [spec.guards[name], assumed.guards[name]];
    if (guard === undefined) return [];
    if (assumption?.kind !== guard.kind) {
      throw new Error(`${name}: nothing of its kind is assumed; say what a ${guard.kind} is like`);
    }
    return [{ name, guard, assumed: assumption, alpha }];
  };
  const best = assumed.againstBest === true ? againstBest(spec) : [];
  return [
    ...Object.keys(spec.guards).flatMap((name) => stake(name, spec.alpha)),
    ...best.flatMap((name) => stake(name, spec.best_ever.alpha)),
  ];
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

function courseOf({ name, guard, assumed, alpha }: Stake, looks: readonly number[], cases: Cases): Course {
  const powers = looks.map((answers) => powerAt(guard, assumed, cases, answers));
  const correlations = powers.slice(1).map(({ sd }, index) => {
    const ratio = Math.min(1, sd / (powers[index]?.sd ?? sd));
    // Signs of two numbers hang together less than the numbers do (Sheppard).
    return guard.kind === "ratio" ? (2 / Math.PI) * Math.asin(ratio) : ratio;
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
