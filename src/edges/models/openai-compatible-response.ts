import type { Part, Stop, Usage } from "../../core/model.ts";
import { argumentsOf, isObject } from "./arguments.ts";
import { provider } from "./openai-compatible-request.ts";
import { type Call, collect, type Collected } from "./openai-compatible-stream.ts";
import { logprobsOf } from "./logprobs.ts";
import { counted } from "./openai-response.ts";
import { safeText, textOf } from "./safe-text.ts";
import { stopOf, type Whole, type Wrong } from "./whole.ts";

/** The message in a stream of chunks, or why there is none. */
export function read(chunks: readonly unknown[]): Whole | Wrong {
  const collected = collect(chunks);
  return "wrong" in collected ? collected : fromResponse(collected);
}

/** A whole chat completion, as our nouns. */
function fromResponse(collected: Collected): Whole | Wrong {
  const { model, text, refusal, reasoning, calls, finish, usage } = collected;
  if (failures.has(finish)) return { wrong: "server", message: `the server gave up: ${finish}` };
  const stop = refusal === "" ? (stops.get(finish) ?? "end") : "refusal";
  const isCut = stop !== "end" && stop !== "calls";
  const parts: readonly Part[] = [
    ...reasoningPart(reasoning),
    ...textPart(text),
    ...textPart(refusal),
    ...calls.map((call, index) => callPart(call, isCut && index === calls.length - 1)),
  ];
  return {
    stop: stopOf(stop, parts),
    parts,
    usage: usageOf(usage),
    servedModel: safeText(textOf(model)),
    ...logprobsOf(collected.tokens),
  };
}

/**
 * What is no end: of OpenRouter and Mistral (`error`), vLLM and SGLang (`abort`), DeepSeek
 * (`insufficient_system_resource`) and Zhipu (`network_error`).
 */
const failures: ReadonlySet<string> = new Set([
  "error",
  "abort",
  "insufficient_system_resource",
  "network_error",
]);

/** A reason that is not here came with a whole message: it is an end like any other. `model_length` is Mistral's. */
const stops: ReadonlyMap<string, Stop> = new Map([
  ["stop", "end"],
  ["tool_calls", "calls"],
  ["function_call", "calls"],
  ["length", "length"],
  ["model_length", "context-full"],
  ["content_filter", "refusal"],
  // Zhipu
  ["sensitive", "refusal"],
  ["model_context_window_exceeded", "context-full"],
]);

const reasoningPart = (reasoning: string): readonly Part[] =>
  reasoning === "" ? [] : [{ type: "opaque", provider, value: { reasoning_content: safeText(reasoning) } }];

function textPart(text: string): readonly Part[] {
  const safe = safeText(text);
  return safe === "" ? [] : [{ type: "text", text: safe }];
}

/** Some servers send nothing for a tool without parameters; so does one that was cut off before it began. */
function callPart({ id, tool, args }: Call, cut: boolean): Part {
  const call = { type: "call", id, tool: safeText(tool) } as const;
  if (args.trim() !== "") return { ...call, ...argumentsOf(args) };
  return cut ? { ...call, args: null, raw: "" } : { ...call, args: {} };
}

function usageOf(usage: unknown): Usage | null {
  if (!isObject(usage)) return null;
  return counted(usage["prompt_tokens"], usage["completion_tokens"], usage["prompt_tokens_details"]);
}
