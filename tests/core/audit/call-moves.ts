import type { Body } from "../../../src/core/event.ts";
import { harness } from "../../../src/core/event.ts";
import type { CallId, Digest, ThreadId } from "../../../src/core/id.ts";
import { callOf } from "../../../src/core/id.ts";
import { alice } from "./chain-builder.ts";
import type { Chain } from "./chain-builder.ts";

/** The moves of a thread: model calls, tool calls, approvals, doubts. */

export const image = "img";

const reservation = { micros: 900, input: 90, output: 10 };
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
    notes: 0,
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

function endModel(
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
    hosts: [],
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

/** The policy is against it, or the model called what is no tool. */
export const refuseCall = (chain: Chain, call: CallId): Chain =>
  endCall(judgeCall(chain, call, { decision: "refuse" }), call, { outcome: "refused", exit: null });

export const cutCall = (chain: Chain, call: CallId, attempt = 1): Chain =>
  endCall(chain, call, { try: attempt, outcome: "cut", exit: null, result: null, ms: 0 });

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

/** A person answers, or the harness for want of one, and the owner takes the answer over. */
export function decideApproval(
  chain: Chain,
  approval: string,
  answer: DecidedBy,
  edited: Digest | null = null,
): Chain {
  const by = answer === "expire" ? harness : alice;
  chain.answer(approval, { type: "approval", answer, edited, note: null }, by);
  const until = answer === "grant" || answer === "grant-edited" ? chain.at + 900_000 : null;
  return chain.add("approval-decided", { approval, answer, edited, note: null, until, by });
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
