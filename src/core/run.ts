import type { Grading } from "./attempt.ts";
import { nothingSpent } from "./budget.ts";
import type { Spending } from "./budget.ts";
import type { Body, Budget, EscalationKind, Choice, Forecast, Limits, Pins, PlannedTask } from "./event.ts";
import type { CallId, Digest, Instant, RunId, ThreadId } from "./id.ts";
import type { Task } from "./task.ts";
import type { Thread } from "./thread.ts";

type Phase = "planning" | "reviewing" | "working" | "judging" | "ended";

/** A request for a person's decision about one exact action (state; ended ones leave it). */
export interface Approval {
  readonly id: string;
  readonly call: CallId;
  readonly thread: ThreadId;
  status: "open" | "granted";
  readonly body: Body<"approval-requested">;
  /** As granted: those of the request, or what the person edited. */
  args: Digest;
  /** Under which it may be used. */
  policy: Digest;
  /** When the request (open) or the grant (granted) ends; null: never. */
  until: Instant | null;
}

export interface Escalation {
  readonly id: string;
  readonly kind: EscalationKind;
  readonly task: string | null;
  readonly options: readonly Choice[];
  readonly card: Digest;
}

export interface Proposal {
  readonly version: number;
  readonly plan: Digest;
  readonly tasks: readonly PlannedTask[];
  readonly forecast: Forecast | null;
}

/** How a model fails (state), counted over all threads of a run. A model that answers has none. */
interface Circuit {
  /** In a row. */
  failures: number;
  /** The first of them. */
  readonly since: Instant;
  /** Not asked before. */
  until: Instant;
}

/** What a person said while no thread was there to hear it. `task` null: for the next worker of any. */
export interface Note {
  readonly task: string | null;
  readonly text: Digest;
}

export interface Integration {
  readonly task: string;
  readonly attempt: number;
  readonly base: Digest;
  readonly head: Digest;
  readonly candidate: Digest;
  /** Set when it ended well and the acceptance of the same batch is still to come. */
  tree: Digest | null;
}

/** Everything `decide` needs of a run. Made only by `apply`; the fold owns it, observers only read. */
export interface RunState {
  readonly id: RunId;
  seq: number;
  hash: Digest;
  epoch: number;
  at: Instant;
  readonly created: Instant;
  phase: Phase;
  outcome: "met" | "unmet" | "stopped" | null;
  readonly goal: Digest;
  readonly config: Digest;
  readonly pins: Pins;
  /** The policy in force: the pinned one, until a person changes it. */
  policy: Digest;
  readonly limits: Limits;
  readonly seed: number;
  readonly base: Digest;
  head: Digest;
  budget: Budget;
  spent: Spending;
  /** The clean stop that ended the last ownership, null while owned or after a crash. */
  stopped: Body<"run-stopped">["reason"] | null;
  /** Version of the last planning that started, and of the plan in force. */
  planVersion: number;
  plan: Digest | null;
  /** Why the last planning started, and what it was told. */
  planReason: Body<"planning-started">["reason"];
  planFeedback: Digest | null;
  replans: number;
  rejections: number;
  proposal: Proposal | null;
  /** A person's own first plan, until it was proposed or sent back. */
  ownPlan: Digest | null;
  /** A plan is to be made as soon as nothing is open. */
  replan: { readonly reason: Body<"planning-started">["reason"]; readonly feedback: Digest | null } | null;
  readonly tasks: Map<string, Task>;
  /** Pending tasks whose needs are accepted, in plan order. */
  readonly ready: Set<string>;
  /** Tasks with a living attempt. */
  readonly active: Set<string>;
  /** Pending tasks that need a dropped one: they can never become ready. */
  readonly orphaned: Set<string>;
  /** Pending tasks whose attempts are used up: replanned or escalated. */
  readonly exhausted: Set<string>;
  /** Tasks neither accepted nor dropped. */
  unfinished: number;
  readonly threads: Map<ThreadId, Thread>;
  /** Models that fail, by name. */
  readonly circuits: Map<string, Circuit>;
  readonly approvals: Map<string, Approval>;
  /** Effects in doubt, and how each may be looked up. */
  readonly doubts: Map<CallId, Digest | null>;
  /** Of the latest calls that were judged, whether a person was asked: see core/fatigue.ts. */
  asked: boolean[];
  readonly escalations: Map<string, Escalation>;
  integration: Integration | null;
  gradings: number;
  goalInvalids: number;
  grading: Grading | null;
  /** The goal's last verdict failed and no plan or person has answered it yet. */
  goalUnmet: { readonly feedback: Digest | null } | null;
  /** Ended as soon as nothing is open. */
  ending: "met" | "unmet" | "stopped" | null;
  notes: Note[];
  /** Notes and budgets of people taken over from `answers` so far. */
  notesTaken: number;
  budgetsTaken: number;
}

export function newRun(id: RunId, at: Instant, body: Body<"run-created">): RunState {
  return {
    id,
    seq: 0,
    hash: "",
    epoch: 0,
    at,
    created: at,
    phase: "planning",
    outcome: null,
    goal: body.goal,
    config: body.config,
    pins: body.pins,
    policy: body.pins.policy,
    limits: body.limits,
    seed: body.seed,
    base: body.base,
    head: body.base,
    budget: body.budget,
    spent: nothingSpent(),
    stopped: null,
    planVersion: 0,
    plan: null,
    planReason: "start",
    planFeedback: null,
    replans: 0,
    rejections: 0,
    proposal: null,
    ownPlan: body.plan,
    replan: { reason: "start", feedback: null },
    tasks: new Map(),
    ready: new Set(),
    active: new Set(),
    orphaned: new Set(),
    exhausted: new Set(),
    unfinished: 0,
    threads: new Map(),
    circuits: new Map(),
    approvals: new Map(),
    doubts: new Map(),
    asked: [],
    escalations: new Map(),
    integration: null,
    gradings: 0,
    goalInvalids: 0,
    grading: null,
    goalUnmet: null,
    ending: null,
    notes: [],
    notesTaken: 0,
    budgetsTaken: 0,
  };
}

export const waitsForPerson = (run: RunState): boolean =>
  run.escalations.size > 0 ||
  run.doubts.size > 0 ||
  run.phase === "reviewing" ||
  [...run.approvals.values()].some((approval) => approval.status === "open");
