import type { Body } from "./event.ts";
import type { Instant, Role } from "./id.ts";
import type { ModelError } from "./model.ts";
import type { RunState } from "./run.ts";

/** Faults of a provider that pass; others are of the request, the key or the model's name. */
const passing: ReadonlySet<string> = new Set(["rate-limit", "overloaded", "server", "network", "stalled"]);
/** Faults that no waiting mends. */
const lasting: ReadonlySet<string> = new Set(["auth", "bad-request", "missing-script", "wrong-model"]);

export const isLasting = (error: string | undefined): boolean => lasting.has(error ?? "");
/** Lasting, but not of the request: another model may answer it. */
export const isOfAccess = (error: string | undefined): boolean => error === "auth" || error === "wrong-model";

/** What is wrong with the provider rather than with one request. */
const isOfProvider = (error: string): boolean => passing.has(error) || isOfAccess(error);

/** The answer had begun or may have: the provider may bill it. An error without a status came inside an answer. */
export const mayHaveCost = ({ class: kind, status }: ModelError): boolean =>
  ["stalled", "protocol", "network", "wrong-model"].includes(kind) ||
  (status === null && ["overloaded", "server", "rate-limit"].includes(kind));

const firstPauseMs = 30_000;
const longestPauseMs = 10 * 60_000;

/** A model that answered is well; one that failed `breaker` times in a row is left alone for a while, ever longer. */
export function noteAnswer(run: RunState, model: string, body: Body<"model-ended">, at: Instant): void {
  if (body.outcome === "complete") run.circuits.delete(model);
  const error = body.error?.class ?? null;
  if (body.outcome !== "failed" || error === null || !isOfProvider(error)) return;
  const known = run.circuits.get(model);
  const failures = isLasting(error) ? run.limits.breaker : (known?.failures ?? 0) + 1;
  const over = failures - run.limits.breaker;
  const pause = over < 0 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(over, 10));
  const until = Math.max(body.retryAt ?? at, at + pause);
  run.circuits.set(model, { failures, since: known?.since ?? at, until });
}

/** Whether a model is left alone now; when its pause is over, one thread asks it for all. */
export function isBroken(run: RunState, model: string, now: Instant): boolean {
  const circuit = run.circuits.get(model);
  if (circuit === undefined || circuit.failures < run.limits.breaker) return false;
  return circuit.until > now || isBeingAsked(run, model);
}

const isBeingAsked = (run: RunState, model: string): boolean =>
  [...run.threads.values()].some((thread) => thread.model === "open" && thread.asked === model);

/**
 * The model that a role's next call goes to: its own, or the fallback while its own is left alone, or has failed a turn
 * as often as breaks a circuit though it answers others. `waits`: failed tries of the turn.
 */
export function modelFor(run: RunState, role: Role, now: Instant, waits = 0): string {
  const own = run.pins.models[role];
  const { fallback } = run.pins.models;
  const isTroubled = isBroken(run, own, now) || waits >= run.limits.breaker;
  if (fallback === null || fallback === own || !isTroubled) return own;
  return isBroken(run, fallback, now) ? own : fallback;
}

/** When the model is asked again; null: now. */
export function pausedUntil(run: RunState, role: Role, now: Instant): Instant | null {
  const models = modelsOf(run, role);
  const circuits = models.flatMap((model) =>
    isBroken(run, model, now) ? (run.circuits.get(model) ?? []) : [],
  );
  if (circuits.length < models.length) return null;
  const out = Math.max(...circuits.map(({ since }) => since)) + run.limits.outageMs;
  const next = [out, ...circuits.map(({ until }) => until)].filter((time) => time > now);
  return next.length === 0 ? null : Math.min(...next);
}

/** Whom a role may ask. */
const modelsOf = (run: RunState, role: Role): readonly string[] => {
  const { fallback } = run.pins.models;
  return fallback === null ? [run.pins.models[role]] : [run.pins.models[role], fallback];
};

/** Whether nobody a role could ask has answered for longer than the run waits. */
export function isOut(run: RunState, role: Role, now: Instant): boolean {
  return modelsOf(run, role).every((model) => {
    const circuit = run.circuits.get(model);
    return circuit !== undefined && now - circuit.since >= run.limits.outageMs;
  });
}
