import { callOf, taskThread } from "../../../src/core/id.ts";
import { cutCall, cutModel, decideApproval, endCall, failModel, judgeCall } from "../audit/call-moves.ts";
import { ask, refuseCall, requestApproval, settle, startCall, startModel } from "../audit/call-moves.ts";
import { alice } from "../audit/chain-builder.ts";
import type { Chain } from "../audit/chain-builder.ts";
import {
  answerEscalation,
  chargeCrash,
  createRun,
  own,
  plan,
  raise,
  startAttempt,
  submit,
} from "../audit/moves.ts";
import { accept, judge, judgeByRubric, meet } from "../audit/result-moves.ts";

/** One task that has it hard: what a person would look for in a trace happens once. */
export function eventfulRun(): Chain {
  const chain = createRun();
  plan(chain, 1, { a: [] });
  startAttempt(chain, "a");
  firstTurns(chain);
  submit(chain, "a", 1, 4, chain.blob("work"));
  judge(chain, "a", 1, 1, chain.blob("work"), "invalid");
  judge(chain, "a", 1, 2, chain.blob("work"), "fail");
  raise(chain);
  answerEscalation(chain, "e1", "retry");
  startAttempt(chain, "a", 2);
  submit(chain, "a", 2, 1, chain.blob("better"));
  judgeByRubric(chain, "a", 2, 1, chain.blob("better"));
  accept(chain, "a", 2, chain.blob("base"), chain.blob("better"));
  return meet(chain);
}

/** A failure and a crash before the first answer, a crash in its call, an approval, an effect in doubt, a refusal. */
function firstTurns(chain: Chain): void {
  const thread = taskThread("a", 1);
  const call = (turn: number, index = 0): string => callOf(thread, turn, index);
  const base = chain.blob("base");
  failModel(startModel(chain, thread, 1), thread, 1);
  startModel(chain, thread, 1, 2);
  chargeCrash(cutModel(own(chain), thread, 1, 2), thread, 1);
  ask(chain, thread, 1, ["bash", "bash"], 3);
  judgeCall(chain, call(1));
  startCall(chain, call(1), base);
  chargeCrash(cutCall(own(chain), call(1)), thread, 1, call(1));
  startCall(judgeCall(chain, call(1), { try: 2 }), call(1), base, { try: 2 });
  endCall(chain, call(1), { try: 2, outcome: "error", exit: 1 });
  refuseCall(chain, call(1, 1));
  ask(chain, thread, 2, ["bash"]);
  judgeCall(chain, call(2), { decision: "ask", risk: "network", rule: "r7" });
  requestApproval(chain, call(2), base);
  decideApproval(chain, "a1", "grant");
  startCall(chain, call(2), base, { approval: "a1", hosts: ["packages.example:443"] });
  endCall(chain, call(2), { outcome: "timeout", exit: null });
  ask(chain, thread, 3, ["publish"]);
  startCall(judgeCall(chain, call(3), { reach: "outside", risk: "external" }), call(3), null, {
    reach: "outside",
    tool: "publish",
  });
  own(chain).add("effect-doubted", { call: call(3), why: "crash" });
  settle(chargeCrash(chain, thread, 1, call(3)), call(3));
  chain.add("run-stopped", { reason: "asked", by: alice });
  own(chain);
}
