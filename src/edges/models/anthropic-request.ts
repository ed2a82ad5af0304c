import type {
  CacheControlEphemeral,
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  Tool,
} from "@anthropic-ai/sdk/resources/messages";
import type { Message, ModelRequest, Part } from "../../core/model.ts";
import type { ToolSpec } from "../../core/tool.ts";
import { isObject, unusable } from "./arguments.ts";
import { safeText } from "./safe-text.ts";
import { turnsOf } from "./turns.ts";

export const provider = "anthropic";

/**
 * Up to four places to which the provider's cache reaches, the most it takes: the system prompt, before which the tools
 * stand; the first message, which stays when later ones are made smaller; and the last two messages of the user. The
 * one before last is where the previous turn ended: the provider looks back only 20 blocks for an older place, and one
 * turn may have more. https://docs.claude.com/en/docs/build-with-claude/prompt-caching
 */
export function toRequest(request: ModelRequest, model: string): MessageCreateParamsStreaming {
  const system = safeText(request.system);
  const isSystem = system.trim() !== "";
  return {
    model,
    max_tokens: request.maxOutputTokens,
    stream: true,
    ...(isSystem ? { system: [{ type: "text", text: system, cache_control: cached }] } : {}),
    ...(request.tools.length === 0 ? {} : { tools: toolsOf(request.tools, !isSystem) }),
    messages: cachedMessages(turnsOf(request.messages, provider).map(messageOf)),
  };
}

const cached: CacheControlEphemeral = { type: "ephemeral" };

const toolsOf = (tools: readonly ToolSpec[], isPlace: boolean): Tool[] =>
  tools.map(({ name, description, parameters }, index) => ({
    name,
    description,
    input_schema: { ...parameters, type: "object" },
    ...(isPlace && index === tools.length - 1 ? { cache_control: cached } : {}),
  }));

interface Turn {
  readonly role: Message["role"];
  readonly content: ContentBlockParam[];
}

const messageOf = ({ role, parts }: Message): Turn => ({ role, content: parts.map(blockOf) });

function blockOf(part: Part): ContentBlockParam {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "call":
      return {
        type: "tool_use",
        id: part.id,
        name: part.tool,
        input: isObject(part.args) ? part.args : unusable(part.raw),
      };
    case "result":
      return {
        type: "tool_result",
        tool_use_id: part.id,
        content: part.text,
        ...(part.error ? { is_error: true } : {}),
      };
    case "opaque":
      // Only what this provider sent comes here, as it sent it.
      return part.value as unknown as ContentBlockParam;
  }
}

function cachedMessages(messages: readonly Turn[]): MessageParam[] {
  const users = messages.flatMap(({ role }, index) => (role === "user" ? [index] : []));
  const places = new Set([...users.slice(0, 1), ...users.slice(-2)]);
  return messages.map((message, index) =>
    places.has(index) ? { ...message, content: withCacheAtEnd(message.content) } : message,
  );
}

const withCacheAtEnd = (content: readonly ContentBlockParam[]): ContentBlockParam[] =>
  content.map((block, index) =>
    index === content.length - 1 && (block.type === "text" || block.type === "tool_result")
      ? { ...block, cache_control: cached }
      : block,
  );
