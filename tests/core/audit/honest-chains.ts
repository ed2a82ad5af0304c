import { callOf, taskThread } from "../../../src/core/id.ts";
import type { Chain } from "./chain-builder.ts";
import {
  argsOf,
  ask,
  cutCall,
  cutModel,
  decideApproval,
  endCall,
  judgeCall,
  requestApproval,
  settle,
  startCall,
  startModel,
} from "./call-moves.ts";
import {
  accept,
  answerEscalation,
  chargeCrash,
  createRun,
  endIntegration,
  headOfRun,
  judge,
  meet,
  own,
  plan,
  raise,
  startAttempt,
  startIntegration,
  submit,
} from "./moves.ts";

/** Small honest chains that the tests of the rules start from. `a` is the task, `call` its first call. */

export const thread = taskThread("a", 1);
export const call = callOf(thread, 1, 0);

/** Task `a` is at work, and its model asked for these tools in turn 1. */
export function atWork(
  tools: readonly string[] = ["bash"],
  change: Parameters<typeof createRun>[0] = {},
): Chain {
  const chain = createRun(change);
  plan(chain, 1, { a: [] });
  startAttempt(chain, "a");
  return ask(chain, thread, 1, tools);
}

/** From the last call of a turn to the end of the run. */
export function finish(chain: Chain, turn = 2): Chain {
  const base = chain.blob("base");
  const candidate = chain.blob("work");
  submit(chain, "a", 1, turn, candidate);
  judge(chain, "a", 1, 1, candidate);
  accept(chain, "a", 1, base, candidate);
  return meet(chain);
}

/** One task, one sandbox call that writes, met. */
export function plainRun(): Chain {
  const chain = atWork();
  judgeCall(chain, call);
  startCall(chain, call, chain.blob("base"));
  endCall(chain, call, { tree: chain.blob("work") });
  return finish(chain);
}

/** A call is asked about and granted, in part edited. */
export function approvedRun(edited = false): Chain {
  const chain = atWork();
  const tree = chain.blob("base");
  const args = edited ? chain.blob("edited args") : argsOf(chain, call);
  judgeCall(chain, call, { decision: "ask", risk: "network" });
  requestApproval(chain, call, tree);
  decideApproval(chain, "a1", edited ? "grant-edited" : "grant", edited ? args : null);
  startCall(chain, call, tree, { approval: "a1", args });
  endCall(chain, call);
  return finish(chain);
}

/** A call reaches outside, and its outcome was seen. */
export function outsideRun(): Chain {
  const chain = atWork();
  judgeCall(chain, call, { reach: "outside", risk: "external" });
  startCall(chain, call, null, { reach: "outside", key: chain.blob("key") });
  endCall(chain, call, { effect: "done" });
  return finish(chain);
}

/** A call reaches outside and the owner dies: in doubt, settled by a person. */
export function doubtedRun(): Chain {
  const chain = atWork();
  judgeCall(chain, call, { reach: "outside", risk: "external" });
  startCall(chain, call, null, { reach: "outside" });
  own(chain);
  chain.add("effect-doubted", { call, why: "crash" });
  chargeCrash(chain, thread, 1, true);
  settle(chain, call);
  return finish(chain);
}

/** The owner dies in a model call, in a sandbox call and in an integration. */
export function crashedRun(): Chain {
  const chain = createRun();
  const base = chain.blob("base");
  const candidate = chain.blob("work");
  plan(chain, 1, { a: [] });
  startAttempt(chain, "a");
  startModel(chain, thread, 1);
  own(chain);
  cutModel(chain, thread, 1);
  chargeCrash(chain, thread, 1, true);
  ask(chain, thread, 1, ["bash"], 2);
  judgeCall(chain, call);
  startCall(chain, call, base);
  own(chain);
  cutCall(chain, call);
  chargeCrash(chain, thread, 2, true);
  judgeCall(chain, call, { try: 2 });
  startCall(chain, call, base, { try: 2 });
  endCall(chain, call, { try: 2 });
  submit(chain, "a", 1, 2, candidate);
  judge(chain, "a", 1, 1, candidate);
  startIntegration(chain, "a", 1, base, candidate);
  own(chain);
  endIntegration(chain, "a", 1, "cut", null);
  accept(chain, "a", 1, base, candidate);
  return meet(chain);
}

/** Attempt 1 is rejected, a person is asked and says `choice`. */
export function escalatedRun(choice: "retry" | "accept" | "drop"): Chain {
  const chain = atWork(["submit"]);
  const [base, candidate] = [chain.blob("base"), chain.blob("work")];
  endCall(chain, call);
  chain.add("attempt-submitted", { task: "a", attempt: 1, submission: null, candidate, by: "worker" });
  judge(chain, "a", 1, 1, candidate, "fail");
  raise(chain);
  answerEscalation(chain, "e1", choice);
  if (choice === "drop") {
    const [by] = chain.answers.map((answer) => answer.by);
    if (by !== undefined) chain.add("task-dropped", { task: "a", reason: "not wanted", by });
  }
  if (choice === "accept") {
    startIntegration(chain, "a", 1, base, candidate);
    endIntegration(chain, "a", 1, "fast", candidate);
    const handoff = chain.blob("handoff a");
    chain.add("task-accepted", { task: "a", attempt: 1, head: candidate, handoff, by: "person" });
  }
  if (choice === "retry") {
    startAttempt(chain, "a", 2);
    submit(chain, "a", 2, 1, candidate);
    judge(chain, "a", 2, 1, candidate);
    accept(chain, "a", 2, base, candidate);
  }
  return meet(chain);
}

/** Tasks `a` and `b` side by side; `b` needs a merge. `c` needs both. */
export function parallelRun(): Chain {
  const chain = createRun();
  const base = chain.blob("base");
  const works = { a: chain.blob("work a"), b: chain.blob("work b") };
  plan(chain, 1, { a: [], b: [], c: ["a", "b"] });
  startAttempt(chain, "a");
  startAttempt(chain, "b");
  submit(chain, "a", 1, 1, works.a);
  submit(chain, "b", 1, 1, works.b);
  judge(chain, "b", 1, 1, works.b);
  judge(chain, "a", 1, 1, works.a);
  accept(chain, "a", 1, base, works.a);
  accept(chain, "b", 1, base, works.b);
  const handoffs = ["a", "b"].map((task) => ({ task, handoff: chain.blob(`handoff ${task}`) }));
  const start = headOfRun(chain);
  startAttempt(chain, "c", 1, { handoffs });
  submit(chain, "c", 1, 1, chain.blob("work c"));
  judge(chain, "c", 1, 1, chain.blob("work c"));
  accept(chain, "c", 1, start, chain.blob("work c"));
  return meet(chain);
}

/** The goal is not met, a second plan adds `b`. */
export function replannedRun(): Chain {
  const chain = plainRun();
  chain.until("judging-started", 1);
  judge(chain, null, 0, 1, headOfRun(chain), "fail");
  plan(chain, 2, { b: ["a"] });
  const start = headOfRun(chain);
  startAttempt(chain, "b", 1, { handoffs: [{ task: "a", handoff: chain.blob("handoff a") }] });
  submit(chain, "b", 1, 1, chain.blob("work b"));
  judge(chain, "b", 1, 1, chain.blob("work b"));
  accept(chain, "b", 1, start, chain.blob("work b"));
  return meet(chain, 2);
}
