import { z } from "zod";
import { criterionResult } from "./criterion.ts";
import { callId, digest, runId, safeId, threadId } from "./id.ts";
import type { Digest, Instant, RunId } from "./id.ts";
import { risks } from "./tool.ts";

/**
 * The event union: everything that can happen to a run, and the only thing that is stored of it.
 * A body carries what `decide` needs; text of models, tools and files is named by digest.
 * Fields marked `volatile` (times, durations, usage, request ids, who) differ between two runs that
 * did the same; `meaning` leaves them out.
 */
const volatileFields = new WeakSet<z.ZodType>();
function volatile<T extends z.ZodType>(schema: T): T {
  const marked = schema.clone();
  volatileFields.add(marked);
  return marked;
}

const count = z.int().min(0);
const instant = z.number();
const name = z.string().max(200);

/** Who did it: a person, a rule a person wrote, or the harness by itself. */
export const by = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("person"), user: name, tty: name.nullable() }),
  z.strictObject({ type: z.literal("rule"), id: name }),
  z.strictObject({ type: z.literal("harness") }),
]);
export type By = z.infer<typeof by>;
export const harness: By = { type: "harness" };

/**
 * Ceilings of a run; null means none. `micros`: millionths of a US dollar. `tokens`: input + output.
 * `wallMs`: time owned by a living process. `turns`: model calls. `attempts`: attempts started.
 */
export const budget = z.strictObject({
  micros: count.nullable(),
  tokens: count.nullable(),
  wallMs: count.nullable(),
  turns: count.nullable(),
  attempts: count.nullable(),
});
export type Budget = z.infer<typeof budget>;

/** Ceilings of one task, counted over all its attempts and gradings; units as in `budget`. */
const taskBudget = z.strictObject({
  micros: count.nullable(),
  tokens: count.nullable(),
  wallMs: count.nullable(),
});
export type TaskBudget = z.infer<typeof taskBudget>;

/** From low to high. */
const range = z.tuple([count, count]);

/** What a plan may take: money (null: prices are unknown), tokens, time at work in ms. */
const forecast = z.strictObject({ micros: range.nullable(), tokens: range, ms: range });
export type Forecast = z.infer<typeof forecast>;

/** The numbers that steer a run, pinned at its start. */
const limits = z.strictObject({
  concurrency: z.int().min(1).max(64).describe("attempts at work at once"),
  attempts: z.int().min(1).describe("attempts of a task before it is replanned or escalated"),
  turns: z.int().min(1).describe("turns of one thread"),
  replans: count.describe("plans the harness may ask for by itself after the first"),
  rejections: count.describe("times a plan goes back to the planner before a person is asked"),
  gradings: z.int().min(1).describe("gradings of one result while the judging itself breaks"),
  tries: z.int().min(1).describe("tries of one model call"),
  collisions: count.describe("conflicts of a task before it runs alone"),
  repeats: z.int().min(2).describe("identical calls with identical results before an attempt is given up"),
  stale: z.int().min(1).describe("turns in a row that bring nothing new before an attempt is given up"),
  silences: z.int().min(1).describe("turns in a row without a tool call before a thread is given up"),
  breaker: z.int().min(1).describe("failures in a row of a model that open its circuit"),
  outageMs: count.describe("how long a model that does not answer is waited for, in ms"),
  crashes: z.int().min(1).describe("crashes alone before a call is quarantined"),
  outputTokens: z.int().min(1).describe("most tokens of one answer, thinking included"),
  compactAt: count.describe("input tokens at which old tool output is left out of a thread"),
  review: z.boolean().describe("whether a person reviews the plan"),
  task: taskBudget.describe("ceilings of each task, unless its plan sets lower ones"),
});
export type Limits = z.infer<typeof limits>;

const pins = z.strictObject({
  harness: name,
  prompts: z.record(z.string(), digest),
  rubrics: z.record(z.string(), digest),
  models: z.strictObject({ planner: name, worker: name, evaluator: name, fallback: name.nullable() }),
  policy: digest,
  image: name,
  profile: name,
  capabilities: digest,
  prices: digest,
});
export type Pins = z.infer<typeof pins>;

const reservation = z.strictObject({ micros: count.nullable(), input: count, output: count });
export type Reservation = z.infer<typeof reservation>;

const usage = z.strictObject({ input: count, output: count, cacheRead: count, cacheWrite: count });

const plannedTask = z.strictObject({
  id: safeId,
  needs: z.array(safeId),
  spec: digest,
  attempts: z.int().min(1),
  turns: z.int().min(1),
  budget: taskBudget,
});
export type PlannedTask = z.infer<typeof plannedTask>;

const result = z.strictObject({ criterion: safeId, result: criterionResult });
const judged = { task: safeId.nullable(), attempt: count, grading: z.int().min(1) };
const call = { call: callId, try: z.int().min(1) };

const escalationKind = z.enum([
  "plan",
  "attempts",
  "judging",
  "conflict",
  "quarantine",
  "budget",
  "goal",
  "fatigue",
  "outage",
]);
export type EscalationKind = z.infer<typeof escalationKind>;
export const choice = z.enum(["retry", "accept", "replan", "drop", "raise", "stop"]);
export type Choice = z.infer<typeof choice>;

/** The body of every event, by type. Its version is in `versions`. */
export const bodies = {
  "run-created": z.strictObject({
    kind: z.enum(["goal", "case"]),
    goal: digest,
    config: digest,
    base: digest,
    pins,
    limits,
    budget,
    seed: count,
    parent: z.strictObject({ run: runId, seq: count }).nullable(),
    plan: digest.nullable().describe("a person's own first plan"),
  }),
  "run-owned": z.strictObject({
    host: volatile(name),
    pid: volatile(count),
    boot: volatile(name),
    harness: name,
  }),
  "policy-changed": z.strictObject({
    policy: digest,
    keeps: name.nullable().describe("the grant that was given together with the rule, and holds on"),
    by,
  }),
  "run-stopped": z.strictObject({ reason: z.enum(["signal", "asked", "person", "outage", "sandbox"]), by }),
  "budget-changed": z.strictObject({ task: safeId.nullable(), budget, by }),
  "note-added": z.strictObject({ thread: threadId.nullable(), text: digest, by }),
  "run-ended": z.strictObject({
    outcome: z.enum(["met", "unmet", "stopped"]),
    head: digest,
    grading: count,
  }),
  "planning-started": z.strictObject({
    version: z.int().min(1),
    reason: z.enum(["start", "rejected", "task-stuck", "goal-unmet", "person"]),
    feedback: digest.nullable(),
  }),
  "plan-proposed": z.strictObject({
    version: z.int().min(1),
    plan: digest,
    tasks: z.array(plannedTask),
    baseline: z.array(z.strictObject({ task: safeId, ...result.shape })),
    forecast: volatile(forecast.nullable()),
    by: by.describe("harness: the planner's; a person's own or edited plan"),
  }),
  "plan-rejected": z.strictObject({ version: z.int().min(1), errors: digest, by }),
  "plan-adopted": z.strictObject({
    version: z.int().min(1),
    added: z.array(safeId),
    changed: z.array(safeId),
    dropped: z.array(safeId),
    by,
    reason: name,
  }),
  "attempt-started": z.strictObject({
    task: safeId,
    attempt: z.int().min(1),
    start: digest,
    handoffs: z.array(z.strictObject({ task: safeId, handoff: digest })),
    feedback: digest.nullable(),
    alone: z.boolean(),
  }),
  "baseline-recorded": z.strictObject({
    task: safeId,
    attempt: z.int().min(1),
    results: z.array(result),
    satisfied: z.boolean(),
  }),
  "model-started": z.strictObject({
    thread: threadId,
    turn: z.int().min(1),
    try: z.int().min(1),
    model: name,
    request: digest,
    bytes: count.describe("of the whole conversation as sent, for the next reservation"),
    notes: count.describe("notes of people that this request is the first to hold"),
    reserved: volatile(reservation),
    deadline: volatile(instant),
  }),
  "model-ended": z.strictObject({
    thread: threadId,
    turn: z.int().min(1),
    try: z.int().min(1),
    outcome: z.enum(["complete", "failed", "cut"]),
    response: digest.nullable(),
    stop: z.enum(["end", "calls", "length", "refusal", "pause", "context-full"]).nullable(),
    servedModel: name.nullable(),
    usage: volatile(usage.nullable()),
    charged: volatile(reservation),
    error: z.strictObject({ class: name, message: name }).nullable(),
    retryAt: volatile(instant.nullable()),
    firstTokenMs: volatile(count.nullable()),
    calls: z.array(z.strictObject({ index: count, tool: name, args: digest, valid: z.boolean() })).max(64),
  }),
  "model-held": z.strictObject({
    thread: threadId,
    model: name,
    until: volatile(instant),
  }),
  "context-compacted": z.strictObject({
    thread: threadId,
    throughTurn: z.int().min(1),
    summary: digest,
    saved: count,
  }),
  "call-judged": z.strictObject({
    ...call,
    risk: z.enum(risks),
    reach: z.enum(["sandbox", "outside"]),
    decision: z.enum(["allow", "ask", "refuse"]),
    rule: name.nullable(),
    because: digest,
  }),
  "approval-requested": z.strictObject({
    approval: name,
    ...call,
    card: digest,
    tool: name,
    args: digest,
    cwd: name,
    image: name,
    tree: digest.nullable(),
    policy: digest,
    expires: volatile(instant.nullable()),
  }),
  "approval-decided": z.strictObject({
    approval: name,
    answer: z.enum(["grant", "grant-edited", "refuse", "expire", "void"]),
    edited: digest.nullable(),
    note: digest.nullable(),
    until: volatile(instant.nullable().describe("when a grant expires")),
    by,
  }),
  "call-started": z.strictObject({
    ...call,
    tool: name,
    args: digest,
    reach: z.enum(["sandbox", "outside"]),
    cwd: name,
    image: name,
    policy: digest,
    tree: digest.nullable(),
    approval: name.nullable(),
    key: name.nullable().describe("idempotency key passed on to the target"),
    probe: digest.nullable(),
    hosts: z.array(name).max(100).describe("what it may reach from its sandbox"),
    deadline: volatile(instant),
  }),
  "call-ended": z.strictObject({
    ...call,
    outcome: z.enum(["ok", "error", "timeout", "flood", "oom", "full", "refused", "cut"]),
    exit: z.int().nullable(),
    result: digest.nullable().describe("the text the model is shown; null only when cut"),
    output: digest.nullable().describe("all output that was kept"),
    dropped: volatile(count.describe("bytes of output not kept")),
    tree: digest.nullable().describe("the workspace after the call; null: unchanged"),
    effect: z.enum(["done", "failed"]).nullable(),
    ms: volatile(count),
  }),
  "effect-doubted": z.strictObject({ call: callId, why: z.enum(["crash", "timeout", "reset"]) }),
  "effect-settled": z.strictObject({
    call: callId,
    finding: z.enum(["happened", "did-not", "skip"]),
    evidence: digest.nullable(),
    result: digest.describe("the text the model is shown"),
    by,
  }),
  "egress-denied": z.strictObject({ thread: threadId, host: name, port: count, count }),
  "attempt-submitted": z.strictObject({
    task: safeId,
    attempt: z.int().min(1),
    submission: digest.nullable(),
    candidate: digest,
    by: z.enum(["worker", "harness"]),
  }),
  "judging-started": z.strictObject({
    ...judged,
    tree: digest,
    /** Protected files that were put back, with the blob that lists them: then `tree` is not the candidate. */
    restored: z.strictObject({ count: z.int().min(1), list: digest }).nullable(),
    criteria: z.array(z.strictObject({ id: safeId, type: z.enum(["command", "file", "rubric"]) })),
    image: name,
  }),
  "criterion-judged": z.strictObject({
    ...judged,
    criterion: safeId,
    result: criterionResult,
    score: z.number().min(0).max(1).nullable(),
    exit: z.int().nullable(),
    explanation: digest,
    output: digest.nullable(),
  }),
  "verdict-given": z.strictObject({
    ...judged,
    verdict: criterionResult,
    explanation: digest,
    feedback: digest.nullable(),
  }),
  "integration-started": z.strictObject({
    task: safeId,
    attempt: z.int().min(1),
    base: digest,
    head: digest,
    candidate: digest,
  }),
  "integration-ended": z.strictObject({
    task: safeId,
    attempt: z.int().min(1),
    outcome: z.enum(["fast", "merged", "conflict", "regressed", "invalid", "cut"]),
    tree: digest.nullable(),
    conflicts: count,
    regressions: count,
    detail: digest.nullable(),
  }),
  "task-accepted": z.strictObject({
    task: safeId,
    attempt: z.int().min(1),
    head: digest,
    handoff: digest,
    by: z.enum(["verdict", "person"]),
  }),
  "task-inherited": z.strictObject({
    task: safeId,
    spec: digest,
    needs: z.array(safeId),
    head: digest.describe("the tree with its result"),
    handoff: digest,
    by: z.enum(["verdict", "person"]),
    from: z.strictObject({ run: runId, seq: count }).describe("where it was accepted"),
  }),
  "attempt-ended": z.strictObject({
    task: safeId,
    attempt: z.int().min(1),
    outcome: z.enum([
      "accepted",
      "rejected",
      "conflict",
      "regressed",
      "gave-up",
      "exhausted",
      "cancelled",
      "quarantined",
    ]),
    feedback: digest.nullable(),
  }),
  "task-dropped": z.strictObject({ task: safeId, reason: name, by }),
  "escalation-raised": z.strictObject({
    escalation: name,
    kind: escalationKind,
    task: safeId.nullable(),
    options: z.array(choice).min(1),
    card: digest,
  }),
  "escalation-answered": z.strictObject({ escalation: name, choice, note: digest.nullable(), by }),
  "crash-charged": z.strictObject({
    subject: name,
    thread: threadId,
    count: z.int().min(1),
    alone: z.boolean(),
  }),
  "blobs-dropped": z.strictObject({ digests: z.array(digest).min(1).max(200), why: name, by }),
} as const;

export type EventType = keyof typeof bodies;
export type Body<T extends EventType> = z.infer<(typeof bodies)[T]>;

/** What `perform` and `recover` return and `apply` folds. */
export type RunEvent = { [T in EventType]: { readonly type: T; readonly body: Body<T> } }[EventType];

/** An event in its place in the chain of a run. `hash` covers everything else but is not in it. */
export interface Envelope {
  readonly run: RunId;
  /** 1 for `run-created`, then one more each. */
  readonly seq: number;
  readonly at: Instant;
  /** Which ownership wrote it; 1 for the first. */
  readonly epoch: number;
  readonly v: number;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: Digest;
  readonly hash: Digest;
  /** What the hash covers in place of `v` and `body`, where the body was stored in an older version. */
  readonly was?: { readonly v: number; readonly body: unknown };
}
export type Entry = RunEvent & Envelope;

export const eventTypes = Object.keys(bodies) as readonly EventType[];

/** Whether a field of an event's body differs between two runs that did the same. */
export const isVolatile = (type: EventType, field: string): boolean => {
  const shape: Record<string, z.ZodType> = bodies[type].shape;
  return volatileFields.has(shape[field] as z.ZodType);
};
