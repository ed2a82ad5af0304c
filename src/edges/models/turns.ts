import type { Message, Part } from "../../core/model.ts";
import { safeText } from "./safe-text.ts";

/** What stands where a provider wants text and there is none. */
const nothing = "(empty)";

/**
 * A conversation as every provider takes it: roles alternate; results come before text; no text is blank;
 * opaque parts of other providers are left out; no message is empty or ends in an opaque part.
 */
export const turnsOf = (messages: readonly Message[], provider: string): readonly Message[] =>
  merged(messages).map(({ role, parts }) => ({ role, parts: speakable(resultsFirst(parts), provider) }));

function merged(messages: readonly Message[]): readonly Message[] {
  const turns: Message[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.role !== message.role) turns.push(message);
    else turns[turns.length - 1] = { role: last.role, parts: [...last.parts, ...message.parts] };
  }
  return turns;
}

const resultsFirst = (parts: readonly Part[]): readonly Part[] => [
  ...parts.filter(({ type }) => type === "result"),
  ...parts.filter(({ type }) => type !== "result"),
];

function speakable(parts: readonly Part[], provider: string): readonly Part[] {
  const kept = parts.flatMap((part) => spoken(part, provider));
  const last = kept.at(-1);
  return last === undefined || last.type === "opaque" ? [...kept, { type: "text", text: nothing }] : kept;
}

function spoken(part: Part, provider: string): readonly Part[] {
  switch (part.type) {
    case "text":
      return isBlank(part.text) ? [] : [{ ...part, text: safeText(part.text) }];
    case "result":
      return [{ ...part, text: isBlank(part.text) ? nothing : safeText(part.text) }];
    case "call":
      return [{ ...part, tool: plainName(part.tool) }];
    case "opaque":
      return part.provider === provider ? [part] : [];
  }
}

const isBlank = (text: string): boolean => safeText(text).trim() === "";

/** A model may have called what is no tool at all; a name no provider takes would spoil the whole conversation. */
const plainName = (tool: string): string => tool.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64) || "unnamed";
