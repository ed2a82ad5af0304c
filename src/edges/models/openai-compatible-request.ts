import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionFunctionTool,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { Message, ModelRequest, Part } from "../../core/model.ts";
import type { ToolSpec } from "../../core/tool.ts";
import { isObject, unusable } from "./arguments.ts";
import { shown } from "./openai-request.ts";
import { safeText } from "./safe-text.ts";
import { turnsOf } from "./turns.ts";

export const provider = "openai-compatible";

/** `max_tokens` and `system`, though OpenAI itself has newer words for them: these every server knows. */
export function toRequest(request: ModelRequest, model: string): ChatCompletionCreateParamsStreaming {
  const system = safeText(request.system);
  return {
    model,
    messages: [
      ...(system.trim() === "" ? [] : [{ role: "system" as const, content: system }]),
      ...turnsOf(request.messages, provider).flatMap(messagesOf),
    ],
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(toolOf) }),
    max_tokens: request.maxOutputTokens,
    stream: true,
    stream_options: { include_usage: true },
    ...(request.logprobs === true ? { logprobs: true } : {}),
  };
}

const toolOf = ({ name, description, parameters }: ToolSpec): ChatCompletionFunctionTool => ({
  type: "function",
  function: { name, description, parameters },
});

const messagesOf = ({ role, parts }: Message): ChatCompletionMessageParam[] =>
  role === "assistant" ? [assistantMessage(parts)] : userMessages(parts);

function userMessages(parts: readonly Part[]): ChatCompletionMessageParam[] {
  const results = parts.filter((part) => part.type === "result");
  const text = textOf(parts);
  return [
    ...results.map((part) => ({ role: "tool" as const, tool_call_id: part.id, content: shown(part) })),
    ...(text === null ? [] : [{ role: "user" as const, content: text }]),
  ];
}

/**
 * Servers of models that think (DeepSeek, Kimi, vLLM) want `reasoning_content` back while tools are at work,
 * and only then.
 */
function assistantMessage(parts: readonly Part[]): ChatCompletionAssistantMessageParam {
  const calls = parts.filter((part) => part.type === "call");
  const thought = parts.find((part) => part.type === "opaque")?.value;
  return {
    role: "assistant",
    content: textOf(parts),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(callOf) }),
    ...(calls.length > 0 && isObject(thought) ? thought : {}),
  };
}

const callOf = (part: Extract<Part, { type: "call" }>): ChatCompletionMessageFunctionToolCall => ({
  id: part.id,
  type: "function",
  function: { name: part.tool, arguments: JSON.stringify(part.args ?? unusable(part.raw)) },
});

function textOf(parts: readonly Part[]): string | null {
  const texts = parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
  return texts.length === 0 ? null : texts.join("\n\n");
}
