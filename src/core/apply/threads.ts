import { refusedBy, refusedByTask, reserve, settle } from "../budget.ts";
import { isLasting, isOfAccess, noteAnswer } from "../circuit.ts";
import type { Body } from "../event.ts";
import type { Digest, Instant, ThreadId } from "../id.ts";
import type { Note, RunState } from "../run.ts";
import type { Task } from "../task.ts";
import { currentCall } from "../thread.ts";
import type { Call, Thread } from "../thread.ts";
import { found, must } from "./legal.ts";

export function openThread(run: RunState, thread: Thread): void {
  must(!run.threads.has(thread.id), `thread ${thread.id} is open already`);
  if (thread.role === "worker") thread.notes = takeNotes(run, thread.task);
  run.threads.set(thread.id, thread);
}

/** What was said to all, and to this task. */
function takeNotes(run: RunState, task: string | null): Digest[] {
  const isFor = (note: Note): boolean => note.task === null || note.task === task;
  const taken = run.notes.filter(isFor);
  run.notes = run.notes.filter((note) => !isFor(note));
  return taken.map(({ text }) => text);
}

/** Closing takes with it what a person could still be asked about it. */
export function closeThread(run: RunState, id: ThreadId): void {
  const thread = run.threads.get(id);
  if (thread === undefined) return;
  must(thread.model !== "open", `thread ${id} closes with an open model call`);
  for (const approval of run.approvals.values())
    if (approval.thread === id) run.approvals.delete(approval.id);
  // What a person said and no request held yet is for the next attempt.
  if (thread.role === "worker") {
    const isDone = taskOf(run, thread)?.status === "accepted";
    run.notes.push(...thread.notes.map((text) => ({ task: isDone ? null : thread.task, text })));
  }
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
  const task = taskOf(run, thread);
  const brokenTask = task === undefined ? null : refusedByTask(task.budget, task.spent, body.reserved);
  must(brokenTask === null, `the reservation of ${thread.id} breaks its task's budget (${brokenTask})`);
  run.spent.turns += 1;
  reserve(run.spent, body.reserved);
  if (task !== undefined) reserve(task.spent, body.reserved);
  thread.turn = body.turn;
  thread.try = body.try;
  thread.model = "open";
  thread.asked = body.model;
  thread.isTurnNew = false;
  thread.request = body.request;
  thread.bytes = body.bytes;
  thread.reserved = body.reserved;
  thread.retryAt = null;
  thread.calls = [];
  thread.next = 0;
  thread.notes.splice(0, body.notes);
}

const taskOf = (run: RunState, thread: Thread): Task | undefined =>
  thread.task === null ? undefined : run.tasks.get(thread.task);

export function modelEnded(run: RunState, body: Body<"model-ended">, at: Instant): void {
  const thread = found(run.threads.get(body.thread), `open thread ${body.thread}`);
  must(thread.model === "open", `${thread.id} has no open model call`);
  must(body.turn === thread.turn && body.try === thread.try, `${thread.id} is in another turn or try`);
  const reserved = found(thread.reserved, "reservation");
  const task = taskOf(run, thread);
  settle(run.spent, reserved, body.charged);
  if (task !== undefined) settle(task.spent, reserved, body.charged);
  if (body.charged.micros === null) run.spent.unpriced += 1;
  noteAnswer(run, found(thread.asked, "model"), body, at);
  thread.reserved = null;
  thread.model = body.outcome;
  if (body.outcome === "complete") completed(thread, body);
  if (body.outcome === "failed") failed(run, thread, body);
}

/** Somebody else on this machine was told to wait with this key. */
export function modelHeld(run: RunState, body: Body<"model-held">): void {
  const thread = found(run.threads.get(body.thread), `open thread ${body.thread}`);
  must(thread.model !== "open", `${thread.id} has an open model call`);
  thread.retryAt = body.until;
}

function completed(thread: Thread, body: Body<"model-ended">): void {
  progressed(thread);
  thread.response = body.response;
  thread.stop = body.stop;
  thread.isFull = body.stop === "context-full";
  thread.failures = 0;
  thread.waits = 0;
  thread.lastError = null;
  // Neither is the model's silence: it is told to go on.
  if (body.calls.length > 0) thread.silences = 0;
  else if (body.stop !== "pause" && body.stop !== "context-full") thread.silences += 1;
  if (body.usage !== null) thread.counted = { bytes: thread.bytes, tokens: body.usage.input };
  thread.calls = body.calls.map(newCall);
}

/**
 * What costs nothing is waited out as long as an outage may last; what may have cost is tried as often as `limits.tries`
 * says, and what no waiting mends not again, unless another model can be asked.
 */
function failed(run: RunState, thread: Thread, body: Body<"model-ended">): void {
  progressed(thread);
  const error = body.error?.class;
  thread.lastError = body.error === null ? null : `${error}: ${body.error.message}`;
  thread.retryAt = body.retryAt;
  if (error === "context-full") {
    thread.isFull = true;
    return;
  }
  thread.waits += 1;
  if (isLasting(error))
    thread.failures = isOfAccess(error) && mayFallBack(run, thread) ? thread.failures + 1 : run.limits.tries;
  else if (body.charged.input + body.charged.output > 0) thread.failures += 1;
}

const mayFallBack = (run: RunState, thread: Thread): boolean => {
  const { fallback } = run.pins.models;
  return fallback !== null && thread.asked !== fallback;
};

const newCall = (call: Body<"model-ended">["calls"][number]): Call => ({
  ...call,
  status: "proposed",
  try: 1,
  asked: 0,
  decision: null,
  reach: "sandbox",
  hosts: [],
  probe: null,
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
  thread.isFull = false;
}
