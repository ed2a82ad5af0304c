import { describe, it } from "vitest";
import { harness } from "../../../src/core/event.ts";
import { alice, expectBroken, expectContent } from "./chain-builder.ts";
import { atWork, call, crashedRun, doubtedRun, outsideRun, plainRun } from "./honest-chains.ts";
import {
  answerEscalation,
  cutCall,
  endAttempt,
  endCall,
  judgeCall,
  own,
  raise,
  settle,
  startCall,
} from "./moves.ts";

describe("effects (P2)", () => {
  it("finds an effect that is run again after a crash", async () => {
    const chain = doubtedRun().until("effect-settled");
    judgeCall(chain, call, { try: 1, reach: "outside" });
    startCall(chain, call, null, { try: 2, reach: "outside" });
    await expectBroken(
      chain,
      ["P2", "is judged again while nobody knows"],
      ["P2", "starts again while nobody knows"],
    );
  });

  it("finds an effect that is started twice", async () => {
    await expectBroken(outsideRun().repeat("call-started"), ["P2", "starts a second time"]);
  });

  it("finds an effect at a later try", async () => {
    const chain = crashedRun().until("call-judged", 1);
    judgeCall(chain, call, { try: 2, reach: "outside" });
    await expectBroken(startCall(chain, call, null, { try: 2, reach: "outside" }), ["P2", "starts at try 2"]);
  });

  it("finds a reach other than the one that was judged", async () => {
    await expectBroken(plainRun().change("call-judged", { reach: "outside" }), [
      "P2",
      "judged to reach outside and runs with reach sandbox",
    ]);
  });

  it("finds a crash that is taken for 'did not happen'", async () => {
    const chain = outsideRun().until("call-ended", 1);
    await expectBroken(cutCall(own(chain), call), ["P2", "treated as if it had not happened"]);
  });

  it("finds a crash after which nobody doubts", async () => {
    const chain = own(outsideRun().until("call-ended", 1));
    await expectBroken(chain, ["P2", "did not put call task/a/1/1/0 in doubt"]);
  });

  it("finds an outcome that does not say whether it happened", async () => {
    await expectBroken(outsideRun().change("call-ended", { effect: null }, 1), [
      "P2",
      "without saying whether it happened",
    ]);
  });

  it("finds a doubt without reason", async () => {
    const doubt = { call, why: "timeout" } as const;
    await expectBroken(atWork().add("effect-doubted", doubt), ["P2", "is not running"]);
    await expectBroken(plainRun().until("call-ended", 1).add("effect-doubted", doubt), [
      "P2",
      "cannot reach outside",
    ]);
    const alive = outsideRun().until("call-ended", 1).add("effect-doubted", { call, why: "crash" });
    await expectBroken(alive, ["P2", "its owner is still alive"]);
    await expectContent(outsideRun().until("call-ended", 1).add("effect-doubted", doubt));
    const late = doubtedRun().change("effect-doubted", { why: "timeout" }).drop("crash-charged");
    await expectBroken(late, ["P2", "did not put call"], ["P2", "is not running"]);
  });

  it("finds a doubt that ends without being settled", async () => {
    const chain = doubtedRun().until("effect-settled");
    await expectBroken(endCall(chain, call, { effect: "done" }), ["P2", "ends without being settled"]);
  });

  it("finds an effect settled that is not in doubt, or twice", async () => {
    await expectBroken(settle(outsideRun().until("model-started", 2), call), [
      "P2",
      "settled and is not in doubt",
    ]);
    await expectBroken(doubtedRun().repeat("effect-settled"), ["P2", "settled and is not in doubt"]);
  });

  it("finds an effect settled by the harness without a probe", async () => {
    const chain = doubtedRun().change("effect-settled", { by: harness });
    await expectBroken(chain, ["P2", "it has no probe"]);
    await expectContent(chain.change("call-started", { probe: chain.blob("probe") }));
  });

  it("finds an effect settled otherwise than the person said, or by nobody", async () => {
    await expectBroken(doubtedRun().change("effect-settled", { finding: "did-not" }), [
      "P2",
      "says something else",
    ]);
    const unsaid = doubtedRun();
    unsaid.answers = [];
    await expectBroken(unsaid, ["P2", "nobody answered"]);
  });

  it("finds a run that ended as met with an effect in doubt, and lets others end so", async () => {
    const chain = doubtedRun().until("effect-settled");
    raise(chain, { task: null, kind: "goal" });
    answerEscalation(chain, "e1", "accept");
    endAttempt(chain, "a", 1, "cancelled").add("task-dropped", { task: "a", reason: "x", by: alice });
    const end = { outcome: "met", head: chain.blob("base"), grading: 0 } as const;
    await expectBroken(chain.add("run-ended", end), ["P2", "ended as met while nobody knows"]);
    await expectContent(chain.change("run-ended", { outcome: "stopped" }));
  });
});
