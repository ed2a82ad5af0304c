import type { Body, Budget } from "../../../src/core/event.ts";
import { harness } from "../../../src/core/event.ts";
import type { CallId, Digest, ThreadId } from "../../../src/core/id.ts";
import { callOf, planThread, taskThread } from "../../../src/core/id.ts";
import { ask, endCall, image } from "./call-moves.ts";
import { alice, Chain } from "./chain-builder.ts";

/** The moves of an honest run, each as the batch (or batches) the protocol gives it. */

export const noBudget: Budget = { micros: null, tokens: null, wallMs: null, turns: null, attempts: null };

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
  stale: 8,
  breaker: 5,
  outageMs: 7_200_000,
  task: { micros: null, tokens: null, wallMs: null },
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
      models: { planner: "scripted/p", worker: "scripted/w", evaluator: "scripted/e", fallback: null },
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
    plan: null,
    ...change,
  });
  return own(chain, 1);
}

/** The run is taken over; what `recover` writes is for the caller to add. */
export function own(chain: Chain, epoch = chain.epoch + 1): Chain {
  chain.epoch = epoch;
  return chain.add("run-owned", { host: "here", pid: 40 + epoch, boot: "b1", harness: "1.0.0" });
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
      budget: { micros: null, tokens: null, wallMs: null },
    })),
    baseline: Object.keys(tasks).map((task) => ({ task, criterion: "c1", result: "fail" as const })),
    forecast: null,
    by: { type: "harness" },
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

export const endAttempt = (
  chain: Chain,
  task: string,
  attempt: number,
  outcome: Body<"attempt-ended">["outcome"],
): Chain => chain.add("attempt-ended", { task, attempt, outcome, feedback: null });

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

/** The crash of an open model call, or of `call`; a thread charged before has been alone since. */
export const chargeCrash = (
  chain: Chain,
  thread: ThreadId,
  count: number,
  call: CallId | null = null,
): Chain => chain.add("crash-charged", { subject: call ?? thread, thread, count, alone: count > 1 });
