import type { Assumption } from "../../gate/plan/assumption.ts";
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
  readonly ground: Ground;
}

/** @param quality the metric that tells right from wrong: what a person says is about its guard */
export function assumedGuards(
  { guards }: GateSpec,
  measured: Measured,
  said: Said,
  quality: string,
): Readonly<Record<string, AssumedGuard>> {
  return Object.fromEntries(
    Object.entries(guards).map(([name, guard]) => {
      const known = measured.guards[name];
      const base = known ?? defaultOf(guard);
      const own = guard.metric === quality ? saidOf(base, said) : null;
      const ground = own !== null ? "said" : known === undefined ? "default" : "measured";
      return [name, { assumption: bounded(own ?? base), ground }];
    }),
  );
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
