import { describe, expect, it } from "vitest";
import { harness } from "../../../src/core/event.ts";
import type { Chain } from "./chain-builder.ts";
import { alice, like, rule, wrongs } from "./chain-builder.ts";
import { atWork, plainRun, replannedRun } from "./honest-chains.ts";
import { adopt, createRun, limits, plan } from "./moves.ts";

describe("plans", () => {
  it("finds a version out of line", async () => {
    const chain = replannedRun().until("planning-started", 1);
    expect(await wrongs(plan(chain, 3, { b: ["a"] }))).toEqual(
      like(["protocol", "planning 3 follows planning 1"]),
    );
  });

  it("finds a planning while a plan waits for review", async () => {
    const chain = plan(createRun(), 1, { a: [] }).drop("plan-adopted");
    chain.add("planning-started", { version: 2, reason: "person", feedback: null });
    expect(await wrongs(chain)).toEqual(like(["protocol", "starts while plan 1 waits"]));
  });

  it("finds a plan proposed or adopted out of turn", async () => {
    expect(await wrongs(plainRun().repeat("plan-proposed"))).toEqual(
      like(["protocol", "is proposed and is not being made"]),
    );
    const chain = plan(createRun(), 1, { a: [] });
    expect(await wrongs(adopt(chain, 1, {}))).toEqual(like(["protocol", "is adopted and was not proposed"]));
  });

  it("finds a plan its planner did not hand in, or that was sent back to it", async () => {
    const unsaid = like(["protocol", "plan 1 is proposed and its planner did not hand it in"]);
    expect(await wrongs(plainRun().drop("call-ended"))).toEqual(unsaid);
    expect(await wrongs(plainRun().change("call-ended", { outcome: "error" }))).toEqual(unsaid);
  });

  it("lets a plan be rejected and made again, and finds a rejection of a closed one", async () => {
    const chain = plan(createRun(), 1, { a: [] });
    const errors = chain.blob("errors");
    chain.before("plan-proposed", 0, "plan-rejected", { version: 1, errors, by: harness });
    expect(await wrongs(chain)).toEqual([]);
    chain.add("plan-rejected", { version: 1, errors, by: harness });
    expect(await wrongs(chain)).toEqual(like(["protocol", "is rejected and is not open"]));
  });

  it("finds a rejection by a person who did not", async () => {
    const chain = plan(createRun(), 1, { a: [] }).drop("plan-adopted");
    chain.add("plan-rejected", { version: 1, errors: chain.blob("errors"), by: alice });
    expect(await wrongs(chain)).toEqual(like(["protocol", 'nobody answered "plan/1"']));
  });

  it("finds a plan adopted without the review that was asked for", async () => {
    const chain = plan(createRun({ limits: { ...limits, review: true } }), 1, { a: [] });
    expect(await wrongs(chain)).toEqual(like(["protocol", "though a person reviews plans"]));
    chain.change("plan-adopted", { by: alice });
    expect(await wrongs(chain)).toEqual(like(["protocol", 'nobody answered "plan/1"']));
    expect(
      await wrongs(chain.answer("plan/1", { type: "plan", answer: "adopt", note: null, edited: null })),
    ).toEqual([]);
  });

  it("finds a plan adopted while an attempt is open", async () => {
    const chain = atWork([]);
    expect(await wrongs(plan(chain, 2, { b: [] }))).toEqual(
      like(["protocol", 'while an attempt of task "a" is open']),
    );
  });

  it.each([
    [{ changed: ["a"] }, 'touches task "a", which is accepted'],
    [{ added: ["b", "z"] }, 'task "z", which it did not propose'],
    [{ dropped: ["z"] }, 'changes task "z", which is not planned'],
  ])("finds a plan that touches what it may not: %o", async (change, what) => {
    const chain = plainRun().until("judging-started", 1);
    expect(await wrongs(plan(chain, 2, { a: [], b: [] }, change))).toEqual(like(["protocol", what]));
  });

  it("finds a task added twice, and a need that is no task", async () => {
    const chain = plan(createRun(), 1, { a: [] });
    expect(await wrongs(plan(chain, 2, { a: [] }))).toEqual(
      like(["protocol", 'adds task "a", which is there already']),
    );
    expect(await wrongs(plan(createRun(), 1, { a: ["z"] }))).toEqual(
      like(["protocol", 'needs "z", which is no task']),
    );
  });

  it("finds a task dropped that is unknown, done or at work", async () => {
    const body = { task: "a", reason: "x", by: alice };
    expect(await wrongs(atWork([]).add("task-dropped", body))).toEqual(
      like(["protocol", "while an attempt is open"]),
    );
    expect(await wrongs(atWork([]).add("task-dropped", { ...body, task: "z" }))).toEqual(
      like(["protocol", "is not planned"]),
    );
    expect(await wrongs(plainRun().before("run-ended", 0, "task-dropped", body))).toEqual(
      like(["protocol", "was accepted already"]),
    );
  });
});

describe("a plan of a person's own", () => {
  /** The first plan without its planner's turn. */
  const own = (): Chain => {
    const chain = plainRun();
    chain.change("run-created", { plan: chain.blob("own plan") });
    chain.change("plan-proposed", { by: rule });
    return chain.drop("model-started").drop("model-ended").drop("call-ended");
  };

  it("needs no planner", async () => {
    expect(await wrongs(own())).toEqual([]);
  });

  it("is none where the run was created without one, and only the first", async () => {
    const unsaid = like(["protocol", "plan 1 is proposed as the goal's own, which has none"]);
    expect(await wrongs(own().change("run-created", { plan: null }))).toEqual(unsaid);
    const later = replannedRun().change("plan-proposed", { by: rule }, 1);
    expect(await wrongs(later.change("run-created", { plan: later.blob("own plan") }))).toEqual(
      like(["protocol", "plan 2 is proposed as the goal's own"]),
    );
  });
});

describe("a plan that a person edited", () => {
  /** The planner's plan waits; a person's takes its place and is adopted. */
  const edited = (answer: "adopt" | "edit" | "reject" | null): Chain => {
    const chain = plan(createRun({ limits: { ...limits, review: true } }), 1, { a: [] }).drop("plan-adopted");
    const text = chain.blob("edited plan");
    if (answer !== null) chain.answer("plan/1", { type: "plan", answer, note: null, edited: text });
    chain.add("plan-proposed", { ...chain.body("plan-proposed"), by: alice });
    return adopt(chain, 1, { added: ["a"] }).change("plan-adopted", { by: alice });
  };

  it("is proposed and adopted by its answer", async () => {
    expect(await wrongs(edited("edit"))).toEqual([]);
  });

  it("is none where nobody edited", async () => {
    expect(await wrongs(edited("adopt"))).toEqual(like(["protocol", "says something else"]));
    expect(await wrongs(edited(null))).toEqual(
      like(["protocol", 'nobody answered "plan/1"'], ["protocol", 'nobody answered "plan/1"']),
    );
    expect(await wrongs(edited("reject"))).toEqual(
      like(["protocol", "says something else"], ["protocol", "says something else"]),
    );
  });

  it("is none where no plan waits", async () => {
    const chain = plainRun().change("plan-proposed", { by: alice });
    expect(await wrongs(chain)).toEqual(like(["protocol", "is proposed and is not being made"]));
  });

  it("may come to a rejection, where it cannot be carried out", async () => {
    const chain = plan(createRun(), 1, { a: [] }).drop("plan-adopted");
    chain.answer("plan/1", { type: "plan", answer: "edit", note: null, edited: chain.blob("edited plan") });
    chain.add("plan-rejected", { version: 1, errors: chain.blob("errors"), by: alice });
    expect(await wrongs(chain)).toEqual([]);
  });
});
