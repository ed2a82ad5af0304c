import { describe, expect, it } from "vitest";
import { harness } from "../../../src/core/event.ts";
import { callOf } from "../../../src/core/id.ts";
import { alice, like, rule, sha256, wrongs } from "./chain-builder.ts";
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
} from "./call-moves.ts";

describe("approvals (P3)", () => {
  it("finds an approval requested twice, or where the policy does not ask", async () => {
    const chain = approvedRun().until("approval-decided");
    expect(await wrongs(requestApproval(chain, call, null))).toEqual(
      like(["protocol", "requested twice"], ["protocol", "the policy does not ask"]),
    );
    const free = requestApproval(judgeCall(atWork(), call), call, null);
    expect(await wrongs(free)).toEqual(like(["protocol", "the policy does not ask"]));
    const stray = requestApproval(atWork(), callOf(thread, 1, 7), null);
    expect(await wrongs(stray)).toEqual(like(["protocol", "which no model asked for"]));
  });

  it("finds a card that shows another action", async () => {
    const chain = judgeCall(atWork(), call, { decision: "ask" });
    expect(await wrongs(requestApproval(chain, call, null, { args: chain.blob("x") }))).toEqual(
      like(["P3", "shows another action"]),
    );
  });

  it("finds a decision about nothing, and one that comes twice", async () => {
    expect(await wrongs(voidApproval(atWork(), "a9"))).toEqual(like(["P3", "was never requested"]));
    expect(await wrongs(approvedRun().repeat("approval-decided"))).toEqual(
      like(["P3", "decided again after it was granted"]),
    );
  });

  it("finds a grant by the harness, and takes one by a rule", async () => {
    expect(await wrongs(approvedRun().change("approval-decided", { by: harness }))).toEqual(
      like(["P3", "granted by the harness itself"]),
    );
    expect(await wrongs(approvedRun().change("approval-decided", { by: rule }))).toEqual([]);
  });

  it("finds a grant nobody gave, one that was answered otherwise, by another, or twice", async () => {
    const unsaid = approvedRun();
    unsaid.answers = [];
    expect(await wrongs(unsaid)).toEqual(like(["P3", 'nobody answered "a1"']));
    const otherwise = approvedRun();
    otherwise.answers = [];
    otherwise.answer("a1", { type: "approval", answer: "refuse", edited: null, note: null });
    expect(await wrongs(otherwise)).toEqual(like(["P3", "says something else"]));
    const bob = approvedRun().change("approval-decided", { by: { type: "person", user: "bob", tty: null } });
    expect(await wrongs(bob)).toEqual(like(["P3", "was answered by alice, not by bob"]));
    const twice = approvedRun().answer("a1", { type: "approval", answer: "grant", edited: null, note: null });
    expect(await wrongs(twice)).toEqual(like(["P3", "has 2 answers"]));
  });

  it("finds a grant after the request expired, and one for ever", async () => {
    expect(await wrongs(approvedRun().change("approval-requested", { expires: 1 }))).toEqual(
      like(["P3", "after the request had expired"]),
    );
    expect(await wrongs(approvedRun().change("approval-decided", { until: null }))).toEqual(
      like(["P3", "granted for ever"]),
    );
  });

  it("finds a grant that was given in time and lost", async () => {
    const chain = approvedRun().until("approval-decided");
    const body = { approval: "a1", edited: null, note: null, until: null, by: harness } as const;
    endCall(chain.add("approval-decided", { ...body, answer: "expire" }), call, { outcome: "refused" });
    expect(await wrongs(chain)).toEqual(like(["P3", "the grant was lost"]));
    const late = chain.change("approval-requested", { expires: 1 });
    expect(await wrongs(late)).toEqual([]);
  });

  it("lets the policy refuse what a person edited", async () => {
    const chain = approvedRun(true).until("approval-decided");
    const body = { approval: "a1", edited: null, note: null, until: null, by: alice } as const;
    endCall(chain.add("approval-decided", { ...body, answer: "refuse" }), call, { outcome: "refused" });
    expect(await wrongs(chain)).toEqual([]);
  });

  it("finds an edit that is not said, or said and not made", async () => {
    const chain = approvedRun();
    chain.answers = [];
    chain.answer("a1", { type: "approval", answer: "grant-edited", edited: null, note: null });
    expect(await wrongs(chain.change("approval-decided", { answer: "grant-edited" }))).toEqual(
      like(["P3", "does not say what was edited"]),
    );
  });

  it("finds a grant used after it expired", async () => {
    expect(await wrongs(approvedRun().change("approval-decided", { until: 1 }))).toEqual(
      like(["P3", "after the grant had expired"]),
    );
  });

  it.each([
    ["args", sha256("base")],
    ["cwd", "elsewhere"],
    ["image", "another"],
    ["tree", sha256("goal")],
    ["policy", sha256("goal")],
  ] as const)("finds a grant used for another %s", async (field, value) => {
    expect(await wrongs(approvedRun().change("call-started", { [field]: value }))).toEqual(
      like(["P3", `another ${field}`]),
    );
  });

  it("finds a grant used for another tool", async () => {
    const chain = approvedRun().change("call-started", { tool: "http_request" });
    expect(await wrongs(chain)).toEqual(
      like(["protocol", "the model asked for bash"], ["P3", "another tool"]),
    );
  });

  it("finds edited arguments that were shown and then not used", async () => {
    const chain = approvedRun(true);
    expect(await wrongs(chain.change("call-started", { args: argsOf(chain, call) }))).toEqual(
      like(["P3", "another args"]),
    );
  });

  it("finds a grant used by another call, and one used twice", async () => {
    const chain = approvedRun().until("model-started", 2);
    const next = callOf(thread, 2, 0);
    judgeCall(ask(chain, thread, 2, ["bash"]), next, { decision: "ask" });
    startCall(chain, next, null, { approval: "a1" });
    expect(await wrongs(chain)).toEqual(like(["P3", "uses approval a1, which was used already"]));
    const other = approvedRun();
    expect(await wrongs(other.change("call-started", { approval: "a2" }))).toEqual(
      like(["P3", "approval a2, which was never requested"]),
    );
  });

  it("finds a call that starts without the approval the policy asks for", async () => {
    const chain = startCall(judgeCall(atWork(), call, { decision: "ask" }), call, null);
    expect(await wrongs(chain)).toEqual(like(["P3", "without the approval the policy asks for"]));
  });

  it("finds a call that starts though the policy refused it", async () => {
    const chain = startCall(judgeCall(atWork(), call, { decision: "refuse" }), call, null);
    expect(await wrongs(chain)).toEqual(like(["P3", "though the policy refused it"]));
  });

  it.each(["refuse", "expire"] as const)(
    "finds a call that starts after the answer was %s",
    async (answer) => {
      const chain = decideApproval(approvedRun().until("approval-decided"), "a1", answer);
      chain.answers.shift();
      expect(await wrongs(endCall(chain, call, { outcome: "refused" }))).toEqual([]);
      chain.drop("call-ended", -1);
      const status = answer === "refuse" ? "refused" : "expired";
      expect(await wrongs(startCall(chain, call, chain.blob("base"), { approval: "a1" }))).toEqual(
        like(["P3", `which is ${status}`]),
      );
    },
  );

  it("lets a void approval be asked again on the tree as it is now", async () => {
    const chain = voidApproval(approvedRun().until("call-started"), "a1");
    const tree = chain.blob("changed meanwhile");
    requestApproval(judgeCall(chain, call, { decision: "ask" }), call, tree, { approval: "a2" });
    decideApproval(chain, "a2", "grant");
    expect(await wrongs(finish(endCall(startCall(chain, call, tree, { approval: "a2" }), call)))).toEqual([]);
    chain.until("approval-requested", 1).drop("call-judged", -1);
    expect(
      await wrongs(
        startCall(judgeCall(chain, call, { decision: "ask" }), call, chain.blob("base"), { approval: "a1" }),
      ),
    ).toEqual(like(["P3", "which is void"]));
  });
});
