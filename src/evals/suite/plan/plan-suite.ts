import { floorLoss, lossAssumed } from "../../gate/plan/floor-power.ts";
import type { Level, Cases } from "../../gate/plan/assumption.ts";
import { chancesOf, planGate } from "../../gate/plan/plan.ts";
import type { GatePlan } from "../../gate/plan/plan.ts";
import { scoreOfLoss, worstOf } from "../../gate/losses.ts";
import { rangeOf } from "../../gate/spec.ts";
import type { GateSpec, GuardSpec } from "../../gate/spec.ts";
import type { AssumedGuard } from "./assumed.ts";

/** What a candidate is held against. `best`: production, and a better version than that. */
export type PlannedAgainst = "production" | "best" | "floors";

/** What a suite can prove with these cases, before any money is spent. */
export interface SuitePlan extends GatePlan {
  /**
   * By guard: the narrowest margin (or ratio) that holds with the power of the gate if both are equal; against floors the
   * hardest floor that is reached. null: none.
   */
  readonly finest: Readonly<Record<string, number | null>>;
}

export function planSuite(
  gate: GateSpec,
  cases: Cases,
  guards: Readonly<Record<string, AssumedGuard>>,
  against: PlannedAgainst,
): SuitePlan {
  const assumed = Object.fromEntries(Object.entries(guards).map(([name, one]) => [name, one.assumption]));
  const floors = against === "floors" ? levelsOf(guards) : undefined;
  const finest = Object.entries(gate.guards).flatMap(([name, guard]) => {
    const one = guards[name];
    if (one === undefined || (floors !== undefined && one.level === null)) return [];
    const found =
      floors === undefined ? finestOf(gate, guard, one, cases) : hardestOf(gate, guard, one, cases);
    return [[name, found] as const];
  });
  const plan = planGate(gate, cases, { guards: assumed, againstBest: against === "best", floors });
  return { ...plan, finest: Object.fromEntries(finest) };
}

const levelsOf = (guards: Readonly<Record<string, AssumedGuard>>): Record<string, Level> =>
  Object.fromEntries(
    Object.entries(guards).flatMap(([name, { level }]) => (level === null ? [] : [[name, level]])),
  );

/** Halvings of the margin: to a thousandth of where it begins. */
const steps = 12;

function finestOf(
  gate: GateSpec,
  guard: GuardSpec,
  { assumption }: AssumedGuard,
  cases: Cases,
): number | null {
  const equal = { guards: { guard: { ...assumption, gain: 0 } } };
  const found = leastOf(0, widest(guard), (margin) => {
    const alone = { ...gate, guards: { guard: withMargin(guard, margin) } };
    return (chancesOf(alone, cases, equal).at(-1)?.chance ?? 0) >= gate.power;
  });
  return found !== null && guard.kind === "ratio" ? Math.exp(found) : found;
}

/** @returns a score, or an amount */
function hardestOf(
  gate: GateSpec,
  guard: GuardSpec,
  { assumption, level }: AssumedGuard,
  cases: Cases,
): number | null {
  if (level === null) return null;
  const from = lossAssumed({ guard, assumed: assumption, level });
  const to =
    guard.kind === "ratio" ? Math.max(from, floorLoss(guard)) + Math.log(10) : worstOf(guard) * 0.999;
  const assumed = { guards: { guard: assumption }, floors: { guard: level } };
  const found = leastOf(from, to, (loss) => {
    const alone = { ...gate, guards: { guard: { ...guard, floor: scoreOfLoss(guard, loss) } } };
    return (chancesOf(alone, cases, assumed).at(-1)?.chance ?? 0) >= gate.power;
  });
  return found === null ? null : scoreOfLoss(guard, found);
}

/** The least number of a range that is enough; null: none is. */
function leastOf(from: number, to: number, isEnough: (at: number) => boolean): number | null {
  let [low, high] = [from, to];
  if (!(low < high) || !isEnough(high)) return null;
  for (let step = 0; step < steps; step += 1) {
    const at = (low + high) / 2;
    if (isEnough(at)) high = at;
    else low = at;
  }
  return high;
}

/** Of a ratio its logarithm: nobody asks whether it is more than ten times as dear. */
function widest(guard: GuardSpec): number {
  const [low, high] = rangeOf(guard);
  return guard.kind === "ratio" ? Math.log(10) : (high - low) * 0.999;
}

const withMargin = (guard: GuardSpec, margin: number): GuardSpec =>
  guard.kind === "ratio" ? { ...guard, ratio: Math.exp(margin) } : { ...guard, margin };
