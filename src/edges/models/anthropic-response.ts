import type { Json } from "../../core/canonical.ts";
import type { Part, Stop, Usage } from "../../core/model.ts";
import { provider } from "./anthropic-request.ts";
import { type Block, collect, type Collected } from "./anthropic-stream.ts";
import { argumentsOf, isShallow, rawOf } from "./arguments.ts";
import { safeText, textOf } from "./safe-text.ts";
import { tokens } from "./usage.ts";
import { garbled, stopOf, type Whole, type Wrong } from "./whole.ts";

/** The message in a stream of events, or why there is none. */
export function read(events: readonly unknown[]): Whole | Wrong {
  const collected = collect(events);
  return "wrong" in collected ? collected : fromResponse(collected);
}

/** A whole message of the Messages API, as our nouns. */
function fromResponse({ message, blocks, delta, usage }: Collected): Whole | Wrong {
  const said = delta["stop_reason"];
  if (typeof said !== "string") return garbled("it ended without a reason");
  if (!blocks.every(({ start }) => isShallow(start))) return garbled("a block is nested too deep");
  const stop = stops.get(said) ?? "end";
  const isCut = stop !== "end" && stop !== "calls";
  const parts = blocks.flatMap((block, index) => partOf(block, isCut && index === blocks.length - 1));
  return {
    stop: stopOf(stop, parts),
    parts,
    usage: usageOf(usage),
    servedModel: safeText(textOf(message["model"])),
  };
}

/** A reason that is not here came with a whole message: it is an end like any other. */
const stops: ReadonlyMap<string, Stop> = new Map([
  ["end_turn", "end"],
  ["stop_sequence", "end"],
  ["tool_use", "calls"],
  ["max_tokens", "length"],
  ["refusal", "refusal"],
  ["pause_turn", "pause"],
  ["model_context_window_exceeded", "context-full"],
]);

function partOf(block: Block, cut: boolean): readonly Part[] {
  const { start, type, added } = block;
  switch (type) {
    case "text":
      return textPart(textOf(start["text"]) + (added.text ?? ""));
    case "tool_use":
      return [callPart(block, cut)];
    case "thinking":
      return thinkingPart(block);
    default:
      return [opaque(added.partial_json === undefined ? start : { ...start, input: inputOf(block) })];
  }
}

function textPart(text: string): readonly Part[] {
  const safe = safeText(text);
  return safe === "" ? [] : [{ type: "text", text: safe }];
}

function callPart(block: Block, cut: boolean): Part {
  const { start, added } = block;
  const call = { type: "call", id: textOf(start["id"]), tool: safeText(textOf(start["name"])) } as const;
  // A tool without parameters is called without a delta, but so is one whose arguments were cut off.
  if ((added.partial_json ?? "") === "") {
    return cut
      ? { ...call, args: null, raw: "" }
      : { ...call, ...argumentsOf(JSON.stringify(start["input"] ?? {})) };
  }
  return { ...call, ...argumentsOf(added.partial_json ?? "") };
}

/** Thinking is taken back only with its signature, and only unchanged. */
function thinkingPart({ start, added }: Block): readonly Part[] {
  const thinking = textOf(start["thinking"]) + (added.thinking ?? "");
  const signature = textOf(start["signature"]) + (added.signature ?? "");
  return signature === "" ? [] : [opaque({ ...start, thinking, signature })];
}

const opaque = (value: unknown): Part => ({ type: "opaque", provider, value: value as Json });

function inputOf({ added }: Block): Json {
  const text = added.partial_json ?? "";
  return argumentsOf(text).args ?? { INVALID_JSON: rawOf(text) };
}

/** `input_tokens` leaves out what the cache had or took. */
function usageOf(usage: Readonly<Record<string, unknown>>): Usage | null {
  const plain = tokens(usage["input_tokens"]);
  const output = tokens(usage["output_tokens"]);
  const cacheRead = tokens(usage["cache_read_input_tokens"] ?? 0);
  const cacheWrite = tokens(usage["cache_creation_input_tokens"] ?? 0);
  if (plain === null || output === null || cacheRead === null || cacheWrite === null) return null;
  const input = tokens(plain + cacheRead + cacheWrite);
  return input === null ? null : { input, output, cacheRead, cacheWrite };
}
