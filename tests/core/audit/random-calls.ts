import type { CallId, Digest } from "../../../src/core/id.ts";
import { callParts } from "../../../src/core/id.ts";
import {
  argsOf,
  cutCall,
  decideApproval,
  endCall,
  judgeCall,
  refuseCall,
  requestApproval,
  settle,
  startCall,
  voidApproval,
} from "./call-moves.ts";
import type { Chain } from "./chain-builder.ts";
import { chargeCrash, own } from "./moves.ts";
import type { Turn } from "./random-script.ts";

/** Goes through with one tool call, and returns the tree it leaves. */
export function makeCall(chain: Chain, call: CallId, turn: Turn, tree: Digest): Digest {
  switch (turn.call) {
    case "unknown":
    case "refused-by-policy":
      refuseCall(chain, call);
      return tree;
    case "write":
      return writeCall(chain, call, tree, turn.callCrashes);
    case "outside":
    case "outside-crash":
    case "outside-timeout":
      outsideCall(chain, call, turn.call);
      return tree;
    default:
      askedCall(chain, call, turn.call, tree);
      return tree;
  }
}

function writeCall(chain: Chain, call: CallId, tree: Digest, crashes: number): Digest {
  for (let attempt = 1; attempt <= crashes; attempt++) {
    startCall(judgeCall(chain, call, { try: attempt }), call, tree, { try: attempt });
    chargeCrash(cutCall(own(chain), call, attempt), callParts(call).thread, attempt, call);
  }
  const after = chain.blob(`after ${call}`);
  startCall(judgeCall(chain, call, { try: crashes + 1 }), call, tree, { try: crashes + 1 });
  endCall(chain, call, { try: crashes + 1, tree: after });
  return after;
}

type Outside = "outside" | "outside-crash" | "outside-timeout";

function outsideCall(chain: Chain, call: CallId, what: Outside): void {
  startCall(judgeCall(chain, call, { reach: "outside" }), call, null, { reach: "outside" });
  if (what === "outside") {
    endCall(chain, call, { effect: "done" });
  } else if (what === "outside-timeout") {
    settle(chain.add("effect-doubted", { call, why: "timeout" }), call, "skip");
  } else {
    own(chain).add("effect-doubted", { call, why: "crash" });
    settle(chargeCrash(chain, callParts(call).thread, 1, call), call, "did-not");
  }
}

type Asked = "granted" | "edited" | "refused" | "expired" | "void";

function askedCall(chain: Chain, call: CallId, what: Asked, tree: Digest): void {
  const approval = `${call}.1`;
  judgeCall(chain, call, { decision: "ask" });
  requestApproval(chain, call, tree, { approval });
  if (what === "refused" || what === "expired") {
    decideApproval(chain, approval, what === "refused" ? "refuse" : "expire");
    endCall(chain, call, { outcome: "refused" });
    return;
  }
  const edited = what === "edited" ? chain.blob(`edited ${call}`) : null;
  decideApproval(chain, approval, edited === null ? "grant" : "grant-edited", edited);
  const used = what === "void" ? askAgain(chain, call, tree, approval) : approval;
  startCall(chain, call, tree, { approval: used, args: edited ?? argsOf(chain, call) });
  endCall(chain, call);
}

/** The grant is void before it is used; returns the next one. */
function askAgain(chain: Chain, call: CallId, tree: Digest, approval: string): string {
  const next = `${call}.2`;
  voidApproval(chain, approval);
  judgeCall(chain, call, { decision: "ask" });
  requestApproval(chain, call, tree, { approval: next });
  decideApproval(chain, next, "grant");
  return next;
}
