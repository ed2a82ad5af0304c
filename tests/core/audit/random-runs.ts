import * as fc from "fast-check";
import { callOf, taskThread } from "../../../src/core/id.ts";
import type { CallId, Digest } from "../../../src/core/id.ts";
import {
  argsOf,
  ask,
  cutCall,
  cutModel,
  decideApproval,
  endCall,
  failModel,
  judgeCall,
  requestApproval,
  settle,
  startCall,
  startModel,
  voidApproval,
} from "./call-moves.ts";
import { alice } from "./chain-builder.ts";
import type { Chain } from "./chain-builder.ts";
import {
  accept,
  chargeCrash,
  createRun,
  endAttempt,
  endIntegration,
  headOfRun,
  judge,
  meet,
  own,
  plan,
  startAttempt,
  startIntegration,
  submit,
} from "./moves.ts";

/** What happens in one turn: to the model call, then to its only tool call. */
const turn = fc.record({
  model: fc.constantFrom("complete", "failed", "crash"),
  call: fc.constantFrom(
    ...([
      "write",
      "crash",
      "refused-by-policy",
      "unknown",
      "granted",
      "edited",
      "refused",
      "expired",
      "void",
    ] as const),
    ...(["outside", "outside-crash", "outside-timeout"] as const),
  ),
});
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

const attempt = fc.record({
  turns: fc.array(turn, { maxLength: 3 }),
  invalid: fc.nat(1),
  end: fc.constantFrom("pass", "fail", "cancelled", "conflict", "stopped", "crash"),
});
type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never;

/** Attempts by task; the last of each is made to pass. Tasks come one after the other. */
export const script = fc.array(fc.array(attempt, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 3,
});
export type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

/** An honest run in which all of this happens, and which is met in the end. */
export function randomRun(words: Script): Chain {
  const chain = createRun();
  plan(chain, 1, Object.fromEntries(words.map((_, at) => [`t${at}`, at === 0 ? [] : [`t${at - 1}`]])));
  words.forEach((attempts, at) => {
    attempts.forEach((words, number) => {
      const last = number === attempts.length - 1;
      makeAttempt(
        chain,
        `t${at}`,
        number + 1,
        last && words.end !== "crash" ? { ...words, end: "pass" } : words,
        last,
      );
    });
  });
  return meet(chain);
}

function makeAttempt(chain: Chain, task: string, number: number, words: Attempt, last: boolean): void {
  const start = headOfRun(chain);
  const thread = taskThread(task, number);
  startAttempt(chain, task, number);
  let tree = start;
  words.turns.forEach((turn, at) => {
    const tries = askOnce(chain, thread, at + 1, turn);
    ask(chain, thread, at + 1, [turn.call === "unknown" ? "unknown" : "bash"], tries);
    tree = makeCall(chain, callOf(thread, at + 1, 0), turn.call, tree);
  });
  if (words.end === "cancelled") {
    endAttempt(chain, task, number, "cancelled");
    return;
  }
  submit(chain, task, number, words.turns.length + 1, tree);
  if (words.end === "stopped") own(chain.add("run-stopped", { reason: "signal", by: alice }));
  for (let grading = 1; grading <= words.invalid; grading++)
    judge(chain, task, number, grading, tree, "invalid");
  const passes = last || words.end === "conflict";
  judge(chain, task, number, words.invalid + 1, tree, passes ? "pass" : "fail");
  if (passes) integrate(chain, task, number, start, tree, words.end, last);
}

/** The failed tries before the one that succeeds; returns the number of that one. */
function askOnce(chain: Chain, thread: string, number: number, { model }: Turn): number {
  if (model === "complete") return 1;
  startModel(chain, thread, number);
  if (model === "failed") failModel(chain, thread, number);
  else chargeCrash(cutModel(own(chain), thread, number), thread, 1, false);
  return 2;
}

/** Returns the tree the call leaves. */
function makeCall(chain: Chain, call: CallId, what: Turn["call"], tree: Digest): Digest {
  switch (what) {
    case "unknown":
      endCall(chain, call, { outcome: "error", exit: null });
      return tree;
    case "refused-by-policy":
      endCall(judgeCall(chain, call, { decision: "refuse" }), call, { outcome: "refused" });
      return tree;
    case "write":
    case "crash":
      return writeCall(chain, call, tree, what === "crash");
    case "outside":
    case "outside-crash":
    case "outside-timeout":
      outsideCall(chain, call, what);
      return tree;
    default:
      askedCall(chain, call, what, tree);
      return tree;
  }
}

function writeCall(chain: Chain, call: CallId, tree: Digest, crashes: boolean): Digest {
  const after = chain.blob(`after ${call}`);
  startCall(judgeCall(chain, call), call, tree);
  if (crashes) {
    cutCall(own(chain), call);
    judgeCall(chain, call, { try: 2 });
    startCall(chain, call, tree, { try: 2 });
  }
  endCall(chain, call, { try: crashes ? 2 : 1, tree: after });
  return after;
}

function outsideCall(
  chain: Chain,
  call: CallId,
  what: "outside" | "outside-crash" | "outside-timeout",
): void {
  startCall(judgeCall(chain, call, { reach: "outside" }), call, null, { reach: "outside" });
  if (what === "outside") endCall(chain, call, { effect: "done" });
  else if (what === "outside-timeout")
    settle(chain.add("effect-doubted", { call, why: "timeout" }), call, "skip");
  else settle(own(chain).add("effect-doubted", { call, why: "crash" }), call, "did-not");
}

type Asked = "granted" | "edited" | "refused" | "expired" | "void";

function askedCall(chain: Chain, call: CallId, what: Asked, tree: Digest): void {
  const approval = `${call}/1`;
  judgeCall(chain, call, { decision: "ask" });
  requestApproval(chain, call, tree, { approval });
  if (what === "refused" || what === "expired") {
    decideApproval(chain, approval, what === "refused" ? "refuse" : "expire");
    endCall(chain, call, { outcome: "refused" });
    return;
  }
  const args = what === "edited" ? chain.blob(`edited ${call}`) : argsOf(chain, call);
  decideApproval(
    chain,
    approval,
    what === "edited" ? "grant-edited" : "grant",
    what === "edited" ? args : null,
  );
  if (what === "void") askAgain(chain, call, tree, approval);
  startCall(chain, call, tree, { approval: what === "void" ? `${call}/2` : approval, args });
  endCall(chain, call);
}

function askAgain(chain: Chain, call: CallId, tree: Digest, approval: string): void {
  voidApproval(chain, approval);
  judgeCall(chain, call, { decision: "ask" });
  requestApproval(chain, call, tree, { approval: `${call}/2` });
  decideApproval(chain, `${call}/2`, "grant");
}

function integrate(
  chain: Chain,
  task: string,
  number: number,
  start: Digest,
  tree: Digest,
  end: Attempt["end"],
  last: boolean,
): void {
  if (end === "crash") {
    startIntegration(chain, task, number, start, tree);
    endIntegration(own(chain), task, number, "cut", null);
  }
  if (last) {
    accept(chain, task, number, start, tree);
    return;
  }
  startIntegration(chain, task, number, start, tree);
  endIntegration(chain, task, number, "conflict", null);
  endAttempt(chain, task, number, "conflict");
}
