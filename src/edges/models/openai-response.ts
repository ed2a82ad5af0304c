import type { Json } from "../../core/canonical.ts";
import type { Part, Stop, Usage } from "../../core/model.ts";
import { argumentsOf, isObject, isShallow } from "./arguments.ts";
import { logprobsOf } from "./logprobs.ts";
import { provider } from "./openai-request.ts";
import { collect, type Collected } from "./openai-stream.ts";
import { safeText, textOf } from "./safe-text.ts";
import { tokens } from "./usage.ts";
import { garbled, stopOf, type Whole, type Wrong } from "./whole.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The response in a stream of events, or why there is none. */
export function read(events: readonly unknown[]): Whole | Wrong {
  const collected = collect(events);
  return "wrong" in collected ? collected : fromResponse(collected);
}

/** A whole response of the Responses API, as our nouns. */
export function fromResponse({ response, items }: Collected): Whole | Wrong {
  if (!items.every((item) => isShallow(item))) return garbled("an item is nested too deep");
  const parts = items.flatMap(partsOf);
  return {
    stop: stopOf(saidStop(response, items), parts),
    parts,
    usage: usageOf(response["usage"]),
    servedModel: safeText(textOf(response["model"])),
    ...logprobsOf(tokensOf(items)),
  };
}

/** A reason for an incomplete response that is not known is taken as a limit of length. */
function saidStop(response: Fields, items: readonly Fields[]): Stop {
  const details = response["incomplete_details"];
  if (isObject(details)) return details["reason"] === "content_filter" ? "refusal" : "length";
  return response["status"] === "incomplete" ? "length" : items.some(isRefusal) ? "refusal" : "end";
}

const contentOf = (item: Fields): readonly Fields[] =>
  Array.isArray(item["content"]) ? item["content"].filter(isObject) : [];

const isRefusal = (item: Fields): boolean =>
  item["type"] === "message" && contentOf(item).some(({ type }) => type === "refusal");

/** Of the text it wrote, message after message; null: none are told. */
function tokensOf(items: readonly Fields[]): readonly unknown[] | null {
  const lists = items
    .filter(({ type }) => type === "message")
    .flatMap((item) => contentOf(item).map(({ logprobs }) => logprobs))
    .filter((list) => Array.isArray(list));
  return lists.length === 0 ? null : lists.flat();
}

function partsOf(item: Fields): readonly Part[] {
  switch (item["type"]) {
    case "message":
      return contentOf(item).flatMap((content) => textParts(content, item["phase"]));
    case "function_call":
      return [callPart(item)];
    default:
      // Reasoning, and whatever comes after it in later models.
      return [{ type: "opaque", provider, value: item as Json }];
  }
}

function textParts(content: Fields, phase: unknown): readonly Part[] {
  const text = safeText(textOf(content["text"]) || textOf(content["refusal"]));
  if (text === "") return [];
  const said: Part = { type: "text", text };
  return typeof phase === "string"
    ? [{ type: "opaque", provider, value: { type: "phase", phase } }, said]
    : [said];
}

function callPart(item: Fields): Part {
  const call = {
    type: "call",
    id: textOf(item["call_id"]) || textOf(item["id"]),
    tool: safeText(textOf(item["name"])),
  } as const;
  const text = textOf(item["arguments"]);
  return item["status"] === "incomplete"
    ? { ...call, args: null, raw: safeText(text) }
    : { ...call, ...argumentsOf(text) };
}

function usageOf(usage: unknown): Usage | null {
  if (!isObject(usage)) return null;
  return counted(usage["input_tokens"], usage["output_tokens"], usage["input_tokens_details"]);
}

/**
 * What OpenAI's cache had and took is part of the input. Models from GPT-5.6 on charge for what is written to it; the
 * others report no writes, or writes that cost nothing more.
 */
export function counted(said: unknown, written: unknown, details: unknown): Usage | null {
  const { cached_tokens: had, cache_write_tokens: took } = isObject(details) ? details : {};
  const input = tokens(said);
  const output = tokens(written);
  const cacheRead = tokens(had ?? 0);
  const cacheWrite = tokens(took ?? 0);
  if (input === null || output === null || cacheRead === null || cacheWrite === null) return null;
  const read = Math.min(cacheRead, input);
  return { input, output, cacheRead: read, cacheWrite: Math.min(cacheWrite, input - read) };
}
