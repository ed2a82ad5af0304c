import type { CriterionResult } from "../criterion.ts";
import type { Body, Budget, Entry, Reservation, TaskBudget } from "../event.ts";
import type { CallId, Digest, Instant, ThreadId } from "../id.ts";
import { threadParts } from "../id.ts";
import { isFinishing } from "../tool.ts";

/** A `…-started` whose `…-ended` has not come. */
export interface Bracket {
  readonly kind: "model call" | "call" | "integration";
  /** Thread, call or task. */
  readonly name: string;
  readonly epoch: number;
  readonly outside: boolean;
}

export interface GradingStory {
  readonly attempt: number;
  readonly number: number;
  readonly tree: Digest;
  readonly criteria: Body<"judging-started">["criteria"];
  readonly results: Map<string, CriterionResult>;
}

export interface AttemptStory {
  readonly number: number;
  readonly start: Digest;
  status: "preparing" | "working" | "submitted" | "judging" | "judged" | "integrating" | "collided" | "ended";
  candidate: Digest | null;
  gradings: number;
  grading: GradingStory | null;
  /** The tree of the last grading when protected files were put back in it, else null. */
  restored: Digest | null;
  verdict: CriterionResult | null;
  collision: "conflict" | "regressed" | null;
}

export interface TaskStory {
  readonly id: string;
  needs: readonly string[];
  /** Criteria tried when the plan was made. */
  criteria: readonly string[];
  finished: "accepted" | "dropped" | null;
  /** The last one, ended or not. */
  attempt: AttemptStory | null;
  handoff: Digest | null;
  /** Escalations about it that wait for an answer. */
  readonly stuckBy: Set<string>;
  personAccepts: boolean;
  budget: TaskBudget;
  /** `wallMs`: while an attempt was open and nobody was asked about the task. */
  readonly spent: Omit<SpentStory, "turns" | "attempts">;
}

export interface CallStory {
  readonly id: CallId;
  readonly thread: ThreadId;
  readonly turn: number;
  readonly index: number;
  readonly tool: string;
  readonly args: Digest;
  readonly valid: boolean;
  status: "proposed" | "asking" | "cleared" | "refused" | "started" | "in-doubt" | "ended";
  try: number;
  judged: Body<"call-judged"> | null;
  approval: string | null;
  started: { readonly body: Body<"call-started">; readonly epoch: number } | null;
  /** How it ended; null while it has not, and for an effect somebody settled. */
  outcome: Body<"call-ended">["outcome"] | null;
  /** What people turned the arguments into. */
  edited: Digest | null;
}

export interface ApprovalStory {
  readonly request: Body<"approval-requested">;
  status: "open" | "granted" | "refused" | "expired" | "void" | "consumed";
  edited: Digest | null;
  until: Instant | null;
  /** Under which it may be used. */
  policy: Digest;
}

export interface ThreadStory {
  readonly id: ThreadId;
  turn: number;
  try: number;
  model: "idle" | "open" | "complete" | "failed" | "cut";
  /** The model the last call went to. */
  asked: string;
  reserved: Reservation | null;
  calls: CallStory[];
  /** Calls of this turn before this index have ended. */
  next: number;
  /** The workspace, null when nothing says what it is. */
  tree: Digest | null;
}

/** Units as in `Budget`. */
interface SpentStory {
  micros: number;
  tokens: number;
  turns: number;
  attempts: number;
  wallMs: number;
  reservedMicros: number;
  reservedTokens: number;
}

/** What a reader of the journal knows after some of its entries: made by `tell` alone. */
export interface Story {
  previous: Entry | null;
  epoch: number;
  created: Body<"run-created"> | null;
  budget: Budget | null;
  /** In force. */
  policy: Digest | null;
  head: Digest | null;
  outcome: Body<"run-ended">["outcome"] | null;
  /** The owner stopped cleanly and nobody owns the run since. */
  stopped: boolean;
  /** The run was stopped cleanly before the current owner took it. */
  afterCleanStop: boolean;
  /** Still in what `run-owned` brought with it. */
  recovering: boolean;
  /** Threads of the calls this recovery closed, and those of them it charged the crash to. */
  readonly recovered: Set<ThreadId>;
  readonly charged: Set<ThreadId>;
  readonly brackets: Map<string, Bracket>;
  planVersion: number;
  planning: "none" | "making" | "proposed" | "adopted";
  proposal: Body<"plan-proposed"> | null;
  readonly tasks: Map<string, TaskStory>;
  readonly unfinished: Set<string>;
  /** Tasks whose attempt has not ended. */
  readonly active: Set<string>;
  /** Those of them that should run alone. */
  readonly alone: Set<string>;
  readonly threads: Map<ThreadId, ThreadStory>;
  readonly calls: Map<CallId, CallStory>;
  readonly doubts: Set<CallId>;
  readonly approvals: Map<string, ApprovalStory>;
  readonly escalations: Map<
    string,
    { readonly body: Body<"escalation-raised">; status: "open" | "answered" | "moot" }
  >;
  integration: Body<"integration-started"> | null;
  goalGradings: number;
  goalGrading: GradingStory | null;
  goalVerdict: CriterionResult | null;
  personAcceptsGoal: boolean;
  /** Crashes of a thread since it last got anywhere, and how many of them while it ran alone. */
  readonly crashes: Map<ThreadId, { readonly all: number; readonly alone: number }>;
  readonly spent: SpentStory;
  /** Models that did not answer a call. */
  readonly failedModels: Set<string>;
  /** How often each note and budget was taken over, by the names of `answers.ts`. */
  readonly taken: Map<string, number>;
}

export const newStory = (): Story => ({
  previous: null,
  epoch: 0,
  created: null,
  budget: null,
  policy: null,
  head: null,
  outcome: null,
  stopped: false,
  afterCleanStop: false,
  recovering: false,
  recovered: new Set(),
  charged: new Set(),
  brackets: new Map(),
  planVersion: 0,
  planning: "none",
  proposal: null,
  tasks: new Map(),
  unfinished: new Set(),
  active: new Set(),
  alone: new Set(),
  threads: new Map(),
  calls: new Map(),
  doubts: new Set(),
  approvals: new Map(),
  escalations: new Map(),
  integration: null,
  goalGradings: 0,
  goalGrading: null,
  goalVerdict: null,
  personAcceptsGoal: false,
  crashes: new Map(),
  spent: {
    micros: 0,
    tokens: 0,
    turns: 0,
    attempts: 0,
    wallMs: 0,
    reservedMicros: 0,
    reservedTokens: 0,
  },
  failedModels: new Set(),
  taken: new Map(),
});

/** The attempt of that number while it has not ended. */
export function openAttempt(story: Story, task: string, number: number): AttemptStory | null {
  const attempt = story.tasks.get(task)?.attempt;
  return attempt?.number === number && attempt.status !== "ended" ? attempt : null;
}

export const openGrading = (story: Story, task: string | null, attempt: number): GradingStory | null =>
  task === null ? story.goalGrading : (openAttempt(story, task, attempt)?.grading ?? null);

/** Why nothing may happen in a thread now, null when what it is about is at work. */
export function closedBecause(story: Story, thread: ThreadId): string | null {
  const { role, task, attempt, number } = threadParts(thread);
  if (role === "planner") {
    return story.planning === "making" && story.planVersion === number
      ? null
      : `plan ${number} is not being made`;
  }
  if (role === "worker" && task !== null) {
    return openAttempt(story, task, attempt)?.status === "working"
      ? null
      : `attempt ${attempt} of task "${task}" is not at work`;
  }
  const grading = openGrading(story, task, attempt);
  return grading?.number === number
    ? null
    : `grading ${number} of ${task === null ? "the goal" : `task "${task}"`} is not open`;
}

/** The tree the workspace of a thread holds before its first call. */
export function treeAtStart(story: Story, thread: ThreadId): Digest | null {
  const { role, task, attempt } = threadParts(thread);
  if (role === "planner") return story.head;
  if (role === "worker" && task !== null) return openAttempt(story, task, attempt)?.start ?? null;
  return openGrading(story, task, attempt)?.tree ?? null;
}

/** What `recover` may write after `run-owned`. */
export const isRecovery = (entry: Entry): boolean =>
  entry.type === "crash-charged" ||
  (entry.type === "effect-doubted" && entry.body.why === "crash") ||
  ((entry.type === "model-ended" || entry.type === "call-ended" || entry.type === "integration-ended") &&
    entry.body.outcome === "cut");

/** Brackets an owner before the current one left open. */
export const leftOpen = (story: Story): Bracket[] =>
  [...story.brackets.values()].filter((bracket) => bracket.epoch < story.epoch);

/** Whether the last call of a thread that ended is one by which it handed something in, and was not sent back. */
export function hasHandedIn(story: Story, thread: ThreadId): boolean {
  const at = story.threads.get(thread);
  const last = at?.calls[at.next - 1];
  return last?.outcome === "ok" && isFinishing(last.tool);
}
