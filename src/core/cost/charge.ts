import type { Body, Entry, Reservation } from "../event.ts";
import { threadParts } from "../id.ts";
import type { Digest, Instant, Role, RunId, ThreadId, ThreadParts } from "../id.ts";

/** What models read and wrote. `input` includes `cached`, which the provider had read before. */
export interface Tokens {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/**
 * What money of a run went for. A worker's calls: as its attempt ended, `inWork` while it has not. An evaluator's calls
 * are judging, of whatever they judged.
 */
export const purposes = ["accepted", "rejected", "inWork", "planning", "judging"] as const;
export type Purpose = (typeof purposes)[number];

/** Why a call is charged what was reserved for it: it was cut, or nobody counted its tokens. */
type Guess = "cut" | "uncounted";

/** What one model call that has ended is charged. */
export interface Charge {
  readonly run: RunId;
  /** When it ended. */
  readonly at: Instant;
  readonly role: Role;
  /** That it worked for, as its worker or as a judge of it. */
  readonly task: string | null;
  readonly attempt: number;
  /** As it was asked, by its full name. */
  readonly model: string;
  /** The prompt of its role, as the run pinned it; null: it pinned none. */
  readonly prompt: Digest | null;
  readonly purpose: Purpose;
  readonly outcome: Body<"model-ended">["outcome"];
  /** null: the price is unknown. */
  readonly micros: number | null;
  readonly tokens: Tokens;
  readonly guess: Guess | null;
}

export interface Charges {
  readonly charges: readonly Charge[];
  /** What is reserved for calls that have not ended: each is charged that or less. */
  readonly open: readonly Reservation[];
}

/** Sees the entries of one run in order; tells at any time what it was charged so far. */
export interface ChargeFold {
  see(entry: Entry): void;
  told(): Charges;
}

export function chargeFold(): ChargeFold {
  const seen: Seen = { prompts: {}, open: new Map(), ended: [], outcomes: new Map() };
  return {
    see: (entry) => note(entry, seen),
    told: () => ({
      charges: seen.ended.map((call) => ({ ...call, purpose: purposeOf(call, seen.outcomes) })),
      open: [...seen.open.values()].map(({ reserved }) => reserved),
    }),
  };
}

type Ended = Omit<Charge, "purpose">;
type Outcome = Body<"attempt-ended">["outcome"];

interface Seen {
  prompts: Readonly<Record<string, Digest>>;
  readonly open: Map<ThreadId, Body<"model-started">>;
  readonly ended: Ended[];
  /** Of attempts that have ended. */
  readonly outcomes: Map<string, Outcome>;
}

function note(entry: Entry, seen: Seen): void {
  switch (entry.type) {
    case "run-created":
      seen.prompts = entry.body.pins.prompts;
      return;
    case "model-started":
      seen.open.set(entry.body.thread, entry.body);
      return;
    case "model-ended":
      seen.ended.push(endedCall(entry, entry.body, seen));
      seen.open.delete(entry.body.thread);
      return;
    case "attempt-ended":
      seen.outcomes.set(attemptKey(entry.body), entry.body.outcome);
      return;
    default:
  }
}

function endedCall({ run, at }: Entry, body: Body<"model-ended">, { prompts, open }: Seen): Ended {
  const { role, task, attempt } = threadParts(body.thread);
  const started = open.get(body.thread);
  if (started === undefined) throw new Error(`run ${run}: a call of ${body.thread} ends that did not start`);
  return {
    run,
    at,
    role,
    task,
    attempt,
    model: started.model,
    prompt: prompts[role] ?? null,
    outcome: body.outcome,
    micros: body.charged.micros,
    tokens: tokensOf(body),
    guess: guessOf(body),
  };
}

/** What the provider counted; where it did not say, what was charged. */
const tokensOf = ({ usage, charged }: Body<"model-ended">): Tokens => ({
  input: usage?.input ?? charged.input,
  cached: usage?.cacheRead ?? 0,
  output: usage?.output ?? charged.output,
});

/** What failed before anything was counted costs nothing, and is no guess. */
function guessOf({ outcome, usage, charged }: Body<"model-ended">): Guess | null {
  if (usage !== null || charged.input + charged.output === 0) return null;
  return outcome === "cut" ? "cut" : "uncounted";
}

function purposeOf(call: Ended, outcomes: ReadonlyMap<string, Outcome>): Purpose {
  if (call.role === "planner") return "planning";
  if (call.role === "evaluator") return "judging";
  const outcome = outcomes.get(attemptKey(call));
  if (outcome === undefined) return "inWork";
  return outcome === "accepted" ? "accepted" : "rejected";
}

const attemptKey = ({ task, attempt }: Pick<ThreadParts, "task" | "attempt">): string => `${task}/${attempt}`;
