import type { ModelErrorClass, Part, Stop, Usage } from "../../core/model.ts";

/** A message that arrived whole, as our nouns. */
export interface Whole {
  readonly stop: Stop;
  readonly parts: readonly Part[];
  readonly usage: Usage | null;
  /** "" when the provider did not say. */
  readonly servedModel: string;
  /** Of each token of its text; not there where none are told. */
  readonly logprobs?: readonly number[];
}

/** Why a stream of events is no whole message. */
export interface Wrong {
  readonly wrong: ModelErrorClass;
  readonly message: string;
}

/** The events are not those of a message. */
export const garbled = (message: string): Wrong => ({
  wrong: "protocol",
  message: `the answer makes no sense: ${message}`,
});

/** An index a provider sent, which may be anything at all. */
export const shown = (value: unknown): string =>
  typeof value === "number" || typeof value === "string" ? String(value) : typeof value;

/** The stream ended, politely, before the message did. */
export const cutOff: Wrong = { wrong: "network", message: "the answer was cut off before its end" };

/**
 * Providers disagree on how a message ends that calls tools, and may call none where they say so: what counts is
 * whether there are calls. Other ends (length, refusal, …) stand as they are.
 */
export function stopOf(said: Stop, parts: readonly Part[]): Stop {
  if (said !== "end" && said !== "calls") return said;
  return parts.some(({ type }) => type === "call") ? "calls" : "end";
}

/** A refusal may cut an answer anywhere: what it had called by then is not to be done, nor its thoughts sent back. */
export const keptParts = ({ stop, parts }: Whole): readonly Part[] =>
  stop === "refusal" ? parts.filter(({ type }) => type === "text") : parts;
