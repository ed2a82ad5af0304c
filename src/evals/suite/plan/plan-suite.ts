import type { Assumption, Cases } from "../../gate/plan/assumption.ts";
import { chancesOf, planGate } from "../../gate/plan/plan.ts";
import type { GatePlan } from "../../gate/plan/plan.ts";
import { rangeOf } from "../../gate/spec.ts";
import type { GateSpec, GuardSpec } from "../../gate/spec.ts";
import type { AssumedGuard } from "./assumed.ts";

/** What a suite can prove with these cases, before any money is spent. */
export interface SuitePlan extends GatePlan {
  /** By guard: the narrowest margin (or ratio) that holds with the power of the gate if both are equal; null: none does. */
  readonly finest: Readonly<Record<string, number | null>>;
}

export function planSuite(
  gate: GateSpec,
  cases: Cases,
  guards: Readonly<Record<string, AssumedGuard>>,
  againstBest: boolean,
): SuitePlan {
  const assumed = Object.fromEntries(Object.entries(guards).map(([name, one]) => [name, one.assumption]));
  const finest = Object.entries(gate.guards).map(([name, guard]) => {
    const assumption = assumed[name];
    return [name, assumption === undefined ? null : finestOf(gate, guard, assumption, cases)] as const;
  });
  return { ...planGate(gate, cases, { guards: assumed, againstBest }), finest: Object.fromEntries(finest) };
}

/** Halvings of the margin: to a thousandth of where it begins. */
const steps = 12;

function finestOf(gate: GateSpec, guard: GuardSpec, assumed: Assumption, cases: Cases): number | null {
  const equal = { guards: { guard: { ...assumed, gain: 0 } } };
  const isEnough = (margin: number): boolean => {
    const alone = { ...gate, guards: { guard: withMargin(guard, margin) } };
    return (chancesOf(alone, cases, equal).at(-1)?.chance ?? 0) >= gate.power;
  };
  let [low, high] = [0, widest(guard)];
  if (!isEnough(high)) return null;
  for (let step = 0; step < steps; step += 1) {
    const at = (low + high) / 2;
    if (isEnough(at)) high = at;
    else low = at;
  }
  return guard.kind === "ratio" ? Math.exp(high) : high;
}

/** Of a ratio its logarithm: nobody asks whether it is more than ten times as dear. */
function widest(guard: GuardSpec): number {
  const [low, high] = rangeOf(guard);
  return guard.kind === "ratio" ? Math.log(10) : (high - low) * 0.999;
}

const withMargin = (guard: GuardSpec, margin: number): GuardSpec =>
  guard.kind === "ratio" ? { ...guard, ratio: Math.exp(margin) } : { ...guard, margin };
