import type { RunEvent } from "./event.ts";
import { callOf } from "./id.ts";
import type { CallId } from "./id.ts";
import type { RunState } from "./run.ts";
import { currentCall, unrun } from "./thread.ts";
import type { Thread } from "./thread.ts";

/**
 * Closes what an earlier owner left open. Appended with the `run-owned` that takes the run over, in one batch.
 * A model call that was cut is charged in full; a sandboxed call is proposed again; a call that may have acted
 * outside is in doubt. After a crash (not after a clean stop) each of them is charged with it.
 */
export function recover(run: RunState): readonly RunEvent[] {
  const events: RunEvent[] = [];
  for (const thread of run.threads.values()) {
    const closing = closeOpen(thread);
    if (closing === null) continue;
    events.push(closing);
    if (run.stopped === null) events.push(charge(thread));
  }
  if (run.integration !== null) events.push(cutIntegration(run.integration));
  return events;
}

function closeOpen(thread: Thread): RunEvent | null {
  if (thread.model === "open" && thread.reserved !== null) return cutModelCall(thread, thread.reserved);
  const call = currentCall(thread);
  if (call?.status !== "started") return null;
  const id = callOf(thread.id, thread.turn, call.index);
  if (call.reach === "outside") return { type: "effect-doubted", body: { call: id, why: "crash" } };
  return cutCall(id, call.try);
}

/** A sandboxed call that nothing is known of: it is proposed again on the tree it started from. */
export const cutCall = (call: CallId, attempt: number): RunEvent => ({
  type: "call-ended",
  body: { ...unrun(call, attempt), outcome: "cut" },
});

const cutModelCall = (thread: Thread, charged: NonNullable<Thread["reserved"]>): RunEvent => ({
  type: "model-ended",
  body: {
    thread: thread.id,
    turn: thread.turn,
    try: thread.try,
    outcome: "cut",
    response: null,
    stop: null,
    servedModel: null,
    usage: null,
    charged,
    error: null,
    retryAt: null,
    firstTokenMs: null,
    calls: [],
  },
});

/** A thread charged before was run alone since, so this crash is its own. */
const charge = (thread: Thread): RunEvent => ({
  type: "crash-charged",
  body: {
    subject: thread.model === "open" ? thread.id : callOf(thread.id, thread.turn, thread.next),
    thread: thread.id,
    count: thread.crashes + 1,
    alone: thread.crashes > 0,
  },
});

export const cutIntegration = (open: NonNullable<RunState["integration"]>): RunEvent => ({
  type: "integration-ended",
  body: {
    task: open.task,
    attempt: open.attempt,
    outcome: "cut",
    tree: null,
    conflicts: 0,
    regressions: 0,
    detail: null,
  },
});
