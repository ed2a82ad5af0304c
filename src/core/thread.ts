import type { Body, Reservation } from "./event.ts";
import type { CallId, Digest, Instant, Role, ThreadId } from "./id.ts";
import type { Stop } from "./model.ts";
import type { Reach } from "./tool.ts";

/** Where a call stands. `in-doubt` only with reach outside. */
type CallStatus = "proposed" | "asking" | "cleared" | "started" | "in-doubt" | "ended";

/** A tool call of a thread's current turn (state: generated, never written by people). */
export interface Call {
  readonly index: number;
  readonly tool: string;
  args: Digest;
  readonly valid: boolean;
  status: CallStatus;
  /** 1, and one more each time it was cut by a crash. */
  try: number;
  /** Approvals asked for so far: numbers their ids. */
  asked: number;
  /** What the policy said for this try; null until judged. */
  decision: "allow" | "ask" | "refuse" | null;
  reach: Reach;
  /** What it may reach; empty before it is started. */
  hosts: readonly string[];
  /** How its effect is looked up, were it in doubt. */
  probe: Digest | null;
  approval: string | null;
  /** The workspace it started from; null before. */
  tree: Digest | null;
  /** The text the model is shown; null until ended. */
  result: Digest | null;
  /** Ended, and not well. */
  failed: boolean;
  /** A person changed its arguments. */
  edited: boolean;
}

type ModelCallStatus = "idle" | "open" | "complete" | "failed" | "cut";

/** An open conversation. Closed threads leave the state: the journal has them. */
export interface Thread {
  readonly id: ThreadId;
  readonly role: Role;
  readonly task: string | null;
  /** The last turn that was started, 0 before the first. */
  turn: number;
  try: number;
  model: ModelCallStatus;
  /** The model the last call went to; null before the first. */
  asked: string | null;
  request: Digest | null;
  response: Digest | null;
  stop: Stop | null;
  /** Model or provider said that nothing more fits, and the context was not made smaller since. */
  isFull: boolean;
  reserved: Reservation | null;
  retryAt: Instant | null;
  /** Tries of this turn that failed and may have cost; one that no further try can mend counts as all there may be. */
  failures: number;
  /** All failed tries of this turn: each waits longer. */
  waits: number;
  lastError: string | null;
  /** Bytes of the conversation as last sent, and the tokens the provider counted for them. */
  bytes: number;
  counted: { readonly bytes: number; readonly tokens: number } | null;
  calls: Call[];
  /** Calls before this index have ended. */
  next: number;
  /** The workspace after the last call that ended. */
  tree: Digest;
  /** A call that ended may have brought text of the network into the conversation. */
  isTainted: boolean;
  /** Turns in a row without a call. */
  silences: number;
  /** How often the last call came in a row with the same result. */
  repeats: number;
  lastCall: string | null;
  /** Calls with their results, as signatures; and turns in a row that brought no new one. */
  readonly seen: Set<string>;
  isTurnNew: boolean;
  stale: number;
  /** Kept output of calls that ended, by `turn/index`. */
  readonly outputs: Map<string, Digest>;
  /** Notes of people not yet shown. */
  notes: Digest[];
  /** Turns up to this one had their tool output left out. */
  compactedThrough: number;
  /** Closed crashes since the last progress, all and alone. */
  crashes: number;
  crashesAlone: number;
}

export const newThread = (id: ThreadId, role: Role, task: string | null, tree: Digest): Thread => ({
  id,
  role,
  task,
  turn: 0,
  try: 0,
  model: "idle",
  asked: null,
  request: null,
  response: null,
  stop: null,
  isFull: false,
  reserved: null,
  retryAt: null,
  failures: 0,
  waits: 0,
  lastError: null,
  bytes: 0,
  counted: null,
  calls: [],
  next: 0,
  tree,
  isTainted: false,
  silences: 0,
  repeats: 0,
  lastCall: null,
  seen: new Set(),
  isTurnNew: false,
  stale: 0,
  outputs: new Map(),
  notes: [],
  compactedThrough: 0,
  crashes: 0,
  crashesAlone: 0,
});

/** The call that is first in line, null when all of the turn have ended. */
export const currentCall = (thread: Thread): Call | null => thread.calls[thread.next] ?? null;

/** The outcome of a call that did nothing, to be filled in. */
export const unrun = (call: CallId, attempt: number): Body<"call-ended"> => ({
  call,
  try: attempt,
  outcome: "ok",
  exit: null,
  result: null,
  output: null,
  dropped: 0,
  tree: null,
  effect: null,
  ms: 0,
});

/** The last turn that has an answer: one whose model call failed has none. */
export const answeredTurn = (thread: Thread): number =>
  thread.model === "complete" ? thread.turn : Math.max(0, thread.turn - 1);

/** How many of the newest turns keep their tool output; fewer only where the model says that nothing more fits. */
export const keptTurns = [3, 1, 0] as const;
