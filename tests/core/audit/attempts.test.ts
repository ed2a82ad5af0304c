import { describe, expect, it } from "vitest";
import { alice, like, wrongs } from "./chain-builder.ts";
import { atWork, call, doubtedRun, parallelRun, plainRun, thread } from "./honest-chains.ts";
import { startModel } from "./call-moves.ts";
import { createRun, endAttempt, plan, startAttempt } from "./moves.ts";

describe("attempts", () => {
  it("P1: finds a task started again after it was accepted", async () => {
    const chain = plainRun().until("judging-started", 1);
    expect(await wrongs(startAttempt(chain, "a", 2).drop("baseline-recorded", -1))).toEqual(
      like(["P1", "started again after it was accepted"]),
    );
  });

  it("finds an attempt of an unknown, dropped or busy task", async () => {
    const chain = plan(createRun(), 1, { a: [] });
    const bare = (task: string, attempt = 1) =>
      startAttempt(chain, task, attempt).drop("baseline-recorded", -1);
    expect(await wrongs(bare("z"))).toEqual(like(["protocol", 'task "z" is started and is not planned']));
    const dropped = plan(createRun(), 1, { a: [] }).add("task-dropped", {
      task: "a",
      reason: "x",
      by: alice,
    });
    expect(await wrongs(startAttempt(dropped, "a"))).toEqual(like(["protocol", "the task was dropped"]));
    expect(await wrongs(startAttempt(atWork([]), "a", 2))).toEqual(
      like(["protocol", "starts while another is open"]),
    );
  });

  it("finds an attempt out of line", async () => {
    const chain = startAttempt(plan(createRun(), 1, { a: [] }), "a", 2);
    expect(await wrongs(chain)).toEqual(like(["protocol", 'attempt 2 of task "a" follows attempt 0']));
  });

  it("finds an attempt whose needs are not accepted", async () => {
    const chain = plan(createRun(), 1, { a: [], b: ["a"] });
    expect(await wrongs(startAttempt(chain, "b"))).toEqual(
      like(["protocol", 'before task "a", which it needs, was accepted']),
    );
  });

  it("finds an attempt from another tree than the head", async () => {
    const chain = plan(createRun(), 1, { a: [] });
    expect(await wrongs(startAttempt(chain, "a", 1, { start: chain.blob("elsewhere") }))).toEqual(
      like(["protocol", "not the head of the run"]),
    );
  });

  it("finds an attempt during a planning and during the judging of the goal", async () => {
    const chain = plan(createRun(), 1, { a: [] });
    chain.add("planning-started", { version: 2, reason: "person", feedback: null });
    expect(await wrongs(startAttempt(chain, "a"))).toEqual(
      like(["protocol", "starts while a plan is being made"]),
    );
    const judging = plan(createRun(), 1, { a: [] });
    judging.add("judging-started", {
      task: null,
      attempt: 0,
      grading: 1,
      tree: judging.blob("base"),
      restored: null,
      criteria: [{ id: "c1", type: "command" }],
      image: "img",
    });
    expect(await wrongs(startAttempt(judging, "a"))).toEqual(
      like(["protocol", 'starts while task "a" is not done'], ["protocol", "while the goal is being judged"]),
    );
  });

  it("finds a hand-off nobody left", async () => {
    const chain = parallelRun();
    const handoffs = [{ task: "a", handoff: chain.blob("another") }];
    expect(await wrongs(chain.change("attempt-started", { handoffs }, 2))).toEqual(
      like(["protocol", "did not leave"]),
    );
  });

  it("finds company of an attempt that should run alone", async () => {
    const chain = parallelRun().change("attempt-started", { alone: true });
    expect(await wrongs(chain)).toEqual(like(["protocol", 'starts beside task "a", which should run alone']));
    const late = parallelRun().change("attempt-started", { alone: true }, 1);
    expect(await wrongs(late)).toEqual(like(["protocol", 'should run alone, and task "a" is at work']));
  });

  it("finds a baseline out of place, and one that is satisfied by a failure", async () => {
    expect(await wrongs(plainRun().repeat("baseline-recorded"))).toEqual(
      like(["protocol", "is not being prepared"]),
    );
    const chain = startAttempt(plan(createRun(), 1, { a: [] }), "a").change("baseline-recorded", {
      satisfied: true,
    });
    expect(await wrongs(chain)).toEqual(like(["P6", "counts as satisfied before any work"]));
  });

  it("finds a second submission, and one the worker did not make", async () => {
    expect(await wrongs(plainRun().repeat("attempt-submitted"))).toEqual(
      like(["protocol", "is submitted and is not at work"]),
    );
    const chain = atWork([]);
    chain.add("attempt-submitted", {
      task: "a",
      attempt: 1,
      submission: null,
      candidate: chain.blob("x"),
      by: "worker",
    });
    expect(await wrongs(chain)).toEqual(like(["protocol", "which did not hand it in"]));
    expect(await wrongs(chain.change("attempt-submitted", { by: "harness" }))).toEqual([]);
  });

  it("finds an end twice, and one while a call is open", async () => {
    expect(await wrongs(plainRun().repeat("attempt-ended"))).toEqual(
      like(["protocol", "ends and is not open"]),
    );
    const busy = endAttempt(startModel(atWork([]), thread, 2), "a", 1, "cancelled");
    expect(await wrongs(busy)).toEqual(like(["protocol", "ends while a model call is open"]));
    const running = doubtedRun().until("run-owned", 1);
    expect(await wrongs(endAttempt(running, "a", 1, "cancelled"))).toEqual(
      like(["protocol", `ends while call ${call} is running`]),
    );
  });

  it.each([
    ["accepted", "and its task was not accepted"],
    ["rejected", "and no verdict failed it"],
    ["conflict", "and its integration did not end so"],
    ["regressed", "and its integration did not end so"],
  ] as const)("finds an attempt that ends as %s for no reason", async (outcome, what) => {
    expect(await wrongs(endAttempt(atWork([]), "a", 1, outcome))).toEqual(like(["protocol", what]));
  });

  it("finds an attempt that gave up though its task was accepted", async () => {
    expect(await wrongs(plainRun().change("attempt-ended", { outcome: "gave-up" }))).toEqual(
      like(["protocol", "not ended in the same commit"], ["protocol", "though its task was accepted"]),
    );
  });
});
