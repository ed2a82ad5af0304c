import { describe, expect, it } from "vitest";
import { compareFinal, finalState } from "../../../src/core/audit/final-state.ts";
import type { Chain } from "./chain-builder.ts";
import { sha256 } from "./chain-builder.ts";
import {
  approvedRun,
  atWork,
  crashedRun,
  doubtedRun,
  escalatedRun,
  parallelRun,
  plainRun,
} from "./honest-chains.ts";

describe("final states (P5)", () => {
  const stateOf = (chain: Chain) => finalState(chain.entries());

  it("tells where a run stands", () => {
    const work = sha256("work");
    expect(stateOf(plainRun())).toEqual({ outcome: "met", tasks: { a: "accepted" }, tree: work });
    expect(stateOf(atWork())).toEqual({ outcome: null, tasks: { a: "active" }, tree: sha256("base") });
    expect(stateOf(escalatedRun("drop")).tasks).toEqual({ a: "dropped" });
    expect(stateOf(escalatedRun("retry").until("escalation-answered")).tasks).toEqual({ a: "stuck" });
    expect(stateOf(parallelRun().until("attempt-started", 1)).tasks).toEqual({
      a: "active",
      b: "pending",
      c: "pending",
    });
    expect(finalState([])).toEqual({ outcome: null, tasks: {}, tree: null });
  });

  it("takes a crashed run and one that was not killed for the same", () => {
    expect(compareFinal(stateOf(crashedRun()), stateOf(plainRun()))).toBeNull();
    expect(compareFinal(stateOf(approvedRun()), stateOf(doubtedRun()))).toBeNull();
  });

  it.each([
    ["outcome", { outcome: "unmet" }, "one ended as met, the other as unmet"],
    ["an open run", { outcome: null }, "one ended as met, the other as open"],
    ["a task", { tasks: { a: "dropped" } }, 'task "a" is accepted in one and dropped in the other'],
    [
      "a task that is not there",
      { tasks: { a: "accepted", b: "pending" } },
      'task "b" is unknown in one and pending in the other',
    ],
    ["the tree", { tree: sha256("other") }, "their final trees differ"],
  ] as const)("names the difference: %s", (_name, change, what) => {
    const state = stateOf(plainRun());
    expect(compareFinal(state, { ...state, ...change })).toBe(what);
  });
});
