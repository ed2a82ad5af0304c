import type { Action } from "../action.ts";
import { attemptFits } from "../budget.ts";
import type { RunState } from "../run.ts";
import type { Task } from "../task.ts";
import { isOpen, modelsStand } from "./threads.ts";

const isIdle = (run: RunState): boolean => run.active.size === 0 && run.integration === null;

/** Making a plan, once nothing is open: the first, or another because a task or the goal did not work out. */
export function planningActions(run: RunState): readonly Action[] {
  if (run.replan !== null) return isIdle(run) ? [{ do: "start-planning", ...run.replan }] : [];
  if (run.phase !== "working") return [];
  return [...orphans(run), ...exhausted(run)];
}

function orphans(run: RunState): readonly Action[] {
  return [...run.orphaned].map((task) => ({ do: "escalate", kind: "plan", task }));
}

function exhausted(run: RunState): readonly Action[] {
  const [first] = run.exhausted;
  if (first === undefined) return [];
  if (!mayReplan(run)) return [...run.exhausted].map((task) => ({ do: "escalate", kind: "attempts", task }));
  const feedback = run.tasks.get(first)?.feedback ?? null;
  return isIdle(run) ? [{ do: "start-planning", reason: "task-stuck", feedback }] : [];
}

const mayReplan = (run: RunState): boolean => run.replans < run.limits.replans;

/** Ready tasks in plan order, as many as there are free places. None while a new plan is on its way. */
export function startAttempts(run: RunState): readonly Action[] {
  const [next] = run.ready;
  if (next === undefined || run.phase !== "working" || run.replan !== null || modelsStand(run)) return [];
  if (run.exhausted.size > 0 && mayReplan(run)) return [];
  if (!attemptFits(run.budget, run.spent)) return outOfAttempts(run);
  return choose(run);
}

const outOfAttempts = (run: RunState): readonly Action[] =>
  run.active.size === 0 && !isOpen(run, "budget", null)
    ? [{ do: "escalate", kind: "budget", task: null }]
    : [];

function choose(run: RunState): readonly Action[] {
  const atWork = [...run.active].map((id) => run.tasks.get(id)?.attempt);
  if (atWork.some((attempt) => attempt?.alone === true)) return [];
  const chosen: Action[] = [];
  let free = Math.min(
    run.limits.concurrency - run.active.size,
    (run.budget.attempts ?? Infinity) - run.spent.attempts,
  );
  for (const id of run.ready) {
    if (free <= 0) break;
    const task = run.tasks.get(id);
    if (task === undefined) continue;
    if (runsAlone(run, task)) return run.active.size + chosen.length === 0 ? [start(id, true)] : chosen;
    chosen.push(start(id, false));
    free -= 1;
  }
  return chosen;
}

const start = (task: string, alone: boolean): Action => ({ do: "start-attempt", task, alone });

const runsAlone = (run: RunState, task: Task): boolean =>
  task.collisions >= run.limits.collisions && task.collisions > 0;

/** All tasks are accepted or dropped: the goal's own checks, and what follows from them. */
export function goalActions(run: RunState): readonly Action[] {
  if (run.phase !== "working" || run.unfinished > 0 || run.replan !== null || !isIdle(run)) return [];
  // Nothing is met while nobody knows what happened outside.
  if (run.doubts.size > 0) return [];
  if (run.goalUnmet !== null) return goalUnmet(run, run.goalUnmet.feedback);
  if (run.goalInvalids >= run.limits.gradings) {
    return isOpen(run, "judging", null) ? [] : [{ do: "escalate", kind: "judging", task: null }];
  }
  return [{ do: "start-judging", task: null }];
}

function goalUnmet(run: RunState, feedback: string | null): readonly Action[] {
  if (mayReplan(run)) return [{ do: "start-planning", reason: "goal-unmet", feedback }];
  return isOpen(run, "goal", null) ? [] : [{ do: "escalate", kind: "goal", task: null }];
}
