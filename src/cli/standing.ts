import type { Owner } from "../core/ports.ts";
import { waitsForPerson } from "../core/run.ts";
import type { RunState } from "../core/run.ts";

/** How a run ended, or why it has not. `paused`: stopped cleanly. `died`: nobody works on it, and nobody stopped it. */
export type Standing = NonNullable<RunState["outcome"]> | "working" | "waits" | "paused" | "died";

/** `owner`: who else works on the run now. */
export function standing(run: RunState, owner: Owner | null): Standing {
  if (run.outcome !== null) return run.outcome;
  if (owner !== null) return "working";
  if (waitsForPerson(run) && !isOutage(run)) return "waits";
  return run.stopped === null ? "died" : "paused";
}

/** `working (pid 4711)`, else the one word. */
export function standingText(run: RunState, owner: Owner | null): string {
  return run.outcome === null && owner !== null ? workingText(owner) : standing(run, owner);
}

const workingText = (owner: Owner): string => `working (${nameOf(owner)})`;

/** `pid 4711`. The owner's name is written just after its lock is taken, so that nobody may be known yet. */
export const nameOf = ({ pid }: Owner): string => (pid === 0 ? "pid unknown" : `pid ${pid}`);

/** Nothing is open but models that do not answer: a person has nothing to decide, only to ask again. */
export const isOutage = (run: RunState): boolean =>
  run.escalations.size > 0 &&
  [...run.escalations.values()].every(({ kind }) => kind === "outage") &&
  !waitsForPerson({ ...run, escalations: new Map() });
