import { describe, expect, it } from "vitest";
import { callOf } from "../../../src/core/id.ts";
import { like, sha256, wrongs } from "./chain-builder.ts";
import { approvedRun, atWork, call, crashedRun, plainRun, thread } from "./honest-chains.ts";
import { ask, decideApproval, endCall, judgeCall, refuseCall, startCall } from "./call-moves.ts";
import { endAttempt } from "./moves.ts";

describe("calls", () => {
  const base = sha256("base");

  it("finds events about a call no model asked for", async () => {
    const other = callOf(thread, 1, 7);
    expect(
      await wrongs(
        judgeCall(atWork(), other)
          .until("call-judged")
          .add("effect-doubted", { call: other, why: "timeout" }),
      ),
    ).toEqual(like(["P2", "is not running"]));
    expect(await wrongs(endCall(atWork(), other))).toEqual(
      like(["protocol", `call ${other}, which no model asked for`]),
    );
    expect(await wrongs(startCall(atWork(), other, base))).toEqual(
      like(["protocol", `call ${other}, which no model asked for`]),
    );
  });

  it("finds a call of another try", async () => {
    const chain = startCall(judgeCall(atWork(), call), call, base, { try: 2 });
    expect(await wrongs(chain)).toEqual(like(["protocol", "call-started is about try 2"]));
  });

  it("finds a call judged twice, after it was granted, or after it ended", async () => {
    const twice = judgeCall(judgeCall(atWork(), call), call);
    endCall(twice, call, { outcome: "refused" });
    expect(await wrongs(twice)).toEqual(
      like(["protocol", "nothing followed from it"], ["protocol", "while it is judged already"]),
    );
    const edited = judgeCall(approvedRun(true).until("call-started"), call);
    expect((await wrongs(edited))[0]).toEqual(["protocol", expect.stringContaining("while it is cleared")]);
    const late = judgeCall(plainRun().until("model-started", 2), call);
    endCall(late, call, { outcome: "refused" });
    expect(await wrongs(late)).toEqual(
      like(["protocol", "is judged while it is ended"], ["protocol", "ends twice"]),
    );
  });

  it("finds calls of one turn out of order", async () => {
    const second = callOf(thread, 1, 1);
    const chain = judgeCall(atWork(["bash", "bash"]), second);
    expect(await wrongs(startCall(chain, second, base))).toEqual(
      like(["protocol", "before the calls before it have ended"]),
    );
    const finishing = endCall(atWork(["bash", "submit"]), second);
    expect(await wrongs(finishing)).toEqual(like(["protocol", "before the calls before it have ended"]));
  });

  it("finds a call that goes on after its attempt ended", async () => {
    const chain = endAttempt(atWork(), "a", 1, "cancelled");
    expect(await wrongs(endCall(chain, call, { outcome: "refused" }))).toEqual(
      like(["protocol", "is not at work"]),
    );
  });

  it("finds a call that starts without being judged, or while it runs", async () => {
    expect(await wrongs(startCall(atWork(), call, base))).toEqual(like(["protocol", "was never judged"]));
    const chain = startCall(startCall(judgeCall(atWork(), call), call, base), call, base);
    expect(await wrongs(chain)).toEqual(like(["protocol", "starts while it is started"]));
    expect(await wrongs(plainRun().repeat("call-started"))).toEqual(
      like(["protocol", "starts while it is started"]),
    );
  });

  it("finds a call that runs something else than the model asked for", async () => {
    const tool = startCall(judgeCall(atWork(), call), call, base, { tool: "http_request" });
    expect(await wrongs(tool)).toEqual(like(["protocol", "runs http_request, and the model asked for bash"]));
    const chain = judgeCall(atWork(), call);
    expect(await wrongs(startCall(chain, call, base, { args: chain.blob("x") }))).toEqual(
      like(["protocol", "arguments the model did not give"]),
    );
  });

  it("P4: finds a call on a workspace that was trusted as found", async () => {
    const chain = plainRun().until("model-started", 2);
    const next = callOf(thread, 2, 0);
    judgeCall(ask(chain, thread, 2, ["bash"]), next);
    expect(await wrongs(startCall(chain, next, base))).toEqual(
      like(["P4", "not what the journal says was left"]),
    );
    chain.until("call-started", 1);
    expect(await wrongs(startCall(chain, next, chain.blob("work")))).toEqual([]);
    const crashed = crashedRun();
    expect(await wrongs(crashed.change("call-started", { tree: crashed.blob("work") }, 2))).toEqual(
      like(["P4", "not what the journal says was left"]),
    );
  });

  it("finds a call that ends twice", async () => {
    expect(await wrongs(plainRun().repeat("call-ended", 1))).toEqual(like(["protocol", "ends twice"]));
  });

  it("finds a call that ends and never started, unless it hands in or is refused", async () => {
    expect(await wrongs(endCall(atWork(), call))).toEqual(like(["protocol", "as ok and was never started"]));
    expect(await wrongs(endCall(atWork(["submit"]), call))).toEqual([]);
    expect(await wrongs(endCall(atWork(["submit"]), call, { outcome: "error" }))).toEqual([]);
    expect(await wrongs(endCall(atWork(["submit"]), call, { outcome: "timeout" }))).toEqual(
      like(["protocol", "as timeout and was never started"]),
    );
    expect(await wrongs(endCall(atWork(["unknown"]), call, { outcome: "error" }))).toEqual(
      like(["protocol", "as error and was never started"]),
    );
    for (const tool of ["bash", "unknown", "submit"])
      expect(await wrongs(refuseCall(atWork([tool]), call))).toEqual([]);
  });

  it("finds a call that is refused after it started, and one that ends while it waits for a person or was refused by one", async () => {
    expect(await wrongs(plainRun().change("call-ended", { outcome: "refused" }, 1))).toEqual(
      like(["protocol", "as refused after it had started"]),
    );
    const asked = approvedRun().until("approval-decided");
    expect(await wrongs(endCall(asked, call, { outcome: "refused" }))).toEqual(
      like(["protocol", "while a person is asked about it"]),
    );
    const granted = approvedRun().until("call-started");
    expect(await wrongs(endCall(granted, call, { outcome: "refused" }))).toEqual(
      like(["protocol", "as refused while the grant for it waits"]),
    );
    const no = decideApproval(approvedRun().until("approval-decided"), "a1", "refuse");
    no.answers.shift();
    expect(await wrongs(endCall(no, call))).toEqual(like(["protocol", "as ok and was never started"]));
  });

  it("finds an effect outside of a call that cannot reach there", async () => {
    expect(await wrongs(plainRun().change("call-ended", { effect: "done" }, 1))).toEqual(
      like(["protocol", "which it cannot reach"]),
    );
  });

  it("P4: finds a result that was not kept", async () => {
    expect(await wrongs(plainRun().change("call-ended", { result: null }, 1))).toEqual(
      like(["P4", "what it gave back was not kept"]),
    );
  });
});
