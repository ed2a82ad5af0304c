import { lossOf, worstOf } from "../../gate/losses.ts";
import type { Assumption, Level } from "../../gate/plan/assumption.ts";
import { rangeOf } from "../../gate/spec.ts";
import type { GateSpec, GuardSpec } from "../../gate/spec.ts";
import type { Measured } from "./measured.ts";

/** What a person says of the guard of quality. */
export interface Said {
  readonly rate?: number;
  readonly discordance?: number;
  readonly sd?: number;
  readonly gain?: number;
}

/** Where an assumption comes from: a person, stored reports, or nowhere. */
export type Ground = "said" | "measured" | "default";

export interface AssumedGuard {
  readonly assumption: Assumption;
  /** Against its floor; null: it has none. */
  readonly level: Level | null;
  readonly ground: Ground;
}

/** @param quality the metric that tells right from wrong: what a person says is about its guard */
export function assumedGuards(
  { guards }: GateSpec,
  measured: Measured,
  said: Said,
  quality: string,
  against: "production" | "floors" = "production",
): Readonly<Record<string, AssumedGuard>> {
  return Object.fromEntries(
    Object.entries(guards).map(([name, guard]) => {
      const known = measured.guards[name];
      const base = known ?? (against === "floors" ? flooredOf(guard) : defaultOf(guard));
      const own = guard.metric === quality ? saidOf(base, said) : null;
      const ground = own !== null ? "said" : known === undefined ? "default" : "measured";
      const level = guard.floor === undefined ? null : (measured.levels[name] ?? levelOf(guard, guard.floor));
      return [name, { assumption: bounded(own ?? base), level, ground }];
    }),
  );
}

/** Nobody measured how good a first version is: halfway between its floor and the best there is. */
function flooredOf(guard: GuardSpec): Assumption {
  const usual = defaultOf(guard);
  if (usual.kind !== "rate" || guard.floor === undefined) return usual;
  const rate = guard.better === "higher" ? (1 + guard.floor) / 2 : guard.floor / 2;
  return { ...usual, rate: Math.min(0.995, Math.max(0.005, rate)) };
}

/** An amount has no best: three quarters of its floor. Cases differ as much as answers to one do. */
function levelOf(guard: GuardSpec, floor: number): Level {
  const loss = lossOf(guard, floor);
  if (guard.kind === "ratio") return { loss: loss + Math.log(0.75), between: 0.3 };
  return { loss: loss / 2, between: worstOf(guard) / 5 };
}

/** Nobody measured anything: a good share right, a bad share rarely, answers that differ now and then. */
function defaultOf(guard: GuardSpec): Assumption {
  if (guard.kind === "ratio") return { kind: "ratio", sd: 0.3, gain: 0 };
  if (guard.kind === "rate")
    return guard.better === "higher"
      ? { kind: "rate", rate: 0.85, discordance: 0.2, gain: 0 }
      : { kind: "rate", rate: 0.02, discordance: 0.02, gain: 0 };
  const [low, high] = rangeOf(guard);
  return { kind: "score", sd: (high - low) / 5, gain: 0 };
}

/** null: nothing is said that is about an assumption of this kind. */
function saidOf(base: Assumption, { rate, discordance, sd, gain }: Said): Assumption | null {
  const shared = gain === undefined ? {} : { gain };
  const own =
    base.kind === "rate"
      ? { ...(rate === undefined ? {} : { rate }), ...(discordance === undefined ? {} : { discordance }) }
      : sd === undefined
        ? {}
        : { sd };
  const over = { ...shared, ...own };
  return Object.keys(over).length === 0 ? null : { ...base, ...over };
}

/** Two answers differ at most as often as if nothing but chance made them. */
function bounded(assumed: Assumption): Assumption {
  if (assumed.kind !== "rate") return assumed;
  const { rate, discordance } = assumed;
  return { ...assumed, discordance: Math.min(discordance, 2 * rate * (1 - rate)) };
}
