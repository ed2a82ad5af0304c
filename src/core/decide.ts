import type { Action } from "./action.ts";
import { attemptsActions } from "./decide/attempts.ts";
import { imports } from "./decide/answers.ts";
import { goalActions, planningActions, startAttempts } from "./decide/tasks.ts";
import { nextWait, suspectActions, threadActions } from "./decide/threads.ts";
import type { Instant } from "./id.ts";
import type { Answer } from "./ports.ts";
import type { RunState } from "./run.ts";

/**
 * Everything that may be done now: for each thread and attempt its next step, all side by side. Pure. Costs what is
 * open, not what the plan holds. Empty: the run ended, or waits for a person.
 */
export function decide(run: RunState, now: Instant, answers: readonly Answer[]): readonly Action[] {
  if (run.phase === "ended") return [];
  const taken = imports(run, answers);
  if (run.ending !== null) return [...taken, ...windDown(run, now, run.ending)];
  const suspect = suspectActions(run, now);
  if (suspect.length > 0) return [...taken, ...suspect];
  const work = [
    ...threadActions(run, now),
    ...attemptsActions(run),
    ...planningActions(run),
    ...startAttempts(run),
    ...goalActions(run),
  ];
  const wait = nextWait(run, now);
  return [...taken, ...work, ...(wait === null ? [] : [{ do: "wait", until: wait } as const])];
}

/** Open brackets are closed by their outcomes, nothing new begins, then the run ends. */
function windDown(run: RunState, now: Instant, outcome: "met" | "unmet" | "stopped"): readonly Action[] {
  const open = threadActions(run, now).filter((action) => action.do === "send" || action.do === "run-call");
  const integrating = attemptsActions(run).filter((action) => action.do === "integrate");
  return open.length + integrating.length > 0 ? [...open, ...integrating] : [{ do: "end", outcome }];
}
