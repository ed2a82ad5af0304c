import type { RunEvent } from "../core/event.ts";
import { callParts } from "../core/id.ts";
import type { CallId } from "../core/id.ts";
import { unrun } from "../core/thread.ts";
import type { Call, Thread } from "../core/thread.ts";
import { putText, readJson } from "./texts.ts";
import { threadOf } from "./work.ts";
import type { Work } from "./work.ts";

/** What every step of a call needs. */
export interface Job {
  readonly id: CallId;
  readonly thread: Thread;
  readonly call: Call;
  readonly args: unknown;
}

export async function job(work: Work, id: CallId): Promise<Job> {
  const { thread: threadId, index } = callParts(id);
  const thread = threadOf(work.run, threadId);
  const call = thread.calls[index];
  if (call === undefined) throw new Error(`${id} is no call of the open turn`);
  return { id, thread, call, args: await readJson<unknown>(work.ports.blobs, call.args) };
}

/** A call that did not run, with the words its model is given. */
export async function refused(work: Work, id: CallId, text: string): Promise<RunEvent> {
  const { call } = await job(work, id);
  const result = await putText(work.ports.blobs, text);
  return { type: "call-ended", body: { ...unrun(id, call.try), outcome: "refused", result } };
}
