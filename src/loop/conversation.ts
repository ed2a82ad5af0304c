import { canonical } from "../core/canonical.ts";
import type { Digest } from "../core/id.ts";
import type { Message, Part, RequestRecord } from "../core/model.ts";
import type { Blobs } from "../core/ports.ts";
import type { ToolSpec } from "../core/tool.ts";
import { readJson } from "./texts.ts";

/** A whole conversation as it would be sent. */
export interface Conversation {
  readonly system: string;
  readonly tools: readonly ToolSpec[];
  readonly messages: readonly Message[];
}

/** The stored answer of a model: the parts of one assistant message. */
export interface ResponseRecord {
  readonly parts: readonly Part[];
  /** Calls that were too many for one turn; records of older versions have none. */
  readonly leftOut?: number;
}

/** Conversations by request digest. A turn stores its new messages only; the rest is read along `previous`. */
export interface Conversations {
  upTo(request: Digest): Promise<Conversation>;
}

export function conversations(blobs: Blobs): Conversations {
  const recent = new Map<Digest, Conversation>();
  const upTo = async (request: Digest): Promise<Conversation> => {
    const known = recent.get(request);
    if (known !== undefined) return known;
    const conversation = await build(blobs, recent, request);
    recent.set(request, conversation);
    if (recent.size > 64) forgetOldest(recent);
    return conversation;
  };
  return { upTo };
}

/** Walks back to the nearest known request, then forward. Iterative: threads may have many turns. */
async function build(
  blobs: Blobs,
  recent: Map<Digest, Conversation>,
  request: Digest,
): Promise<Conversation> {
  const records: RequestRecord[] = [];
  let known: Conversation = { system: "", tools: [], messages: [] };
  for (let digest: Digest | null = request; digest !== null;) {
    const cached = recent.get(digest);
    if (cached !== undefined) {
      known = cached;
      break;
    }
    const record: RequestRecord = await readJson<RequestRecord>(blobs, digest);
    records.push(record);
    digest = record.previous;
  }
  const messages = [...known.messages];
  for (const record of records.toReversed()) {
    if (record.response !== null) messages.push(await assistantMessage(blobs, record.response));
    messages.push(...record.messages);
    known = { system: record.system ?? known.system, tools: record.tools ?? known.tools, messages };
  }
  return known;
}

async function assistantMessage(blobs: Blobs, response: Digest): Promise<Message> {
  const { parts } = await readJson<ResponseRecord>(blobs, response);
  return { role: "assistant", parts };
}

function forgetOldest(recent: Map<Digest, Conversation>): void {
  const [oldest] = recent.keys();
  if (oldest !== undefined) recent.delete(oldest);
}

/** Bytes of everything that is sent: no tokenizer makes more tokens than there are bytes. */
export const bytesOf = (conversation: Conversation): number =>
  Buffer.byteLength(canonical([conversation.system, conversation.tools, conversation.messages]));
