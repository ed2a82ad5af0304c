import { describe, it } from "vitest";
import { callOf } from "../../../src/core/id.ts";
import { expectBroken, expectContent, sha256 } from "./chain-builder.ts";
import { approvedRun, atWork, call, crashedRun, plainRun, thread } from "./honest-chains.ts";
import { ask, endAttempt, endCall, judgeCall, startCall } from "./moves.ts";

describe("calls", () => {
  const base = sha256("base");

  it("finds events about a call no model asked for", async () => {
    const other = callOf(thread, 1, 7);
    await expectBroken(endCall(atWork(), other), ["protocol", `call ${other}, which no model asked for`]);
    await expectBroken(startCall(atWork(), other, base), [
      "protocol",
      `call ${other}, which no model asked for`,
    ]);
  });

  it("finds a call of another try", async () => {
    const chain = startCall(judgeCall(atWork(), call), call, base, { try: 2 });
    await expectBroken(chain, ["protocol", "call-started is about try 2"]);
  });

  it("finds a call judged twice, or after it ended", async () => {
    const twice = endCall(judgeCall(judgeCall(atWork(), call), call), call, { outcome: "refused" });
    await expectBroken(
      twice,
      ["protocol", "nothing followed from it"],
      ["protocol", "while it is judged already"],
    );
    const late = judgeCall(plainRun().until("model-started", 2), call);
    endCall(late, call, { outcome: "refused" });
    await expectBroken(late, ["protocol", "is judged while it is ended"], ["protocol", "ends twice"]);
  });

  it("finds calls of one turn out of order", async () => {
    const second = callOf(thread, 1, 1);
    const chain = judgeCall(atWork(["bash", "bash"]), second);
    await expectBroken(startCall(chain, second, base), ["protocol", "before the calls before it have ended"]);
    const finishing = endCall(atWork(["bash", "submit"]), second);
    await expectBroken(finishing, ["protocol", "before the calls before it have ended"]);
  });

  it("finds a call that goes on after its attempt ended", async () => {
    const chain = endAttempt(atWork(), "a", 1, "cancelled");
    await expectBroken(endCall(chain, call, { outcome: "refused" }), ["protocol", "is not at work"]);
  });

  it("finds a call that starts without being judged, or while it runs", async () => {
    await expectBroken(startCall(atWork(), call, base), ["protocol", "was never judged"]);
    const chain = startCall(startCall(judgeCall(atWork(), call), call, base), call, base);
    await expectBroken(chain, ["protocol", "starts while it is started"]);
    await expectBroken(plainRun().repeat("call-started"), ["protocol", "starts while it is started"]);
  });

  it("finds a call that runs something else than the model asked for", async () => {
    const tool = startCall(judgeCall(atWork(), call), call, base, { tool: "http_request" });
    await expectBroken(tool, ["protocol", "runs http_request, and the model asked for bash"]);
    const chain = judgeCall(atWork(), call);
    await expectBroken(startCall(chain, call, base, { args: chain.blob("x") }), [
      "protocol",
      "arguments the model did not give",
    ]);
  });

  it("P4: finds a call on a workspace that was trusted as found", async () => {
    const chain = plainRun().until("model-started", 2);
    const next = callOf(thread, 2, 0);
    judgeCall(ask(chain, thread, 2, ["bash"]), next);
    await expectBroken(startCall(chain, next, base), ["P4", "not what the journal says was left"]);
    chain.until("call-started", 1);
    await expectContent(startCall(chain, next, chain.blob("work")));
    const crashed = crashedRun();
    await expectBroken(crashed.change("call-started", { tree: crashed.blob("work") }, 1), [
      "P4",
      "not what the journal says was left",
    ]);
  });

  it("finds a call that ends twice", async () => {
    await expectBroken(plainRun().repeat("call-ended", 1), ["protocol", "ends twice"]);
  });

  it("finds a call that ends and never started, unless it finishes, is no call at all or is refused", async () => {
    await expectBroken(endCall(atWork(), call), ["protocol", "as ok and was never started"]);
    await expectContent(endCall(atWork(["submit"]), call));
    await expectContent(endCall(atWork(["unknown"]), call, { outcome: "error" }));
    await expectContent(
      endCall(judgeCall(atWork(), call, { decision: "refuse" }), call, { outcome: "refused" }),
    );
  });

  it("finds a call that is refused after it started, and one that ends while it is asked about", async () => {
    await expectBroken(plainRun().change("call-ended", { outcome: "refused" }, 1), [
      "protocol",
      "as refused after it had started",
    ]);
    const asked = approvedRun().until("approval-decided");
    await expectBroken(endCall(asked, call, { outcome: "refused" }), [
      "protocol",
      "while a person is asked about it",
    ]);
  });

  it("finds an effect outside of a call that cannot reach there", async () => {
    await expectBroken(plainRun().change("call-ended", { effect: "done" }, 1), [
      "protocol",
      "which it cannot reach",
    ]);
  });

  it("P4: finds a result that was not kept", async () => {
    await expectBroken(plainRun().change("call-ended", { result: null }, 1), [
      "P4",
      "what it gave back was not kept",
    ]);
  });
});
