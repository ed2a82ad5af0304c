import { describe, it } from "vitest";
import { harness } from "../../../src/core/event.ts";
import { callOf } from "../../../src/core/id.ts";
import { expectBroken, expectContent, rule, sha256 } from "./chain-builder.ts";
import { approvedRun, atWork, call, finish, thread } from "./honest-chains.ts";
import {
  argsOf,
  ask,
  decideApproval,
  endCall,
  judgeCall,
  requestApproval,
  startCall,
  voidApproval,
} from "./moves.ts";

describe("approvals (P3)", () => {
  it("finds an approval requested twice, or where the policy does not ask", async () => {
    const chain = approvedRun().until("approval-decided");
    await expectBroken(
      requestApproval(chain, call, null),
      ["protocol", "requested twice"],
      ["protocol", "the policy does not ask"],
    );
    const free = requestApproval(judgeCall(atWork(), call), call, null);
    await expectBroken(free, ["protocol", "the policy does not ask"]);
    const stray = requestApproval(atWork(), callOf(thread, 1, 7), null);
    await expectBroken(stray, ["protocol", "which no model asked for"]);
  });

  it("finds a card that shows another action", async () => {
    const chain = judgeCall(atWork(), call, { decision: "ask" });
    await expectBroken(requestApproval(chain, call, null, { args: chain.blob("x") }), [
      "P3",
      "shows another action",
    ]);
  });

  it("finds a decision about nothing, and one that comes twice", async () => {
    await expectBroken(voidApproval(atWork(), "a9"), ["P3", "was never requested"]);
    await expectBroken(approvedRun().repeat("approval-decided"), [
      "P3",
      "decided again after it was granted",
    ]);
  });

  it("finds a grant by the harness, and takes one by a rule", async () => {
    await expectBroken(approvedRun().change("approval-decided", { by: harness }), [
      "P3",
      "granted by the harness itself",
    ]);
    await expectContent(approvedRun().change("approval-decided", { by: rule }));
  });

  it("finds a grant nobody gave, one that was answered otherwise, by another, or twice", async () => {
    const unsaid = approvedRun();
    unsaid.answers = [];
    await expectBroken(unsaid, ["P3", 'nobody answered "a1"']);
    const otherwise = approvedRun();
    otherwise.answers = [];
    otherwise.answer("a1", { type: "approval", answer: "refuse", edited: null, note: null });
    await expectBroken(otherwise, ["P3", "says something else"]);
    const bob = approvedRun().change("approval-decided", { by: { type: "person", user: "bob", tty: null } });
    await expectBroken(bob, ["P3", "was answered by alice, not by bob"]);
    const twice = approvedRun().answer("a1", { type: "approval", answer: "grant", edited: null, note: null });
    await expectBroken(twice, ["P3", "has 2 answers"]);
  });

  it("finds a grant after the request expired, and one for ever", async () => {
    await expectBroken(approvedRun().change("approval-requested", { expires: 1 }), [
      "P3",
      "after the request had expired",
    ]);
    await expectBroken(approvedRun().change("approval-decided", { until: null }), ["P3", "granted for ever"]);
  });

  it("finds an edit that is not said, or said and not made", async () => {
    const chain = approvedRun();
    chain.answers = [];
    chain.answer("a1", { type: "approval", answer: "grant-edited", edited: null, note: null });
    await expectBroken(chain.change("approval-decided", { answer: "grant-edited" }), [
      "P3",
      "does not say what was edited",
    ]);
  });

  it("finds a grant used after it expired", async () => {
    await expectBroken(approvedRun().change("approval-decided", { until: 1 }), [
      "P3",
      "after the grant had expired",
    ]);
  });

  it.each([
    ["args", sha256("base")],
    ["cwd", "elsewhere"],
    ["image", "another"],
    ["tree", sha256("goal")],
    ["policy", sha256("goal")],
  ] as const)("finds a grant used for another %s", async (field, value) => {
    await expectBroken(approvedRun().change("call-started", { [field]: value }), ["P3", `another ${field}`]);
  });

  it("finds a grant used for another tool", async () => {
    const chain = approvedRun().change("call-started", { tool: "http_request" });
    await expectBroken(chain, ["protocol", "the model asked for bash"], ["P3", "another tool"]);
  });

  it("finds edited arguments that were shown and then not used", async () => {
    const chain = approvedRun(true);
    await expectBroken(chain.change("call-started", { args: argsOf(chain, call) }), ["P3", "another args"]);
  });

  it("finds a grant used by another call, and one used twice", async () => {
    const chain = approvedRun().until("model-started", 2);
    const next = callOf(thread, 2, 0);
    judgeCall(ask(chain, thread, 2, ["bash"]), next, { decision: "ask" });
    startCall(chain, next, null, { approval: "a1" });
    await expectBroken(chain, ["P3", "uses approval a1, which was used already"]);
    const other = approvedRun();
    await expectBroken(other.change("call-started", { approval: "a2" }), [
      "P3",
      "approval a2, which was never requested",
    ]);
  });

  it("finds a call that starts without the approval the policy asks for", async () => {
    const chain = startCall(judgeCall(atWork(), call, { decision: "ask" }), call, null);
    await expectBroken(chain, ["P3", "without the approval the policy asks for"]);
  });

  it("finds a call that starts though the policy refused it", async () => {
    const chain = startCall(judgeCall(atWork(), call, { decision: "refuse" }), call, null);
    await expectBroken(chain, ["P3", "though the policy refused it"]);
  });

  it.each(["refuse", "expire"] as const)(
    "finds a call that starts after the answer was %s",
    async (answer) => {
      const chain = decideApproval(approvedRun().until("approval-decided"), "a1", answer);
      chain.answers.shift();
      await expectContent(endCall(chain, call, { outcome: "refused" }));
      chain.drop("call-ended", -1);
      const status = answer === "refuse" ? "refused" : "expired";
      await expectBroken(startCall(chain, call, chain.blob("base"), { approval: "a1" }), [
        "P3",
        `which is ${status}`,
      ]);
    },
  );

  it("lets a void approval be asked again on the tree as it is now", async () => {
    const chain = voidApproval(approvedRun().until("call-started"), "a1");
    const tree = chain.blob("changed meanwhile");
    requestApproval(judgeCall(chain, call, { decision: "ask" }), call, tree, { approval: "a2" });
    decideApproval(chain, "a2", "grant");
    await expectContent(finish(endCall(startCall(chain, call, tree, { approval: "a2" }), call)));
    chain.until("approval-requested", 1).drop("call-judged", -1);
    await expectBroken(
      startCall(judgeCall(chain, call, { decision: "ask" }), call, chain.blob("base"), { approval: "a1" }),
      ["P3", "which is void"],
    );
  });
});
