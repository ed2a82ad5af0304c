import type { Body, Budget } from "../../../src/core/event.ts";
import { harness } from "../../../src/core/event.ts";
import type { CallId, Digest, ThreadId } from "../../../src/core/id.ts";
import { callOf, judgeThread, planThread, taskThread } from "../../../src/core/id.ts";
import { alice, Chain } from "./chain-builder.ts";

/** The moves of an honest run, each as the batch (or batches) the protocol gives it. */

export const noBudget: Budget = { micros: null, tokens: null, wallMs: null, turns: null, attempts: null };
export const image = "img";

export const limits: Body<"run-created">["limits"] = {
  concurrency: 2,
  attempts: 3,
  turns: 40,
  replans: 2,
  rejections: 2,
  gradings: 3,
  tries: 4,
  collisions: 2,
  repeats: 3,
  silences: 3,
  crashes: 3,
  outputTokens: 4_000,
  compactAt: 100_000,
  review: false,
};

/** What the head of the run is after the events so far. */
export function headOfRun(chain: Chain): Digest {
  const accepted = chain.steps.findLast((step) => step.event.type === "task-accepted")?.event;
  return accepted?.type === "task-accepted" ? accepted.body.head : chain.blob("base");
}

export function createRun(change: Partial<Body<"run-created">> = {}): Chain {
  const chain = new Chain();
  chain.add("run-created", {
    kind: "goal",
    goal: chain.blob("goal"),
    config: chain.blob("config"),
    base: chain.blob("base"),
    pins: {
      harness: "1.0.0",
      prompts: { worker: chain.blob("worker prompt") },
      rubrics: {},
      models: { planner: "scripted/p", worker: "scripted/w", evaluator: "scripted/e" },
      policy: chain.blob("policy"),
      image,
      profile: "hard",
      capabilities: chain.blob("capabilities"),
      prices: chain.blob("prices"),
    },
    limits,
    budget: noBudget,
    seed: 1,
    parent: null,
    ...change,
  });
  return own(chain, 1);
}

/** The run is taken over; what `recover` writes is for the caller to add. */
export function own(chain: Chain, epoch = chain.epoch + 1): Chain {
  chain.epoch = epoch;
  return chain.add("run-owned", { host: "here", pid: 40 + epoch, boot: "b1", harness: "1.0.0" });
}

export const reservation = { micros: 900, input: 90, output: 10 };
const modelOf = (thread: ThreadId): string =>
  thread.startsWith("plan/") ? "scripted/p" : thread.startsWith("task/") ? "scripted/w" : "scripted/e";

export const startModel = (chain: Chain, thread: ThreadId, turn: number, attempt = 1): Chain =>
  chain.add("model-started", {
    thread,
    turn,
    try: attempt,
    model: modelOf(thread),
    request: chain.blob(`request ${thread} ${turn} ${attempt}`),
    bytes: 100,
    reserved: reservation,
    deadline: chain.at + 60_000,
  });

export const argsOf = (chain: Chain, call: CallId): Digest => chain.blob(`args ${call}`);

const ending = {
  stop: null,
  servedModel: null,
  usage: null,
  error: null,
  retryAt: null,
  firstTokenMs: null,
  response: null,
  calls: [],
};

export function endModel(
  chain: Chain,
  thread: ThreadId,
  turn: number,
  tools: readonly string[],
  attempt = 1,
): Chain {
  return chain.add("model-ended", {
    ...ending,
    thread,
    turn,
    try: attempt,
    outcome: "complete",
    response: chain.blob(`response ${thread} ${turn}`),
    stop: "calls",
    servedModel: "scripted",
    usage: { input: 50, output: 5, cacheRead: 0, cacheWrite: 0 },
    charged: { micros: 500, input: 50, output: 5 },
    calls: tools.map((tool, index) => ({
      index,
      tool,
      args: argsOf(chain, callOf(thread, turn, index)),
      valid: tool !== "unknown",
    })),
  });
}

export const failModel = (chain: Chain, thread: ThreadId, turn: number, attempt = 1): Chain =>
  chain.add("model-ended", {
    ...ending,
    thread,
    turn,
    try: attempt,
    outcome: "failed",
    charged: { micros: 0, input: 0, output: 0 },
    error: { class: "overloaded", message: "busy" },
    retryAt: chain.at + 1_000,
  });

export const cutModel = (chain: Chain, thread: ThreadId, turn: number, attempt = 1): Chain =>
  chain.add("model-ended", { ...ending, thread, turn, try: attempt, outcome: "cut", charged: reservation });

/** One whole turn: the model is asked and answers with these calls. */
export function ask(
  chain: Chain,
  thread: ThreadId,
  turn: number,
  tools: readonly string[],
  attempt = 1,
): Chain {
  startModel(chain, thread, turn, attempt);
  return endModel(chain, thread, turn, tools, attempt);
}

export function judgeCall(chain: Chain, call: CallId, change: Partial<Body<"call-judged">> = {}): Chain {
  return chain.add("call-judged", {
    call,
    try: 1,
    risk: "write",
    reach: "sandbox",
    decision: "allow",
    rule: null,
    because: chain.blob("because"),
    ...change,
  });
}

export function startCall(
  chain: Chain,
  call: CallId,
  tree: Digest | null,
  change: Partial<Body<"call-started">> = {},
): Chain {
  return chain.add("call-started", {
    call,
    try: 1,
    tool: "bash",
    args: argsOf(chain, call),
    reach: "sandbox",
    cwd: ".",
    image,
    policy: chain.blob("policy"),
    tree,
    approval: null,
    key: null,
    probe: null,
    deadline: chain.at + 60_000,
    ...change,
  });
}

export function endCall(chain: Chain, call: CallId, change: Partial<Body<"call-ended">> = {}): Chain {
  return chain.add("call-ended", {
    call,
    try: 1,
    outcome: "ok",
    exit: 0,
    result: chain.blob(`result ${call}`),
    output: null,
    dropped: 0,
    tree: null,
    effect: null,
    ms: 5,
    ...change,
  });
}

export const cutCall = (chain: Chain, call: CallId, attempt = 1): Chain =>
  endCall(chain, call, { try: attempt, outcome: "cut", exit: null, result: null });

export function requestApproval(
  chain: Chain,
  call: CallId,
  tree: Digest | null,
  change: Partial<Body<"approval-requested">> = {},
): Chain {
  return chain.add("approval-requested", {
    approval: "a1",
    call,
    try: 1,
    card: chain.blob(`card ${call}`),
    tool: "bash",
    args: argsOf(chain, call),
    cwd: ".",
    image,
    tree,
    policy: chain.blob("policy"),
    expires: null,
    ...change,
  });
}

type DecidedBy = "grant" | "grant-edited" | "refuse" | "expire";

/** A person answers, and the owner takes the answer over. */
export function decideApproval(
  chain: Chain,
  approval: string,
  answer: DecidedBy,
  edited: Digest | null = null,
): Chain {
  chain.answer(approval, { type: "approval", answer, edited, note: null });
  const until = answer === "grant" || answer === "grant-edited" ? chain.at + 900_000 : null;
  return chain.add("approval-decided", { approval, answer, edited, note: null, until, by: alice });
}

export const voidApproval = (chain: Chain, approval: string): Chain =>
  chain.add("approval-decided", {
    approval,
    answer: "void",
    edited: null,
    note: null,
    until: null,
    by: harness,
  });

export function settle(
  chain: Chain,
  call: CallId,
  finding: "happened" | "did-not" | "skip" = "happened",
): Chain {
  chain.answer(call, { type: "effect", finding, evidence: null });
  return chain.add("effect-settled", {
    call,
    finding,
    evidence: null,
    result: chain.blob(`settled ${call}`),
    by: alice,
  });
}

export interface PlanChange {
  readonly added?: readonly string[];
  readonly changed?: readonly string[];
  readonly dropped?: readonly string[];
}

/** A planning from start to adoption. `needs` by task. */
export function plan(
  chain: Chain,
  version: number,
  tasks: Readonly<Record<string, readonly string[]>>,
  change: PlanChange = { added: Object.keys(tasks) },
): Chain {
  const thread = planThread(version);
  chain.add("planning-started", { version, reason: version === 1 ? "start" : "goal-unmet", feedback: null });
  ask(chain, thread, 1, ["submit_plan"]);
  endCall(chain, callOf(thread, 1, 0));
  chain.add("plan-proposed", {
    version,
    plan: chain.blob(`plan ${version}`),
    tasks: Object.entries(tasks).map(([id, needs]) => ({
      id,
      needs: [...needs],
      spec: chain.blob(`spec ${id} ${version}`),
      attempts: 3,
      turns: 40,
    })),
    baseline: Object.keys(tasks).map((task) => ({ task, criterion: "c1", result: "fail" as const })),
  });
  return adopt(chain, version, change);
}

export const adopt = (chain: Chain, version: number, change: PlanChange): Chain =>
  chain.add("plan-adopted", {
    version,
    added: [...(change.added ?? [])],
    changed: [...(change.changed ?? [])],
    dropped: [...(change.dropped ?? [])],
    by: harness,
    reason: "start",
  });

export function startAttempt(
  chain: Chain,
  task: string,
  attempt = 1,
  change: Partial<Body<"attempt-started">> = {},
): Chain {
  chain.add("attempt-started", {
    task,
    attempt,
    start: headOfRun(chain),
    handoffs: [],
    feedback: null,
    alone: false,
    ...change,
  });
  return chain.add("baseline-recorded", {
    task,
    attempt,
    results: [{ criterion: "c1", result: "fail" }],
    satisfied: false,
  });
}

/** The worker hands in, as the only call of a turn. */
export function submit(chain: Chain, task: string, attempt: number, turn: number, candidate: Digest): Chain {
  const thread = taskThread(task, attempt);
  ask(chain, thread, turn, ["submit"]);
  endCall(chain, callOf(thread, turn, 0));
  const submission = chain.blob(`submission ${task} ${attempt}`);
  return chain.add("attempt-submitted", { task, attempt, submission, candidate, by: "worker" });
}

type Result = Body<"criterion-judged">["result"];

/** One grading by one command. A failed one ends the attempt in the same batch. */
export function judge(
  chain: Chain,
  task: string | null,
  attempt: number,
  grading: number,
  tree: Digest,
  result: Result = "pass",
): Chain {
  const of = { task, attempt, grading };
  chain.add("judging-started", {
    ...of,
    tree,
    restored: null,
    criteria: [{ id: "c1", type: "command" }],
    image,
  });
  chain.add("criterion-judged", {
    ...of,
    criterion: "c1",
    result,
    score: null,
    exit: result === "pass" ? 0 : null,
    explanation: chain.blob(`why ${result}`),
    output: null,
  });
  const explanation = chain.blob(`verdict ${result}`);
  chain.add("verdict-given", { ...of, verdict: result, explanation, feedback: null });
  if (task !== null && result === "fail") endAttempt(chain, task, attempt, "rejected");
  return chain;
}

export const endAttempt = (
  chain: Chain,
  task: string,
  attempt: number,
  outcome: Body<"attempt-ended">["outcome"],
): Chain => chain.add("attempt-ended", { task, attempt, outcome, feedback: null });

export const startIntegration = (
  chain: Chain,
  task: string,
  attempt: number,
  base: Digest,
  candidate: Digest,
): Chain => chain.add("integration-started", { task, attempt, base, head: headOfRun(chain), candidate });

type Outcome = Body<"integration-ended">["outcome"];

export const endIntegration = (
  chain: Chain,
  task: string,
  attempt: number,
  outcome: Outcome,
  tree: Digest | null,
): Chain =>
  chain.add("integration-ended", {
    task,
    attempt,
    outcome,
    tree,
    conflicts: 0,
    regressions: 0,
    detail: null,
  });

/** Integrates, accepts and ends the attempt. */
export function accept(chain: Chain, task: string, attempt: number, base: Digest, candidate: Digest): Chain {
  const fast = base === headOfRun(chain);
  const tree = fast ? candidate : chain.blob(`merged ${task} ${attempt}`);
  startIntegration(chain, task, attempt, base, candidate);
  endIntegration(chain, task, attempt, fast ? "fast" : "merged", tree);
  const handoff = chain.blob(`handoff ${task}`);
  chain.add("task-accepted", { task, attempt, head: tree, handoff, by: "verdict" });
  return endAttempt(chain, task, attempt, "accepted");
}

/** The goal is judged on the head, and the run ends as met. */
export function meet(chain: Chain, grading = 1): Chain {
  judge(chain, null, 0, grading, headOfRun(chain));
  return chain.add("run-ended", { outcome: "met", head: headOfRun(chain), grading });
}

export function raise(chain: Chain, change: Partial<Body<"escalation-raised">> = {}): Chain {
  return chain.add("escalation-raised", {
    escalation: "e1",
    kind: "attempts",
    task: "a",
    options: ["retry", "accept", "drop", "stop"],
    card: chain.blob("escalation card"),
    ...change,
  });
}

export function answerEscalation(
  chain: Chain,
  escalation: string,
  choice: Body<"escalation-answered">["choice"],
): Chain {
  chain.answer(escalation, { type: "escalation", choice, note: null, budget: null });
  return chain.add("escalation-answered", { escalation, choice, note: null, by: alice });
}

export const chargeCrash = (chain: Chain, thread: ThreadId, count: number, alone: boolean): Chain =>
  chain.add("crash-charged", { subject: thread, thread, count, alone });

export const judgeOf = (task: string): ThreadId => judgeThread(task, 1, 1);
