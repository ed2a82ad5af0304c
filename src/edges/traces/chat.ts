import type { Json } from "../../core/canonical.ts";
import type { Message, Part, RequestRecord } from "../../core/model.ts";

/** What a model was asked or answered, as stored: the new messages of a turn. */
interface Spoken {
  readonly system: string | null;
  readonly tools: Json | null;
  readonly messages: readonly Message[];
}

/**
 * A stored request or response as the chat messages that Langfuse shows as a conversation. A text that is none (cut, or
 * of another version) stays as it is.
 */
export function asChat(text: string, role: "input" | "output"): string {
  const spoken = spokenIn(text);
  if (spoken === null) return text;
  const messages = [
    ...(spoken.system === null ? [] : [{ role: "system", content: spoken.system }]),
    ...spoken.messages.flatMap(chatMessages),
  ];
  if (role === "output") return JSON.stringify(messages.length === 1 ? messages[0] : messages);
  return JSON.stringify(spoken.tools === null ? messages : { messages, tools: spoken.tools });
}

/** Attributes of the same by the GenAI semantic conventions. */
export function asGenAi(text: string, role: "input" | "output"): Record<string, string> {
  const spoken = spokenIn(text);
  if (spoken === null) return { [`gen_ai.${role}.messages`]: JSON.stringify([plainMessage(role, text)]) };
  const { system, tools, messages } = spoken;
  return {
    ...(system === null
      ? {}
      : { "gen_ai.system_instructions": JSON.stringify([{ type: "text", content: system }]) }),
    ...(tools === null ? {} : { "gen_ai.tool.definitions": JSON.stringify(tools) }),
    [`gen_ai.${role}.messages`]: JSON.stringify(
      messages.map((message) => ({ role: message.role, parts: message.parts.map(genAiPart) })),
    ),
  };
}

const plainMessage = (role: "input" | "output", content: string): Json => ({
  role: role === "input" ? "user" : "assistant",
  parts: [{ type: "text", content }],
});

function spokenIn(text: string): Spoken | null {
  const value = objectIn(text);
  if (value === null) return null;
  if (isParts(value["parts"]))
    return { system: null, tools: null, messages: [{ role: "assistant", parts: value["parts"] }] };
  const { messages } = value;
  if (!Array.isArray(messages) || !messages.every(isMessage)) return null;
  const { system, tools } = value as Partial<RequestRecord>;
  return {
    system: typeof system === "string" ? system : null,
    tools: Array.isArray(tools) ? (tools as Json) : null,
    messages,
  };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const isMessage = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && isParts((value as Partial<Message>).parts);

const kinds: ReadonlySet<string> = new Set<Part["type"]>(["text", "call", "result", "opaque"]);

const isParts = (value: unknown): value is readonly Part[] =>
  Array.isArray(value) &&
  value.every((part: unknown) => kinds.has((part as Partial<Part> | null)?.type ?? ""));

/** One of ours may be several there: each result of a call is a message of its own. */
function chatMessages({ role, parts }: Message): readonly Json[] {
  const content = parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
  const calls = parts.flatMap((part) => (part.type === "call" ? [chatCall(part)] : []));
  const results = parts.flatMap((part) =>
    part.type === "result" ? [{ role: "tool", tool_call_id: part.id, content: part.text }] : [],
  );
  if (results.length > 0 && content === "" && calls.length === 0) return results;
  return [...results, { role, content, ...(calls.length === 0 ? {} : { tool_calls: calls }) }];
}

const chatCall = ({ id, tool, args, raw }: Extract<Part, { type: "call" }>): Json => ({
  id,
  type: "function",
  function: { name: tool, arguments: raw ?? JSON.stringify(args) },
});

function genAiPart(part: Part): Json {
  switch (part.type) {
    case "text":
      return { type: "text", content: part.text };
    case "call":
      return { type: "tool_call", id: part.id, name: part.tool, arguments: part.args };
    case "result":
      return { type: "tool_call_response", id: part.id, response: part.text };
    case "opaque":
      return { type: "reasoning", content: "" };
  }
}
