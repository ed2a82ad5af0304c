import { describe, expect, it } from "vitest";
import type { Budget, TaskBudget } from "../../../src/core/event.ts";
import { harness } from "../../../src/core/event.ts";
import { taskThread } from "../../../src/core/id.ts";
import type { Chain } from "./chain-builder.ts";
import { alice, like, wrongs } from "./chain-builder.ts";
import { atWork, crashedRun, plainRun, thread } from "./honest-chains.ts";
import { ask, startModel } from "./call-moves.ts";
import {
  adopt,
  answerEscalation,
  createRun,
  endAttempt,
  noBudget,
  own,
  plan,
  raise,
  startAttempt,
} from "./moves.ts";

describe("budget (P7)", () => {
  const withBudget = (budget: Partial<Budget>): Chain =>
    plainRun().change("run-created", { budget: { ...noBudget, ...budget } });

  it("is content at the very edge", async () => {
    // Three turns: two charged 500 / 55 tokens, the third reserved 900 / 100.
    expect(await wrongs(withBudget({ micros: 1_900, tokens: 210, turns: 3, attempts: 1 }))).toEqual([]);
  });

  it.each([
    ["micros", 1_899, "1900 millionths of a dollar"],
    ["tokens", 209, "210 tokens"],
    ["turns", 2, "3 turns"],
    ["attempts", 0, "1 attempts"],
  ] as const)("finds %s beyond the budget", async (unit, ceiling, what) => {
    expect(await wrongs(withBudget({ [unit]: ceiling }))).toEqual(like(["P7", what]));
  });

  it("adds up what parallel calls reserve", async () => {
    const chain = plan(createRun({ budget: { ...noBudget, micros: 2_200 } }), 1, { a: [], b: [] });
    startAttempt(startAttempt(chain, "a"), "b");
    startModel(startModel(chain, thread, 1), taskThread("b", 1), 1);
    expect(await wrongs(chain)).toEqual(like(["P7", "2300 millionths"]));
  });

  it("finds a turn after the wall time, counted while the run was owned", async () => {
    const chain = atWork([], { budget: { ...noBudget, wallMs: 60_000 } });
    chain.add("run-stopped", { reason: "person", by: alice });
    chain.at += 3_600_000;
    chain.add("blobs-dropped", { digests: [chain.blob("old")], why: "gc", by: harness });
    chain.at += 3_600_000;
    ask(own(chain), thread, 2, []);
    expect(await wrongs(chain)).toEqual([]);
    chain.at += 60_000;
    chain.note(chain.blob("note"), thread);
    expect(await wrongs(startModel(chain, thread, 3))).toEqual(like(["P7", "ms of wall time"]));
  });

  it("finds a charge above its reservation", async () => {
    const over = { charged: { micros: 901, input: 50, output: 5 } };
    expect(await wrongs(plainRun().change("model-ended", over))).toEqual(
      like(["P7", "charged more than was reserved"]),
    );
    const tokens = { charged: { micros: 500, input: 99, output: 2 } };
    expect(await wrongs(plainRun().change("model-ended", tokens))).toEqual(
      like(["P7", "charged more than was reserved"]),
    );
  });

  it("finds a cut call that is not charged in full", async () => {
    const chain = crashedRun().change("model-ended", { charged: { micros: 0, input: 0, output: 0 } }, 1);
    expect(await wrongs(chain)).toEqual(like(["P7", "is not charged what was reserved"]));
  });

  it("finds a model without a price under a budget of money, and money that is not charged", async () => {
    const free = { micros: null, input: 90, output: 10 };
    const chain = withBudget({ micros: 100_000 }).change("model-started", { reserved: free }, 1);
    chain.change("model-ended", { charged: { micros: null, input: 50, output: 5 } }, 1);
    expect(await wrongs(chain)).toEqual(like(["P7", "asks a model without a price"]));
    const unpaid = { charged: { micros: null, input: 50, output: 5 } };
    expect(await wrongs(plainRun().change("model-ended", unpaid))).toEqual(
      like(["P7", "not charged the money it cost"]),
    );
  });

  it("counts with the budget as it was changed", async () => {
    const budget = { ...noBudget, turns: 3 };
    const chain = withBudget({ turns: 1 }).answer("budget/0", { type: "budget", budget });
    chain.before("attempt-started", 0, "budget-changed", { task: null, budget, by: alice });
    expect(await wrongs(chain)).toEqual([]);
    expect(await wrongs(chain.change("budget-changed", { budget: { ...budget, turns: 2 } }))).toEqual(
      like(["P7", "one nobody gave"], ["P7", "3 turns"]),
    );
  });

  it("does not count the time in which a person reads a plan", async () => {
    const chain = plan(createRun({ budget: { ...noBudget, wallMs: 60_000 } }), 1, { a: [] });
    chain.drop("plan-adopted");
    chain.at += 3_600_000;
    ask(startAttempt(adopt(chain, 1, { added: ["a"] }), "a"), thread, 1, []);
    expect(await wrongs(chain)).toEqual([]);
  });
});

describe("the budget of a task (P7)", () => {
  const planned = (chain: Chain, budget: Partial<TaskBudget>, nth = 0): Chain => {
    const body = chain.body("plan-proposed", nth);
    const tasks = body.tasks.map((task) => ({ ...task, budget: { ...task.budget, ...budget } }));
    return chain.change("plan-proposed", { tasks }, nth);
  };

  it("is content at the very edge", async () => {
    // One turn charged 500 / 55 tokens, the next reserved 900 / 100.
    expect(await wrongs(planned(plainRun(), { micros: 1_400, tokens: 155 }))).toEqual([]);
  });

  it.each([
    ["micros", 1_399, 'task "a" has 1400 millionths of a dollar spent or reserved, and may have 1399'],
    ["tokens", 154, 'task "a" has 155 tokens spent or reserved, and may have 154'],
  ] as const)("finds %s beyond it", async (unit, ceiling, what) => {
    expect(await wrongs(planned(plainRun(), { [unit]: ceiling }))).toEqual(like(["P7", what]));
  });

  it("is each task's own, over all its attempts and gradings", async () => {
    const chain = planned(plan(createRun(), 1, { a: [], b: [] }), { micros: 1_400 });
    startAttempt(startAttempt(chain, "a"), "b");
    ask(startModel(chain, thread, 1), taskThread("b", 1), 1, []);
    expect(await wrongs(chain)).toEqual([]);
    const again = planned(atWork([]), { micros: 2_299 });
    ask(startAttempt(endAttempt(again, "a", 1, "gave-up"), "a", 2), taskThread("a", 2), 1, []);
    expect(await wrongs(again)).toEqual([]);
    expect(await wrongs(startModel(again, taskThread("a", 2), 2))).toEqual([]);
    again.change("model-started", { reserved: { micros: 1_300, input: 90, output: 10 } }, -1);
    expect(await wrongs(again)).toEqual(like(["P7", "2300 millionths"]));
  });

  it("finds a turn after its time at work, which stands still while a person is asked about it", async () => {
    const chain = planned(atWork([]), { wallMs: 60_000 });
    raise(chain, { kind: "budget", options: ["raise", "drop"] });
    chain.at += 3_600_000;
    answerEscalation(chain, "e1", "raise");
    ask(chain, thread, 2, []);
    expect(await wrongs(chain)).toEqual([]);
    chain.at += 60_000;
    chain.note(chain.blob("note"), thread);
    expect(await wrongs(startModel(chain, thread, 3))).toEqual(like(["P7", 'task "a" goes on after']));
  });

  it("counts with what a person gave the task, also in later plans", async () => {
    const budget = { ...noBudget, micros: 1_400, tokens: null };
    const chain = planned(plainRun(), { micros: 900 });
    chain.answer("e1", { type: "escalation", choice: "raise", note: null, budget });
    chain.before("model-started", 2, "budget-changed", { task: "a", budget, by: alice });
    expect(await wrongs(chain)).toEqual([]);
    chain.change("budget-changed", { budget: { ...budget, micros: 1_399 } });
    expect(await wrongs(chain)).toEqual(like(["P7", "one nobody gave"], ["P7", "1400 millionths"]));
  });

  it("that a plan sets anew is never lower than it was", async () => {
    const chain = planned(atWork([]), { micros: 5_000 });
    endAttempt(chain, "a", 1, "cancelled");
    planned(plan(chain, 2, { a: [] }, { changed: ["a"] }), { micros: 1_000 }, 1);
    const second = taskThread("a", 2);
    startModel(startAttempt(chain, "a", 2), second, 1);
    expect(await wrongs(chain)).toEqual([]);
  });
});
