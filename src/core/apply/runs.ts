import type { Body } from "../event.ts";
import { threadParts } from "../id.ts";
import type { ThreadId } from "../id.ts";
import type { Thread } from "../thread.ts";
import type { RunState } from "../run.ts";
import { found, must } from "./legal.ts";

export function owned(run: RunState, epoch: number): void {
  must(
    epoch === run.epoch + 1 || (run.seq === 1 && epoch === run.epoch),
    `epoch ${epoch} follows ${run.epoch}`,
  );
  run.stopped = null;
  // Nobody asked meanwhile: whether the models answer is to be found out anew.
  run.circuits.clear();
}

export function stopped(run: RunState, body: Body<"run-stopped">): void {
  run.stopped = body.reason;
}

/** Approvals under another policy are void when they are used, but for the one whose giver wrote the new rule. */
export function policyChanged(run: RunState, body: Body<"policy-changed">): void {
  must(body.by.type === "person", "only a person changes the policy of a run");
  run.policy = body.policy;
  if (body.keeps === null) return;
  const kept = found(run.approvals.get(body.keeps), `approval ${body.keeps}`);
  must(kept.status === "granted", `${kept.id} is not granted`);
  kept.policy = body.policy;
}

export function budgetChanged(run: RunState, body: Body<"budget-changed">): void {
  if (body.task !== null) {
    const { micros, tokens, wallMs } = body.budget;
    found(run.tasks.get(body.task), `task ${body.task}`).budget = { micros, tokens, wallMs };
    return;
  }
  run.budget = body.budget;
  if (body.by.type === "person") run.budgetsTaken += 1;
}

/**
 * A note for one open thread, or for every worker. Where no such thread is open it waits: for the next worker of the
 * thread's task, or of any.
 */
export function noteAdded(run: RunState, body: Body<"note-added">): void {
  run.notesTaken += 1;
  const task = body.thread === null ? null : threadParts(body.thread).task;
  const threads = hearing(run, body.thread, task);
  if (threads.length === 0) run.notes.push({ task, text: body.text });
  for (const thread of threads) thread.notes.push(body.text);
}

/** All workers, or the named thread, or whoever works on its task by now. */
function hearing(run: RunState, id: ThreadId | null, task: string | null): readonly Thread[] {
  const open = [...run.threads.values()];
  const workers = open.filter(({ role }) => role === "worker");
  if (id === null) return workers;
  const named = open.filter((thread) => thread.id === id);
  return named.length > 0 ? named : workers.filter((thread) => task !== null && thread.task === task);
}

export function ended(run: RunState, body: Body<"run-ended">): void {
  must(run.active.size === 0 && run.integration === null, "the run has open work");
  must(body.head === run.head, "run-ended names another head");
  run.phase = "ended";
  run.outcome = body.outcome;
  run.threads.clear();
  run.approvals.clear();
  run.escalations.clear();
}

export function crashCharged(run: RunState, body: Body<"crash-charged">): void {
  const thread = found(run.threads.get(body.thread), `open thread ${body.thread}`);
  thread.crashes = body.count;
  if (body.alone) thread.crashesAlone += 1;
}
