import { noBudget, noTaskBudget, nothingSpentOnTask } from "../../../src/core/budget.ts";
import { newRun } from "../../../src/core/run.ts";
import type { RunState } from "../../../src/core/run.ts";
import type { Task, TaskStatus } from "../../../src/core/task.ts";
import type { TaskNote, TaskNotes } from "../../../src/cli/view/task-notes.ts";
import { testLimits } from "../../loop/ground.ts";

export const digest = "0".repeat(64);

/** A run of these tasks, as if nothing else had happened. */
export function runOf(tasks: readonly Task[]): RunState {
  const run = newRun("7k2m", 0, {
    kind: "goal",
    goal: digest,
    config: digest,
    base: digest,
    pins: {
      harness: "0",
      prompts: {},
      rubrics: {},
      models: { planner: "m", worker: "m", evaluator: "m", fallback: null },
      policy: digest,
      image: "i",
      profile: "p",
      capabilities: digest,
      prices: digest,
    },
    limits: testLimits,
    budget: noBudget,
    seed: 1,
    parent: null,
    plan: null,
  });
  for (const task of tasks) run.tasks.set(task.id, task);
  return run;
}

export const task = (
  id: string,
  status: TaskStatus,
  attempts: number,
  needs: readonly string[] = [],
): Task => ({
  id,
  spec: digest,
  needs,
  dependants: [],
  waitingFor: 0,
  status,
  attempts,
  used: attempts,
  allowed: 3,
  turns: 10,
  budget: noTaskBudget,
  spent: nothingSpentOnTask(),
  collisions: 0,
  feedback: null,
  handoff: null,
  acceptedBy: null,
  attempt: null,
  last: null,
});

/** What is remembered of tasks; what is asked under `asked` is e31, since 383 s after the start. */
export const notesOf = (notes: Readonly<Record<string, Partial<TaskNote>>>): TaskNotes => ({
  see: async () => undefined,
  whole: () => "",
  of: (id) => ({ title: "", micros: 0, began: null, ended: null, doing: "", back: "", ...notes[id] }),
  asked: (subject) => (subject === "asked" ? { at: 383_000, short: "e31" } : null),
});
