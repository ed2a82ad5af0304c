import { describe, expect, it } from "vitest";
import { planThread } from "../../../src/core/id.ts";
import { like, wrongs } from "./chain-builder.ts";
import { atWork, call, plainRun, thread } from "./honest-chains.ts";
import { ask, cutModel, endCall, startModel } from "./call-moves.ts";
import { chargeCrash, createRun, own, plan, startAttempt } from "./moves.ts";

describe("turns", () => {
  it("finds a turn in a thread that is closed", async () => {
    const chain = plainRun().until("judging-started");
    expect(await wrongs(startModel(chain, thread, 3))).toEqual(like(["protocol", "is not at work"]));
    const early = atWork([]).drop("baseline-recorded").until("model-started", 1);
    expect(await wrongs(startModel(early, thread, 1))).toEqual(like(["protocol", "is not at work"]));
    expect(await wrongs(startModel(plan(createRun(), 1, {}), planThread(1), 2))).toEqual(
      like(["protocol", "plan 1 is not being made"]),
    );
    expect(await wrongs(startModel(atWork([]), "judge/a/1/1", 1))).toEqual(
      like(["protocol", 'grading 1 of task "a" is not open']),
    );
    expect(await wrongs(startModel(atWork([]), "goal/1", 1))).toEqual(
      like(["protocol", "grading 1 of the goal is not open"]),
    );
  });

  it.each([
    [3, 1, "after turn 1"],
    [2, 2, "after turn 1"],
    [1, 1, "after turn 1"],
  ])("finds turn %i try %i after turn 1", async (turn, attempt, what) => {
    expect(await wrongs(startModel(atWork([]), thread, turn, attempt))).toEqual(like(["protocol", what]));
  });

  it("finds a thread that does not begin with turn 1", async () => {
    const chain = startAttempt(plan(createRun(), 1, { a: [] }), "a");
    expect(await wrongs(startModel(chain, thread, 2))).toEqual(like(["protocol", "is not the first"]));
  });

  it("finds a second model call while one is open", async () => {
    const chain = startModel(atWork([]), thread, 2);
    expect(await wrongs(startModel(chain, thread, 2))).toEqual(
      like(["protocol", "while a model call of the thread is open"]),
    );
  });

  it("finds a retry that skips a try", async () => {
    const chain = own(startModel(atWork([]), thread, 2));
    chargeCrash(cutModel(chain, thread, 2), thread, 1);
    expect(await wrongs(startModel(chain, thread, 2, 3))).toEqual(
      like(["protocol", "after try 1 of turn 2 did not succeed"]),
    );
  });

  it("finds the next turn before all calls have ended", async () => {
    const chain = endCall(atWork(["submit", "submit"]), call);
    expect(await wrongs(startModel(chain, thread, 2))).toEqual(
      like(["protocol", "before all calls of turn 1 have ended"]),
    );
  });

  it("finds an answer nobody waits for", async () => {
    expect(await wrongs(plainRun().repeat("model-ended", 1))).toEqual(
      like(["protocol", "ends and is not open"]),
    );
  });

  it("finds an answer that was not kept, and calls of one that did not arrive whole", async () => {
    expect(
      await wrongs(ask(atWork([]), thread, 2, []).change("model-ended", { response: null }, -1)),
    ).toEqual(like(["P4", "was not kept"]));
    const chain = ask(atWork([]), thread, 2, ["bash"]).change("model-ended", { outcome: "failed" }, -1);
    expect(await wrongs(chain)).toEqual(like(["protocol", "its calls were taken"]));
  });

  it("finds calls out of order in an answer", async () => {
    const chain = ask(atWork([]), thread, 2, []);
    const calls = [{ index: 1, tool: "bash", args: chain.blob("x"), valid: true }];
    expect(await wrongs(chain.change("model-ended", { calls }, -1))).toEqual(
      like(["protocol", "does not number its calls in order"]),
    );
  });

  it("finds a compaction through a turn that never was", async () => {
    const chain = atWork([]);
    chain.add("context-compacted", { thread, throughTurn: 1, summary: chain.blob("s"), saved: 1 });
    expect(await wrongs(chain)).toEqual([]);
    expect(await wrongs(chain.change("context-compacted", { throughTurn: 2 }))).toEqual(
      like(["protocol", "which never was"]),
    );
  });
});
