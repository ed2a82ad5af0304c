import type { Json } from "../canonical.ts";
import type { Digest, Instant, RunId } from "../id.ts";

/** Text that a trace may show: only its name is known here, who exports reads (or leaves out) what it names. */
export type Content =
  | { readonly digest: Digest; readonly form: "text" | "json" }
  /** Said in the journal itself: no text of a model, tool or file. */
  | { readonly plain: string };

/** Kinds as Langfuse names them (lower case, `langfuse.observation.type`). */
export type SpanKind = "span" | "agent" | "tool" | "generation" | "guardrail" | "evaluator" | "event";

/** Tokens as the server counts them: `input` without what came out of a cache or was written into one. */
export interface SpanUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** One observation of a trace. The same entries make the same spans, to the last id: to send one again changes nothing. */
export interface TraceSpan {
  readonly type: "span";
  /** 32 hex digits, the same for all of a run. */
  readonly trace: string;
  /** 16 hex digits. */
  readonly id: string;
  readonly parent: string | null;
  readonly kind: SpanKind;
  readonly name: string;
  readonly start: Instant;
  /** Of one that is open still: when it was last told of. */
  readonly end: Instant;
  readonly isOpen: boolean;
  readonly level: "DEFAULT" | "WARNING" | "ERROR";
  /** Why the level, as far as no text of models, tools or files says it: an outcome, the class of an error. */
  readonly status: string | null;
  readonly input: Content | null;
  readonly output: Content | null;
  readonly generation: Generation | null;
  /** Numbers, names, digests: nothing that a model, a tool or a file said. */
  readonly metadata: Readonly<Record<string, Json>>;
}

export interface Generation {
  readonly model: string;
  readonly servedModel: string | null;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly usage: SpanUsage | null;
  /** null: the price is unknown. */
  readonly micros: number | null;
  /** When the first token came. */
  readonly firstToken: Instant | null;
  readonly prompt: { readonly name: string; readonly version: number | null; readonly digest: Digest } | null;
}

/** What was judged, as a score of a trace or of one of its observations. */
export interface TraceScore {
  readonly type: "score";
  readonly id: string;
  readonly trace: string;
  readonly span: string | null;
  readonly name: string;
  readonly value: number | string;
  readonly dataType: "NUMERIC" | "BOOLEAN" | "CATEGORICAL";
  readonly comment: Content | null;
  readonly at: Instant;
}

/** What is said of a whole trace. */
export interface TraceHead {
  readonly type: "trace";
  readonly trace: string;
  readonly run: RunId;
  readonly name: string;
  readonly session: string;
  readonly tags: readonly string[];
  readonly input: Content | null;
  readonly output: Content | null;
  readonly metadata: Readonly<Record<string, Json>>;
}

export type TraceItem = TraceHead | TraceSpan | TraceScore;
