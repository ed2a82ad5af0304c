import { describe, expect, it } from "vitest";
import { harness } from "../../../src/core/event.ts";
import { alice, like, wrongs } from "./chain-builder.ts";
import { atWork, call, crashedRun, doubtedRun, outsideRun, plainRun, thread } from "./honest-chains.ts";
import { cutCall, endCall, judgeCall, settle, startCall } from "./call-moves.ts";
import { answerEscalation, chargeCrash, endAttempt, own, raise } from "./moves.ts";

describe("effects (P2)", () => {
  it("finds an effect that is run again after a crash", async () => {
    const chain = doubtedRun().until("effect-settled");
    judgeCall(chain, call, { try: 1, reach: "outside" });
    startCall(chain, call, null, { try: 2, reach: "outside" });
    expect(await wrongs(chain)).toEqual(
      like(["P2", "is judged again while nobody knows"], ["P2", "starts again while nobody knows"]),
    );
  });

  it("finds an effect that is started twice", async () => {
    expect(await wrongs(outsideRun().repeat("call-started"))).toEqual(like(["P2", "starts a second time"]));
  });

  it("finds an effect at a later try", async () => {
    const chain = crashedRun().until("call-judged", 1);
    judgeCall(chain, call, { try: 2, reach: "outside" });
    expect(await wrongs(startCall(chain, call, null, { try: 2, reach: "outside" }))).toEqual(
      like(["P2", "starts at try 2"]),
    );
  });

  it("finds a reach other than the one that was judged", async () => {
    expect(await wrongs(plainRun().change("call-judged", { reach: "outside" }))).toEqual(
      like(["P2", "judged to reach outside and runs with reach sandbox"]),
    );
  });

  it("finds a crash that is taken for 'did not happen'", async () => {
    const chain = outsideRun().until("call-ended", 1);
    expect(await wrongs(chargeCrash(cutCall(own(chain), call), thread, 1, call))).toEqual(
      like(["P2", "treated as if it had not happened"]),
    );
  });

  it("finds a crash after which nobody doubts", async () => {
    const chain = own(outsideRun().until("call-ended", 1));
    expect(await wrongs(chain)).toEqual(like(["P2", "did not put call task/a/1/1/0 in doubt"]));
  });

  it("finds an outcome that does not say whether it happened", async () => {
    expect(await wrongs(outsideRun().change("call-ended", { effect: null }, 1))).toEqual(
      like(["P2", "without saying whether it happened"]),
    );
  });

  it("finds a doubt without reason", async () => {
    const doubt = { call, why: "timeout" } as const;
    expect(await wrongs(atWork().add("effect-doubted", doubt))).toEqual(like(["P2", "is not running"]));
    expect(await wrongs(plainRun().until("call-ended", 1).add("effect-doubted", doubt))).toEqual(
      like(["P2", "cannot reach outside"]),
    );
    const alive = outsideRun().until("call-ended", 1).add("effect-doubted", { call, why: "crash" });
    expect(await wrongs(alive)).toEqual(like(["P2", "its owner is still alive"]));
    expect(await wrongs(outsideRun().until("call-ended", 1).add("effect-doubted", doubt))).toEqual([]);
    const late = doubtedRun().change("effect-doubted", { why: "timeout" }).drop("crash-charged");
    expect(await wrongs(late)).toEqual(like(["P2", "did not put call"], ["P2", "is not running"]));
  });

  it("finds a doubt that ends without being settled", async () => {
    const chain = doubtedRun().until("effect-settled");
    expect(await wrongs(endCall(chain, call, { effect: "done" }))).toEqual(
      like(["P2", "ends without being settled"]),
    );
  });

  it("finds an effect settled that is not in doubt, or twice", async () => {
    expect(await wrongs(settle(outsideRun().until("model-started", 2), call))).toEqual(
      like(["P2", "settled and is not in doubt"]),
    );
    expect(await wrongs(doubtedRun().repeat("effect-settled"))).toEqual(
      like(["P2", "settled and is not in doubt"]),
    );
  });

  it("finds an effect settled by the harness without a probe", async () => {
    const chain = doubtedRun().change("effect-settled", { by: harness });
    expect(await wrongs(chain)).toEqual(like(["P2", "it has no probe"]));
    expect(await wrongs(chain.change("call-started", { probe: chain.blob("probe") }))).toEqual([]);
  });

  it("finds an effect settled otherwise than the person said, or by nobody", async () => {
    expect(await wrongs(doubtedRun().change("effect-settled", { finding: "did-not" }))).toEqual(
      like(["P2", "says something else"]),
    );
    const unsaid = doubtedRun();
    unsaid.answers = [];
    expect(await wrongs(unsaid)).toEqual(like(["P2", "nobody answered"]));
  });

  it("finds a run that ended as met with an effect in doubt, and lets others end so", async () => {
    const chain = doubtedRun().until("effect-settled");
    raise(chain, { task: null, kind: "goal" });
    answerEscalation(chain, "e1", "accept");
    endAttempt(chain, "a", 1, "cancelled").add("task-dropped", { task: "a", reason: "x", by: alice });
    const end = { outcome: "met", head: chain.blob("base"), grading: 0 } as const;
    expect(await wrongs(chain.add("run-ended", end))).toEqual(
      like(["P2", "ended as met while nobody knows"]),
    );
    expect(await wrongs(chain.change("run-ended", { outcome: "stopped" }))).toEqual([]);
  });
});
