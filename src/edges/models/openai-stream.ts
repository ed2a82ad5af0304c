import { isObject } from "./arguments.ts";
import { reported } from "./failure.ts";
import { cutOff, garbled, type Wrong } from "./whole.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Collected {
  /** The response as its last event says it. */
  readonly response: Fields;
  readonly items: readonly Fields[];
}

/** The events after which a response has nothing more to say. */
export const lastTypes: ReadonlySet<unknown> = new Set([
  "response.completed",
  "response.incomplete",
  "response.failed",
  "response.cancelled",
]);

/**
 * The response that a stream of the Responses API spells out. Its last event repeats it whole, so the deltas need not
 * be put together; but numbers that do not rise, or items that were never announced, mean that a part may be
 * lost. Some gateways leave the items out of the last event: then those that were done are taken.
 */
export function collect(events: readonly unknown[]): Collected | Wrong {
  const draft: Draft = { number: -1, begun: false, done: [], last: null, added: 0 };
  for (const event of events) {
    if (!isObject(event)) return garbled("an event is no object");
    // The SDK throws this one itself where the stream names its events.
    if (event["type"] === "error") return reported(event);
    const wrong = take(draft, event);
    if (wrong !== null) return garbled(wrong);
  }
  return draft.last === null ? cutOff : ended(draft, draft.last);
}

interface Draft {
  /** `sequence_number` of the event before. */
  number: number;
  begun: boolean;
  added: number;
  readonly done: (Fields | undefined)[];
  last: Fields | null;
}

/** null, or what is wrong with the event here. */
function take(draft: Draft, event: Fields): string | null {
  const { type, sequence_number: number } = event;
  if (typeof type !== "string") return "an event has no type";
  if (typeof number === "number") {
    if (number <= draft.number) return `event ${number} came after event ${draft.number}`;
    draft.number = number;
  }
  if (type === "response.created") return begin(draft);
  if (!draft.begun) return `it began with ${type}`;
  if (lastTypes.has(type)) draft.last = event;
  return takeItem(draft, type, event);
}

function begin(draft: Draft): string | null {
  if (draft.begun) return "it began twice";
  draft.begun = true;
  return null;
}

function takeItem(draft: Draft, type: string, event: Fields): string | null {
  const { output_index: index, item } = event;
  if (typeof index !== "number") return null;
  if (type === "response.output_item.added") {
    if (index !== draft.added) return `item ${index} began where ${draft.added} was due`;
    draft.added += 1;
    return null;
  }
  if (!(index >= 0 && index < draft.added)) return `${type} for item ${index}, which never began`;
  if (type !== "response.output_item.done") {
    return draft.done[index] === undefined ? null : `${type} for item ${index}, which was done`;
  }
  if (!isObject(item)) return "an item is no object";
  if (draft.done[index] !== undefined) return `item ${index} was done twice`;
  draft.done[index] = item;
  return null;
}

function ended(draft: Draft, last: Fields): Collected | Wrong {
  const { type, response } = last;
  if (!isObject(response)) return garbled("its end holds no response");
  if (type === "response.failed") return reported(response["error"]);
  if (type === "response.cancelled") return { wrong: "server", message: "the provider cancelled the answer" };
  const done = draft.done.filter((item) => item !== undefined);
  const output: unknown = response["output"];
  const items = Array.isArray(output) && output.length > 0 ? output : done;
  if (!items.every(isObject)) return garbled("an item is no object");
  return items.length < draft.added
    ? garbled(`${draft.added} items began and ${items.length} came`)
    : { response, items };
}
