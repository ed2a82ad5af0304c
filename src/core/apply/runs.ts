import type { Body } from "../event.ts";
import type { RunState } from "../run.ts";
import { found, must } from "./legal.ts";

export function owned(run: RunState, epoch: number): void {
  must(
    epoch === run.epoch + 1 || (run.seq === 1 && epoch === run.epoch),
    `epoch ${epoch} follows ${run.epoch}`,
  );
  run.stopped = null;
}

export function stopped(run: RunState, body: Body<"run-stopped">): void {
  run.stopped = body.reason;
}

export function budgetChanged(run: RunState, body: Body<"budget-changed">): void {
  run.budget = body.budget;
  if (body.by.type === "person") run.budgetsTaken += 1;
}

/** A note for one open thread, or for every worker; without any, for the next thread that opens. */
export function noteAdded(run: RunState, body: Body<"note-added">): void {
  run.notesTaken += 1;
  const threads = [...run.threads.values()].filter((thread) =>
    body.thread === null ? thread.role === "worker" : thread.id === body.thread,
  );
  if (threads.length === 0) run.notes.push(body.text);
  for (const thread of threads) thread.notes.push(body.text);
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
