import { callOf, taskThread } from "../../../src/core/id.ts";
import { alice } from "./chain-builder.ts";
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
  answerEscalation,
  chargeCrash,
  createRun,
  headOfRun,
  noBudget,
  own,
  plan,
  raise,
  startAttempt,
  submit,
} from "./moves.ts";
import { accept, endIntegration, judge, judgeByRubric, meet, startIntegration } from "./result-moves.ts";

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
  chargeCrash(chain, thread, 1, call);
  settle(chain, call);
  return finish(chain);
}

/** The owner dies in a model call, twice in a sandbox call and in an integration. */
export function crashedRun(): Chain {
  const chain = createRun();
  const base = chain.blob("base");
  const candidate = chain.blob("work");
  plan(chain, 1, { a: [] });
  startAttempt(chain, "a");
  startModel(chain, thread, 1);
  chargeCrash(cutModel(own(chain), thread, 1), thread, 1);
  ask(chain, thread, 1, ["bash"], 2);
  for (const attempt of [1, 2]) {
    judgeCall(chain, call, { try: attempt });
    startCall(chain, call, base, { try: attempt });
    chargeCrash(cutCall(own(chain), call, attempt), thread, attempt, call);
  }
  judgeCall(chain, call, { try: 3 });
  startCall(chain, call, base, { try: 3 });
  endCall(chain, call, { try: 3 });
  submit(chain, "a", 1, 2, candidate);
  judge(chain, "a", 1, 1, candidate);
  startIntegration(chain, "a", 1, base, candidate);
  endIntegration(own(chain), "a", 1, "cut", null);
  accept(chain, "a", 1, base, candidate);
  return meet(chain);
}

/** The owner stops cleanly in a model call, which is charged to nobody. */
export function stoppedRun(): Chain {
  const chain = atWork([]);
  startModel(chain, thread, 2).add("run-stopped", { reason: "person", by: alice });
  cutModel(own(chain), thread, 2);
  ask(chain, thread, 2, [], 2);
  return finish(chain, 3);
}

/** A person writes to the worker, and gives the run another budget. */
export function steeredRun(): Chain {
  const chain = atWork([]);
  chain.note(chain.blob("mind the gap"), thread);
  chain.changeBudget({ ...noBudget, turns: 9 });
  return finish(chain);
}

/** An evaluator says that the work is good; its owner dies once. */
export function rubricRun(): Chain {
  const chain = atWork([]);
  const candidate = chain.blob("work");
  submit(chain, "a", 1, 2, candidate);
  judgeByRubric(chain, "a", 1, 1, candidate, (evaluator) => {
    startModel(chain, evaluator, 1);
    chargeCrash(cutModel(own(chain), evaluator, 1), evaluator, 1);
    return ask(chain, evaluator, 1, ["submit_verdict"], 2);
  });
  accept(chain, "a", 1, chain.blob("base"), candidate);
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
  if (choice === "drop") chain.add("task-dropped", { task: "a", reason: "attempts", by: alice });
  if (choice === "accept") {
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
