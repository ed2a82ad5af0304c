import type { Digest } from "../core/id.ts";
import type { Message, RequestRecord } from "../core/model.ts";
import type { Thread } from "../core/thread.ts";
import { brief } from "./brief.ts";
import { nextMessage } from "./next-message.ts";
import { putJson, readJson, readText } from "./texts.ts";
import type { Work } from "./work.ts";

/** Whether the next model call of a thread tries its last turn again. */
export const isAgain = (thread: Thread): boolean => thread.model === "failed" || thread.model === "cut";

/**
 * The stored request of the next model call: the new messages only, with the notes of people that no request has held
 * yet. A turn that is tried again sends what it sent, and what people said meanwhile.
 */
export async function requestFor(work: Work, thread: Thread, notes: readonly Digest[]): Promise<Digest> {
  const { blobs } = work.ports;
  const sent = isAgain(thread) ? thread.request : null;
  if (sent !== null && notes.length === 0) return sent;
  const record = sent === null ? await newRequest(work, thread) : await readJson<RequestRecord>(blobs, sent);
  const said = await Promise.all(notes.map(async (note) => `A person says: ${await readText(blobs, note)}`));
  return putJson(blobs, { ...record, messages: withNotes(record.messages, said) });
}

async function newRequest(work: Work, thread: Thread): Promise<RequestRecord> {
  if (thread.turn === 0) return { previous: null, response: null, ...(await brief(work, thread)) };
  const messages = [await nextMessage(work, thread)];
  return { previous: thread.request, response: thread.response, system: null, tools: null, messages };
}

/** At the end of the last message, which is always the user's. */
function withNotes(messages: readonly Message[], said: readonly string[]): readonly Message[] {
  const last = messages.at(-1);
  if (last === undefined || said.length === 0) return messages;
  const parts = said.map((text) => ({ type: "text", text }) as const);
  return [...messages.slice(0, -1), { ...last, parts: [...last.parts, ...parts] }];
}
