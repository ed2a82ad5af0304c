import { isObject } from "./arguments.ts";
import { cutOff, garbled, shown, type Wrong } from "./whole.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A block of a message: what its start said, and the text its deltas added to each field. */
export interface Block {
  readonly start: Fields;
  readonly type: string;
  readonly added: Readonly<Partial<Record<DeltaField, string>>>;
}
type DeltaField = "text" | "partial_json" | "thinking" | "signature";

export interface Collected {
  readonly message: Fields;
  readonly blocks: readonly Block[];
  /** The fields of the last `message_delta`. */
  readonly delta: Fields;
  /** What the start and the last `message_delta` say of usage; the latter counts where both do. */
  readonly usage: Fields;
}

/**
 * The message that a stream of the Messages API spells out:
 * `message_start`, then for each block `content_block_start`, deltas, `content_block_stop`, then `message_delta`
 * and `message_stop`. Any other order is no message. Types of events that are not known are passed over, as the
 * provider asks of its clients.
 */
export function collect(events: readonly unknown[]): Collected | Wrong {
  const draft: Draft = { message: null, blocks: [], open: null, delta: null, usage: {}, stopped: false };
  for (const event of events) {
    if (!isObject(event)) return garbled("an event is no object");
    const wrong = take(draft, event);
    if (wrong !== null) return garbled(wrong);
  }
  const { message, blocks, delta, usage } = draft;
  if (!draft.stopped || message === null) return cutOff;
  return delta === null ? garbled("it ended without a reason") : { message, blocks, delta, usage };
}

interface Draft {
  message: Fields | null;
  readonly blocks: MutableBlock[];
  open: MutableBlock | null;
  delta: Fields | null;
  usage: Fields;
  stopped: boolean;
}
interface MutableBlock {
  readonly start: Fields;
  readonly type: string;
  readonly added: Partial<Record<DeltaField, string>>;
}

/** null, or what is wrong with the event here. */
function take(draft: Draft, event: Fields): string | null {
  switch (event["type"]) {
    case "message_start":
      return start(draft, event);
    case "content_block_start":
      return openBlock(draft, event);
    case "content_block_delta":
      return addDelta(draft, event);
    case "content_block_stop":
      return closeBlock(draft, event);
    case "message_delta":
      return endMessage(draft, event);
    case "message_stop":
      draft.stopped = true;
      return draft.open === null ? null : "it stopped inside a block";
    default:
      return null;
  }
}

function start(draft: Draft, event: Fields): string | null {
  if (draft.message !== null) return "it began twice";
  if (!isObject(event["message"])) return "its start holds no message";
  draft.message = event["message"];
  if (isObject(draft.message["usage"])) draft.usage = draft.message["usage"];
  return null;
}

function openBlock(draft: Draft, event: Fields): string | null {
  const { index, content_block: block } = event;
  if (draft.message === null) return "a block began before the message";
  if (draft.delta !== null) return "a block began after the end";
  if (draft.open !== null) return "a block began inside another";
  if (index !== draft.blocks.length)
    return `block ${shown(index)} began where ${draft.blocks.length} was due`;
  if (!isObject(block) || typeof block["type"] !== "string") return "a block has no type";
  draft.open = { start: block, type: block["type"], added: {} };
  draft.blocks.push(draft.open);
  return null;
}

/** The field a delta brings and the types of blocks that take it. */
const deltas: ReadonlyMap<string, { readonly field: DeltaField; readonly into: readonly string[] }> = new Map(
  [
    ["text_delta", { field: "text", into: ["text"] }],
    ["input_json_delta", { field: "partial_json", into: ["tool_use", "server_tool_use"] }],
    ["thinking_delta", { field: "thinking", into: ["thinking"] }],
    ["signature_delta", { field: "signature", into: ["thinking"] }],
  ],
);

function addDelta({ open, blocks }: Draft, event: Fields): string | null {
  const { index, delta } = event;
  if (open === null || index !== blocks.length - 1)
    return `a delta for block ${shown(index)}, which is not open`;
  if (!isObject(delta) || typeof delta["type"] !== "string") return "a delta has no type";
  // Citations of documents: we send none, and they say nothing the text does not.
  if (delta["type"] === "citations_delta") return null;
  const known = deltas.get(delta["type"]);
  if (known?.into.includes(open.type) !== true) return `a ${delta["type"]} in a block of type ${open.type}`;
  const text = delta[known.field];
  if (typeof text !== "string") return `a ${delta["type"]} without ${known.field}`;
  open.added[known.field] = (open.added[known.field] ?? "") + text;
  return null;
}

function closeBlock(draft: Draft, event: Fields): string | null {
  if (draft.open === null || event["index"] !== draft.blocks.length - 1) {
    return `block ${shown(event["index"])} ended, which is not open`;
  }
  draft.open = null;
  return null;
}

/** May come more than once: its counts are totals so far. */
function endMessage(draft: Draft, event: Fields): string | null {
  if (draft.message === null) return "it ended before it began";
  if (draft.open !== null) return "it ended inside a block";
  if (!isObject(event["delta"])) return "its end says nothing";
  draft.delta = event["delta"];
  if (isObject(event["usage"])) draft.usage = { ...draft.usage, ...said(event["usage"]) };
  return null;
}

const said = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
