import type { Json } from "../canonical.ts";
import type { Sha256 } from "../chain.ts";
import type { Body, Envelope, EventType, PlannedTask } from "../event.ts";
import type { CallId, Digest, Instant, RunId } from "../id.ts";
import type { Content, Generation, SpanKind, TraceItem, TraceSpan } from "./item.ts";

/** A span that has begun and not ended (state). */
export interface OpenSpan {
  readonly id: string;
  readonly parent: string | null;
  readonly kind: SpanKind;
  readonly name: string;
  readonly start: Instant;
  level: TraceSpan["level"];
  status: string | null;
  input: Content | null;
  output: Content | null;
  generation: Generation | null;
  metadata: Readonly<Record<string, Json>>;
  /** Keys of open spans that end with this one at the latest. */
  readonly children: Set<string>;
}

/** What is known of a tool call that has not ended. */
export interface ToolCall {
  readonly tool: string;
  readonly args: Digest;
  readonly valid: boolean;
  judged: Body<"call-judged"> | null;
  /** The last approval that was asked for. */
  approval: string | null;
}

/** One grading: when what is judged next began. */
export interface Judging {
  readonly types: ReadonlyMap<string, string>;
  since: Instant;
  /** When a criterion was last judged. */
  last: Instant;
}

/** How much there was of everything, for the summary. */
interface Totals {
  attempts: number;
  calls: number;
  micros: number;
  /** Calls whose price is unknown. */
  unpriced: number;
}

/** What the fold remembers of the entries so far (state). */
export interface Telling {
  readonly run: RunId;
  readonly trace: string;
  readonly sha256: Sha256;
  readonly created: Body<"run-created">;
  /** By key; a key may be used again when its span has ended. */
  readonly open: Map<string, OpenSpan>;
  /** The id of the last span of each key that was shown when it began. */
  readonly ids: Map<string, string>;
  /** Of the last proposal, by id. */
  planned: ReadonlyMap<string, PlannedTask>;
  /** Every task of a plan that was adopted. */
  readonly tasks: Map<string, "open" | "accepted" | "dropped">;
  readonly calls: Map<CallId, ToolCall>;
  /** By task; "" is the goal. */
  readonly judgings: Map<string, Judging>;
  /** Open ones, with the task each is about. */
  readonly escalations: Map<string, string | null>;
  readonly totals: Totals;
  /** Why nobody owns the run; null: somebody does, or its owner died. */
  stopped: Body<"run-stopped">["reason"] | null;
  /** What ended the ownership before, while the new owner closes what it left open. */
  recovering: "crash" | "stop" | null;
  /** Of the entry before. */
  at: Instant;
}

export type EntryOf<T extends EventType> = { readonly type: T; readonly body: Body<T> } & Envelope;

/** The items an entry makes; `silent`: why it makes none. */
export type Teller<T extends EventType> =
  | ((telling: Telling, entry: EntryOf<T>) => readonly TraceItem[])
  | { readonly silent: string };
export type Tellers<T extends EventType> = { readonly [K in T]: Teller<K> };

export const newTelling = (entry: EntryOf<"run-created">, sha256: Sha256): Telling => ({
  run: entry.run,
  // Ids of runs are short, and projects share a server: the hash of the first entry is this run's alone.
  trace: sha256(`trace ${entry.run} ${entry.hash}`).slice(0, 32),
  sha256,
  created: entry.body,
  open: new Map(),
  ids: new Map(),
  planned: new Map(),
  calls: new Map(),
  judgings: new Map(),
  escalations: new Map(),
  tasks: new Map(),
  totals: { attempts: 0, calls: 0, micros: 0, unpriced: 0 },
  stopped: null,
  recovering: null,
  at: entry.at,
});
