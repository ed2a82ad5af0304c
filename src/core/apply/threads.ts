import { refusedBy, reserve, settle } from "../budget.ts";
import type { Body } from "../event.ts";
import type { ThreadId } from "../id.ts";
import type { RunState } from "../run.ts";
import { currentCall } from "../thread.ts";
import type { Call, Thread } from "../thread.ts";
import { found, must } from "./legal.ts";

export function openThread(run: RunState, thread: Thread): void {
  must(!run.threads.has(thread.id), `thread ${thread.id} is open already`);
  if (thread.role === "worker" && run.notes.length > 0) thread.notes = run.notes.splice(0);
  run.threads.set(thread.id, thread);
}

/** Closing takes with it what a person could still be asked about it. */
export function closeThread(run: RunState, id: ThreadId): void {
  const thread = run.threads.get(id);
  if (thread === undefined) return;
  must(thread.model !== "open", `thread ${id} closes with an open model call`);
  for (const approval of run.approvals.values())
    if (approval.thread === id) run.approvals.delete(approval.id);
  run.threads.delete(id);
}

/** This event is what advances a turn. */
export function modelStarted(run: RunState, body: Body<"model-started">): void {
  const thread = found(run.threads.get(body.thread), `open thread ${body.thread}`);
  const again = thread.model === "failed" || thread.model === "cut";
  must(thread.model !== "open", `${thread.id} has an open model call`);
  must(currentCall(thread) === null, `${thread.id} has open calls`);
  must(
    body.turn === (again ? thread.turn : thread.turn + 1),
    `turn ${body.turn} of ${thread.id} follows ${thread.turn}`,
  );
  must(body.try === (again ? thread.try + 1 : 1), `try ${body.try} of ${thread.id} follows ${thread.try}`);
  const broken = refusedBy(run.budget, run.spent, body.reserved);
  must(body.notes <= thread.notes.length, `${thread.id} has ${thread.notes.length} notes, not ${body.notes}`);
  must(broken === null, `the reservation of ${thread.id} breaks the budget (${broken})`);
  reserve(run.spent, body.reserved);
  thread.turn = body.turn;
  thread.try = body.try;
  thread.model = "open";
  thread.request = body.request;
  thread.bytes = body.bytes;
  thread.reserved = body.reserved;
  thread.retryAt = null;
  thread.calls = [];
  thread.next = 0;
  thread.notes.splice(0, body.notes);
}

export function modelEnded(run: RunState, body: Body<"model-ended">): void {
  const thread = found(run.threads.get(body.thread), `open thread ${body.thread}`);
  must(thread.model === "open", `${thread.id} has no open model call`);
  must(body.turn === thread.turn && body.try === thread.try, `${thread.id} is in another turn or try`);
  settle(run.spent, found(thread.reserved, "reservation"), body.charged);
  thread.reserved = null;
  thread.model = body.outcome;
  if (body.outcome === "complete") completed(thread, body);
  if (body.outcome === "failed") failed(thread, run.limits.tries, body);
}

function completed(thread: Thread, body: Body<"model-ended">): void {
  progressed(thread);
  thread.response = body.response;
  thread.stop = body.stop;
  thread.failures = 0;
  thread.lastError = null;
  thread.silences = body.calls.length === 0 ? thread.silences + 1 : 0;
  if (body.usage !== null) thread.counted = { bytes: thread.bytes, tokens: body.usage.input };
  thread.calls = body.calls.map(newCall);
}

function failed(thread: Thread, limit: number, body: Body<"model-ended">): void {
  progressed(thread);
  thread.failures = isRetryable(body.error?.class) ? thread.failures + 1 : limit;
  thread.lastError = body.error === null ? null : `${body.error.class}: ${body.error.message}`;
  thread.retryAt = body.retryAt;
}

/** Asking again helps only where the fault may pass. */
const isRetryable = (error: string | undefined): boolean =>
  !["auth", "bad-request", "missing-script"].includes(error ?? "");

const newCall = (call: Body<"model-ended">["calls"][number]): Call => ({
  ...call,
  status: "proposed",
  try: 1,
  asked: 0,
  decision: null,
  reach: "sandbox",
  approval: null,
  tree: null,
  result: null,
  failed: false,
  edited: false,
});

/** Whatever crashed here has been survived. */
export function progressed(thread: Thread): void {
  thread.crashes = 0;
  thread.crashesAlone = 0;
}

export function compacted(run: RunState, body: Body<"context-compacted">): void {
  const thread = found(run.threads.get(body.thread), `open thread ${body.thread}`);
  must(
    body.throughTurn > thread.compactedThrough && body.throughTurn <= thread.turn,
    `${thread.id} has no such turns`,
  );
  must(thread.model !== "open", `${thread.id} has an open model call`);
  thread.compactedThrough = body.throughTurn;
  thread.bytes = Math.max(0, thread.bytes - body.saved);
  thread.counted = null;
}
