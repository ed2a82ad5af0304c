import type {
  EasyInputMessage,
  FunctionTool,
  ResponseCreateParamsStreaming,
  ResponseInputItem,
} from "openai/resources/responses/responses";
import type { Message, ModelRequest, Part } from "../../core/model.ts";
import type { ToolSpec } from "../../core/tool.ts";
import { isObject, unusable } from "./arguments.ts";
import { safeText } from "./safe-text.ts";
import { turnsOf } from "./turns.ts";

export const provider = "openai";

/** Nothing is stored at the provider: reasoning travels with the conversation, encrypted. */
export function toRequest(request: ModelRequest, model: string): ResponseCreateParamsStreaming {
  const instructions = safeText(request.system);
  return {
    model,
    ...(instructions.trim() === "" ? {} : { instructions }),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(toolOf) }),
    input: turnsOf(request.messages, provider).flatMap(itemsOf),
    max_output_tokens: request.maxOutputTokens,
    stream: true,
    store: false,
    // Requests of one thread begin alike: with one key they find each other's cache more often.
    prompt_cache_key: request.thread,
    ...including(request, model),
  };
}

function including(request: ModelRequest, model: string): Pick<ResponseCreateParamsStreaming, "include"> {
  const include = [
    ...(reasons(model) ? ["reasoning.encrypted_content" as const] : []),
    ...(request.logprobs === true ? ["message.output_text.logprobs" as const] : []),
  ];
  return include.length === 0 ? {} : { include };
}

/** Models that do not reason refuse the request when reasoning is asked for. New models are taken to reason. */
const reasons = (model: string): boolean => !/^(ft:)?(gpt-3|gpt-4|chatgpt)|-chat\b/.test(model);

/** Not `strict`: our schemas have optional members, which that mode refuses. */
const toolOf = ({ name, description, parameters }: ToolSpec): FunctionTool => ({
  type: "function",
  name,
  description,
  parameters,
  strict: false,
});

/**
 * A message's phase (commentary or answer), which later models want back with it, is an opaque part before its text:
 * `{ type: "phase", phase }`.
 */
const itemsOf = ({ role, parts }: Message): ResponseInputItem[] =>
  parts.flatMap((part, index) => (phaseOf(part) === null ? [itemOf(role, part, parts[index - 1])] : []));

function phaseOf(part: Part | undefined): string | null {
  const value = part?.type === "opaque" && isObject(part.value) ? part.value : {};
  return value["type"] === "phase" && typeof value["phase"] === "string" ? value["phase"] : null;
}

function itemOf(role: Message["role"], part: Part, before: Part | undefined): ResponseInputItem {
  switch (part.type) {
    case "text":
      return messageItem(role, part.text, phaseOf(before));
    case "call":
      return {
        type: "function_call",
        call_id: part.id,
        name: part.tool,
        arguments: JSON.stringify(part.args ?? unusable(part.raw)),
      };
    case "result":
      return { type: "function_call_output", call_id: part.id, output: shown(part) };
    case "opaque":
      // Only what this provider sent comes here, as it sent it.
      return part.value as unknown as ResponseInputItem;
  }
}

const messageItem = (role: Message["role"], content: string, phase: string | null): ResponseInputItem => ({
  type: "message",
  role,
  content,
  ...(phase === null ? {} : { phase: phase as NonNullable<EasyInputMessage["phase"]> }),
});

/** This API has no flag for a result that is an error. */
export const shown = ({ text, error }: Extract<Part, { type: "result" }>): string =>
  error ? `Error: ${text}` : text;
