import type { Action } from "../action.ts";
import type { Instant } from "../id.ts";
import type { RunState } from "../run.ts";
import type { Task } from "../task.ts";
import { isOpen } from "./threads.ts";

/**
 * What is kept of a ceiling of time for what ends: killing a command, taking its tree, writing that it was cut. The
 * twentieth part, at most 5 s.
 */
const marginOf = (wallMs: number): number => Math.min(5_000, Math.ceil(wallMs / 20));

/** When nothing more may be at work, so that the ceiling of time is kept; null: there is none. */
export function workEnds(run: RunState): Instant | null {
  const { wallMs } = run.budget;
  return wallMs === null ? null : run.at + wallMs - marginOf(wallMs) - run.spent.wallMs;
}

export function taskWorkEnds(run: RunState, task: Task): Instant | null {
  const { wallMs } = task.budget;
  return wallMs === null ? null : run.at + wallMs - marginOf(wallMs) - task.spent.wallMs;
}

const isPast = (end: Instant | null, now: Instant): boolean => end !== null && end <= now;

/** Whether the run's ceiling of time is reached: then what is open is let end, and nothing begins. */
export const isTimeUp = (run: RunState, now: Instant): boolean =>
  run.stopped === null && run.phase !== "reviewing" && isPast(workEnds(run), now);

/** The question for more time, once. */
export const askForTime = (run: RunState): readonly Action[] =>
  isOpen(run, "budget", null) ? [] : [{ do: "escalate", kind: "budget", task: null }];

const isTaskTimeUp = (run: RunState, task: Task, now: Instant): boolean =>
  run.stopped === null && isPast(taskWorkEnds(run, task), now);

/** Tasks at work whose own ceiling of time is reached: a person is asked, the others go on. */
export function timedOutTasks(run: RunState, now: Instant): ReadonlySet<string> {
  const found = [...run.active].filter((id) => {
    const task = run.tasks.get(id);
    return task?.status === "active" && task.budget.wallMs !== null && isTaskTimeUp(run, task, now);
  });
  return new Set(found);
}

/** The next time at which a ceiling of time is reached; null: there is none to come. */
export function nextCeiling(run: RunState, now: Instant): Instant | null {
  const ends = [...run.active].flatMap((id) => {
    const task = run.tasks.get(id);
    return task?.status === "active" ? (taskWorkEnds(run, task) ?? []) : [];
  });
  const whole = isOpen(run, "budget", null) ? null : workEnds(run);
  const all = (whole === null ? ends : [...ends, whole]).filter((end) => end > now);
  return all.length === 0 ? null : Math.min(...all);
}
