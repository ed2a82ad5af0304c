import { closes, taskOf } from "./action.ts";
import type { Action } from "./action.ts";
import { attemptsActions } from "./decide/attempts.ts";
import { imports } from "./decide/answers.ts";
import { askForTime, isTimeUp, nextCeiling, timedOutTasks } from "./decide/budgets.ts";
import { goalActions, planningActions, startAttempts } from "./decide/tasks.ts";
import { isOpen, nextWait, suspectActions, threadActions } from "./decide/threads.ts";
import { asksTooOften } from "./fatigue.ts";
import type { Instant } from "./id.ts";
import type { Answer } from "./ports.ts";
import type { RunState } from "./run.ts";

/**
 * Everything that may be done now: for each thread and attempt its next step, all side by side. Pure. Costs what is
 * open, not what the plan holds. Empty: the run ended, or waits for a person.
 */
export function decide(run: RunState, now: Instant, answers: readonly Answer[]): readonly Action[] {
  const answered = new Set(answers.map(({ subject }) => subject));
  // Who answered was first, also before an expiry: the answer is imported.
  return wanted(run, now, answers).filter(
    (action) => !(action.do === "expire" || action.do === "withdraw") || !answered.has(action.approval),
  );
}

function wanted(run: RunState, now: Instant, answers: readonly Answer[]): readonly Action[] {
  if (run.phase === "ended") return [];
  const taken = imports(run, answers);
  if (run.ending !== null) return [...taken, ...windDown(run, now, run.ending)];
  if (isTimeUp(run, now)) return [...taken, ...openBrackets(run, now), ...askForTime(run)];
  const timedOut = timedOutTasks(run, now);
  const questions = timedOutQuestions(run, now, timedOut);
  const isInTime = (action: Action): boolean => closes(action) || !isOf(action, timedOut);
  const suspect = suspectActions(run, now, isInTime);
  if (suspect.length > 0) {
    // What is open is let end before a suspect goes on alone.
    const open = openBrackets(run, now);
    return [...taken, ...(open.length > 0 ? open : suspect), ...questions, ...waiting(run, now)];
  }
  const work = [
    ...probes(run),
    ...askedTooOften(run),
    ...threadActions(run, now).filter(isInTime),
    ...attemptsActions(run).filter(isInTime),
    ...questions,
    ...planningActions(run),
    ...startAttempts(run),
    ...goalActions(run),
  ];
  return [...taken, ...work, ...waiting(run, now)];
}

/** Effects in doubt that can be looked up, besides by a person. */
const probes = (run: RunState): readonly Action[] =>
  [...run.doubts].flatMap(([call, probe]): Action[] => (probe === null ? [] : [{ do: "probe", call }]));

const askedTooOften = (run: RunState): readonly Action[] =>
  asksTooOften(run) && !isOpen(run, "fatigue", null) ? [{ do: "escalate", kind: "fatigue", task: null }] : [];

/** A person is asked about a task whose time is up when nothing of it is open any more. */
function timedOutQuestions(run: RunState, now: Instant, timedOut: ReadonlySet<string>): readonly Action[] {
  if (timedOut.size === 0) return [];
  const open = new Set(openBrackets(run, now).map(taskOf));
  return [...timedOut]
    .filter((task) => !open.has(task))
    .map((task): Action => ({ do: "escalate", kind: "budget", task }));
}

/** What time alone brings. A ceiling brings nothing to a run that only a person can let go on. */
function waiting(run: RunState, now: Instant): readonly Action[] {
  const next = nextWait(run, now);
  return next === null ? [] : [{ do: "wait", until: Math.min(next, nextCeiling(run, now) ?? Infinity) }];
}

/** Whether an action works for one of these tasks. */
function isOf(action: Action, tasks: ReadonlySet<string>): boolean {
  if (tasks.size === 0) return false;
  const task = taskOf(action);
  return task !== null && tasks.has(task);
}

const openBrackets = (run: RunState, now: Instant): readonly Action[] =>
  [...threadActions(run, now), ...attemptsActions(run)].filter(closes);

/** Open brackets are closed by their outcomes, nothing new begins, then the run ends. */
function windDown(run: RunState, now: Instant, outcome: "met" | "unmet" | "stopped"): readonly Action[] {
  const open = openBrackets(run, now);
  return open.length > 0 ? open : [{ do: "end", outcome }];
}
