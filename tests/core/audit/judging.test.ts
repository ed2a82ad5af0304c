import { describe, expect, it } from "vitest";
import { like, sha256, wrongs } from "./chain-builder.ts";
import { atWork, escalatedRun, plainRun, replannedRun, rubricRun } from "./honest-chains.ts";
import { endAttempt, submit } from "./moves.ts";
import { accept, judge, meet } from "./result-moves.ts";

describe("judging (P6)", () => {
  it("finds a grading of something else than was handed in", async () => {
    const chain = plainRun();
    expect(await wrongs(chain.change("judging-started", { tree: chain.blob("base") }))).toEqual(
      like(["P6", "not what was handed in"]),
    );
    const list = chain.blob("list of restored files");
    expect(await wrongs(chain.change("judging-started", { restored: { count: 1, list } }))).toEqual([]);
  });

  it("finds a grading of the goal on another tree than the head", async () => {
    const chain = plainRun();
    expect(await wrongs(chain.change("judging-started", { tree: chain.blob("base") }, 1))).toEqual(
      like(["P6", "not the head of the run"]),
    );
  });

  it("finds a grading that leaves a criterion of the plan out", async () => {
    const chain = plainRun();
    const { baseline } = chain.body("plan-proposed");
    chain.change("plan-proposed", {
      baseline: [...baseline, { task: "a", criterion: "c2", result: "fail" }],
    });
    expect(await wrongs(chain)).toEqual(like(["P6", 'leaves out criterion "c2"']));
  });

  it("finds a grading out of line or out of place", async () => {
    const chain = submit(atWork([]), "a", 1, 2, sha256("base"));
    expect(await wrongs(judge(chain, "a", 1, 2, chain.blob("base")))).toEqual(
      like(["protocol", 'grading 2 of attempt 1 of task "a" follows grading 0']),
    );
    const early = judge(atWork([]), "a", 1, 1, sha256("base")).drop("criterion-judged").drop("verdict-given");
    expect(
      await wrongs(early.change("judging-started", { restored: { count: 1, list: early.blob("base") } })),
    ).toEqual(like(["protocol", "while the attempt is working"]));
    expect(
      await wrongs(
        judge(atWork([]), "a", 2, 1, sha256("base")).drop("criterion-judged").drop("verdict-given"),
      ),
    ).toEqual(like(["protocol", "and the attempt is not open"]));
  });

  it("finds gradings of the goal out of line or out of place", async () => {
    const twice = plainRun().repeat("judging-started", 1);
    expect(await wrongs(twice)).toEqual(
      like(["protocol", "while another is open"], ["protocol", "follows grading 1"]),
    );
    const chain = plainRun().until("judging-started", 1);
    chain.add("planning-started", { version: 2, reason: "person", feedback: null });
    expect(await wrongs(judge(chain, null, 0, 1, sha256("work")))).toEqual(
      like(["protocol", "while a plan is being made"]),
    );
  });

  it("finds a criterion that is not of the grading, or judged twice, or in a closed one", async () => {
    const chain = plainRun().change("criterion-judged", { criterion: "c9" });
    expect(await wrongs(chain)).toEqual(like(["P6", 'criterion "c9"'], ["P6", '"c1" was never judged']));
    expect(await wrongs(plainRun().repeat("criterion-judged"))).toEqual(
      like(["protocol", "is judged twice"]),
    );
    expect(await wrongs(plainRun().repeat("verdict-given"))).toEqual(like(["protocol", "which is not open"]));
  });

  it("finds a pass without what it rests on", async () => {
    expect(await wrongs(plainRun().change("criterion-judged", { exit: null }))).toEqual(
      like(["P6", "passes without an exit code"]),
    );
    expect(await wrongs(rubricRun().change("criterion-judged", { score: null }, 1))).toEqual(
      like(["P6", "passes without a score"]),
    );
  });

  it("finds a rubric judged by nobody, and lets one be invalid so", async () => {
    const unsaid = like(["P6", "its evaluator handed nothing in"]);
    expect(await wrongs(rubricRun().drop("call-ended", -1))).toEqual(unsaid);
    const sentBack = rubricRun().change("call-ended", { outcome: "error" }, -1);
    expect(await wrongs(sentBack)).toEqual(unsaid);
    const invalid = sentBack.until("verdict-given").change("criterion-judged", { result: "invalid" }, 1);
    expect(await wrongs(invalid)).toEqual([]);
  });

  it.each([
    ["fail", "pass", "not every criterion passed"],
    ["invalid", "pass", "not every criterion passed"],
    ["pass", "fail", "no criterion said so"],
    ["pass", "invalid", "no criterion said so"],
    ["fail", "invalid", "no criterion said so"],
  ] as const)(
    "finds a criterion that says %s under a verdict that says %s",
    async (result, verdict, what) => {
      const chain = plainRun().until("integration-started");
      chain.change("criterion-judged", { result }).change("verdict-given", { verdict });
      if (verdict === "fail") endAttempt(chain, "a", 1, "rejected");
      expect(await wrongs(chain)).toEqual(like(["P6", what]));
    },
  );

  it("finds a pass while a criterion was never judged, and lets a failure end it early", async () => {
    const criteria = ["c1", "c2"].map((id) => ({ id, type: "command" as const }));
    expect(await wrongs(plainRun().change("judging-started", { criteria }))).toEqual(
      like(["P6", '"c2" was never judged']),
    );
    expect(await wrongs(escalatedRun("retry").change("judging-started", { criteria }))).toEqual([]);
  });

  it("finds a pass by nothing at all", async () => {
    const chain = plainRun();
    chain
      .change("plan-proposed", { baseline: [] })
      .change("judging-started", { criteria: [] })
      .drop("criterion-judged");
    expect(await wrongs(chain)).toEqual(like(["P6", "nothing to judge by"]));
  });

  it("lets an invalid grading be repeated at no cost", async () => {
    const chain = atWork([]);
    const tree = chain.blob("work");
    submit(chain, "a", 1, 2, tree);
    judge(chain, "a", 1, 1, tree, "invalid");
    judge(chain, "a", 1, 2, tree);
    expect(await wrongs(meet(accept(chain, "a", 1, chain.blob("base"), tree)))).toEqual([]);
  });

  it("finds a run that is met without a verdict, or by an old one", async () => {
    const chain = plainRun().until("judging-started", 1);
    expect(
      await wrongs(chain.add("run-ended", { outcome: "met", head: chain.blob("work"), grading: 0 })),
    ).toEqual(like(["P6", "without a verdict on its goal"]));
    expect(await wrongs(replannedRun().change("run-ended", { grading: 1 }))).toEqual(
      like(["P6", "which is not the last"]),
    );
  });
});
