import type { Criterion } from "../core/criterion.ts";
import type { RunEvent } from "../core/event.ts";
import type { CallId } from "../core/id.ts";
import { endProcesses } from "./slots.ts";
import { callParts, taskThread } from "../core/id.ts";
import type { RunState } from "../core/run.ts";
import { unrun } from "../core/thread.ts";
import { putText } from "./texts.ts";
import { tryOn } from "./try-criteria.ts";
import type { Tried } from "./try-criteria.ts";
import { attemptOf, specOf, taskOf, threadOf } from "./work.ts";
import type { Work } from "./work.ts";

/** task → attempt: from the head as it is now, with what its needs handed on and what went wrong last time. */
export async function startAttempt(work: Work, id: string, alone: boolean): Promise<readonly RunEvent[]> {
  const { run } = work;
  const task = taskOf(run, id);
  const handoffs = task.needs.flatMap((need) => {
    const handoff = run.tasks.get(need)?.handoff ?? null;
    return handoff === null ? [] : [{ task: need, handoff }];
  });
  const attempt = task.attempts + 1;
  const { feedback } = task;
  return [
    { type: "attempt-started", body: { task: id, attempt, start: run.head, handoffs, feedback, alone } },
  ];
}

/**
 * Tries the criteria on the true starting tree; where all hold already, the task is judged without a worker. Not one that
 * says what its result depends on: it runs because that changed, and what holds there may be its old result.
 */
export async function prepare(work: Work, id: string): Promise<readonly RunEvent[]> {
  const { attempt, start } = attemptOf(work.run, id);
  const { criteria, inputs } = await specOf(work, id);
  const tried = await tryOn(work, `try/${taskThread(id, attempt)}`, start, criteria);
  const results = [...tried].map(([criterion, one]) => ({ criterion, result: one.result }));
  const satisfied = inputs === undefined && isSatisfied(criteria, tried);
  const baseline: RunEvent = { type: "baseline-recorded", body: { task: id, attempt, results, satisfied } };
  if (!satisfied) return [baseline];
  return [
    baseline,
    {
      type: "attempt-submitted",
      body: { task: id, attempt, submission: null, candidate: start, by: "harness" },
    },
  ];
}

/** Guards hold anyway: they say nothing of the work. */
const isSatisfied = (criteria: readonly Criterion[], tried: ReadonlyMap<string, Tried>): boolean =>
  criteria.some((criterion) => criterion.guard !== true) &&
  criteria.every((criterion) => tried.get(criterion.id)?.result === "pass");

/** T10: everything of the worker is killed, then what it left is the candidate. */
export async function finishAttempt(work: Work, id: CallId): Promise<readonly RunEvent[]> {
  const { thread: threadId, index } = callParts(id);
  const thread = threadOf(work.run, threadId);
  const call = thread.calls[index];
  if (call === undefined || thread.task === null) throw new Error(`${id} is no call of a worker's open turn`);
  const { attempt } = attemptOf(work.run, thread.task);
  const living = await work.slots.use(threadId, thread.tree);
  await endProcesses(living.slot);
  const { tree } = await living.workspace.snapshot({ anew: true });
  const result = await putText(work.ports.blobs, "Submitted. Someone else judges it now.");
  await work.slots.drop(threadId);
  return [
    { type: "call-ended", body: { ...unrun(id, call.try), result } },
    {
      type: "attempt-submitted",
      body: { task: thread.task, attempt, submission: call.args, candidate: tree, by: "worker" },
    },
  ];
}

/** Ends the living attempt of a task that is not to go on; nothing where there is none. */
export function cancelled(run: RunState, task: string): readonly RunEvent[] {
  const attempt = run.tasks.get(task)?.attempt;
  if (attempt == null) return [];
  const body = { task, attempt: attempt.attempt, outcome: "cancelled", feedback: null } as const;
  return [{ type: "attempt-ended", body }];
}
