import type { Digest, Instant, ThreadId } from "./id.ts";
import type { Json } from "./canonical.ts";
import type { ToolSpec } from "./tool.ts";

/** One piece of a message. */
export type Part =
  | { readonly type: "text"; readonly text: string }
  /** A call the model wants. `id` is the provider's; `args` is what it sent, not yet validated; null if it was no JSON object. */
  | {
      readonly type: "call";
      readonly id: string;
      readonly tool: string;
      readonly args: Json;
      readonly raw?: string;
    }
  | { readonly type: "result"; readonly id: string; readonly text: string; readonly error: boolean }
  /** Something only its provider understands (signed thinking, reasoning items): given back verbatim. */
  | { readonly type: "opaque"; readonly provider: string; readonly value: Json };

export interface Message {
  readonly role: "user" | "assistant";
  readonly parts: readonly Part[];
}

/** Why a complete message ended. Each provider's words are mapped to these. */
export type Stop = "end" | "calls" | "length" | "refusal" | "pause" | "context-full";

/** Tokens of one model call. `input` includes what was read from and written to the provider's cache. */
export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** Price in US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** What one model call asks. Stable parts come first (system, tools, then messages), so that prompt caches hit. */
export interface ModelRequest {
  readonly thread: ThreadId;
  readonly turn: number;
  /** 1 for the first time this turn is asked; more after failures and crashes. */
  readonly try: number;
  readonly system: string;
  readonly tools: readonly ToolSpec[];
  readonly messages: readonly Message[];
  readonly maxOutputTokens: number;
  /** Absolute time at which the call is given up. */
  readonly deadline: Instant;
  /** How likely each token of the answer was is asked for, too. Only of a model that `tellsLogprobs`. */
  readonly logprobs?: true;
}

export type ModelErrorClass =
  | "rate-limit"
  | "overloaded"
  | "server"
  | "network"
  | "stalled"
  | "protocol"
  | "auth"
  | "bad-request"
  | "context-full"
  | "missing-script"
  | "wrong-model";

export interface ModelError {
  readonly class: ModelErrorClass;
  /** One line a person can act on. Never holds a key. */
  readonly message: string;
  readonly status: number | null;
  /** Milliseconds the provider asks us to wait, already capped and never negative; null when it said nothing sane. */
  readonly retryAfterMs: number | null;
  /** Of `stalled`: parts of the answer were still coming when the time for the call was over. */
  readonly wasComing?: true;
}

export type ModelResponse =
  | {
      readonly outcome: "complete";
      readonly stop: Stop;
      readonly parts: readonly Part[];
      /** null when the provider did not say; then the reservation is charged. */
      readonly usage: Usage | null;
      /** The model id the provider says it served. */
      readonly servedModel: string;
      readonly requestId: string | null;
      readonly firstTokenMs: number | null;
      /** Natural logarithms by token of its text; not there unless asked for and told. */
      readonly logprobs?: readonly number[];
    }
  | { readonly outcome: "failed"; readonly error: ModelError; readonly usage: Usage | null };

/**
 * A model behind a provider.
 *
 * Contract: `respond` never throws or rejects for anything the provider, the network or the model does;
 * that is `outcome: "failed"`. It makes exactly one request (no retries). Only a message that arrived
 * whole is `complete`: a stream that was cut is `failed`, whatever had arrived. When `signal` aborts it settles
 * promptly with class `network`.
 */
export interface Model {
  /** As in the configuration: `anthropic/<model>`. */
  readonly name: string;
  /** null: not in the price table; cost is then unknown. */
  readonly price: Price | null;
  /** It can be asked for `logprobs`. */
  readonly tellsLogprobs?: true;
  respond(request: ModelRequest, signal: AbortSignal): Promise<ModelResponse>;
}

/** A request as stored: the new messages only, and where the conversation before them is. */
export interface RequestRecord {
  readonly previous: Digest | null;
  /** The response to `previous`; null in the first turn. */
  readonly response: Digest | null;
  /** Only in the first request of a thread, later null: they do not change. */
  readonly system: string | null;
  readonly tools: readonly ToolSpec[] | null;
  readonly messages: readonly Message[];
}
