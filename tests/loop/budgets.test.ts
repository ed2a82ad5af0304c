import { describe, expect, test } from "vitest";
import { noBudget } from "../../src/core/budget.ts";
import type { Json } from "../../src/core/canonical.ts";
import type { Body, Budget, Choice, Entry, EventType } from "../../src/core/event.ts";
import type { ModelResponse } from "../../src/core/model.ts";
import type { Escalation, RunState } from "../../src/core/run.ts";
import { call, complete, ground, outcomesOf, plan, simpleTask, submit } from "./ground.ts";
import type { Ground, Says } from "./ground.ts";

/** Ceilings of a run and of its tasks. That none is ever overshot is for tests/simulation/overshoot.test.ts. */

const bodies = <T extends EventType>(entries: readonly Entry[], type: T): Body<T>[] =>
  entries.flatMap((entry) => (entry.type === type ? [entry.body as Body<T>] : []));
const honest =
  (...tasks: readonly Json[]): Says =>
  (thread, turn) => {
    const [kind, id = ""] = thread.split("/");
    if (kind === "plan") return [plan(...tasks)];
    return turn === 1 ? [call("bash", { command: `put ${id}.txt ok` })] : [submit()];
  };
const open = (run: RunState): Escalation => {
  const [first] = run.escalations.values();
  if (first === undefined) throw new Error("nothing is asked");
  return first;
};
const reply = async (
  made: Ground,
  run: RunState,
  choice: Choice,
  budget: Partial<Budget> | null = null,
): Promise<void> => {
  const value = {
    type: "escalation",
    choice,
    note: null,
    budget: budget === null ? null : { ...noBudget, ...budget },
  } as const;
  await made.answer(open(run).id, value);
};
const standings = (run: RunState): string[] =>
  [...run.tasks.values()].map(({ id, status }) => `${id} ${status}`);
const withBudget = (id: string, budget: Json): Json => ({ ...(simpleTask(id) as object), budget });

describe("a task's own budget", () => {
  /** `a` may use less than one call reserves; `b` has no ceiling. */
  const dear = async (): Promise<{ made: Ground; run: RunState }> => {
    const made = await ground({ says: honest(withBudget("a", { tokens: 500 }), simpleTask("b")) });
    return { made, run: (await made.go()).run };
  };

  test("stops that task before it is overshot; the others go on, and a person is asked", async () => {
    const { made, run } = await dear();
    expect(standings(run)).toEqual(["a stuck", "b accepted"]);
    expect(open(run)).toMatchObject({
      kind: "budget",
      task: "a",
      options: ["raise", "replan", "drop", "stop"],
    });
    expect(await made.text(open(run).card)).toMatch(/tokens: the next call may take up to \d+, 500 are left/);
    expect(run.tasks.get("a")?.spent.tokens).toBe(0);
  });

  test("is raised by a person, and the task goes on in the same attempt", async () => {
    const { made, run } = await dear();
    await reply(made, run, "raise", { tokens: 50_000 });
    const after = (await made.go()).run;
    expect([after.outcome, after.tasks.get("a")?.attempts]).toEqual(["met", 1]);
    expect(after.tasks.get("a")?.budget.tokens).toBe(50_000);
    expect(after.budget).toEqual(noBudget);
  });

  test("is the end of the task where a person drops it", async () => {
    const { made, run } = await dear();
    await reply(made, run, "drop");
    const after = (await made.go()).run;
    expect([after.outcome, ...standings(after)]).toEqual(["met", "a dropped", "b accepted"]);
    expect(outcomesOf(await made.entries())).toContain("a cancelled");
  });

  test("stays as a person raised it when there is another plan", async () => {
    const { made, run } = await dear();
    await reply(made, run, "raise", { tokens: 600 });
    const again = (await made.go()).run;
    expect(open(again)).toMatchObject({ kind: "budget", task: "a" });
    await reply(made, again, "replan");
    const planned = (await made.go()).run;
    expect([planned.planVersion, planned.tasks.get("a")?.budget.tokens]).toEqual([2, 600]);
    expect(planned.tasks.get("a")?.spent.tokens).toBe(0);
  });

  test("is the lower of the plan's and that of all tasks", async () => {
    const made = await ground({
      says: honest(withBudget("a", { money: 5, tokens: 900 })),
      limits: { task: { micros: 1_000_000, tokens: 100_000, wallMs: null } },
    });
    const { run } = await made.go();
    expect(run.tasks.get("a")?.budget).toEqual({ micros: 1_000_000, tokens: 900, wallMs: null });
  });
});

describe("a ceiling of time", () => {
  const minute = 60_000;
  const slow = (command: string): number => (command.startsWith("put a.txt") ? 100_000 : 0);

  test("of the run ends a command before it is reached; with more time it runs again", async () => {
    const made = await ground({ says: honest(simpleTask("a")), budget: { wallMs: minute }, takes: slow });
    const { stand, run } = await made.go();
    expect([stand, open(run).kind, open(run).task]).toEqual(["waiting", "budget", null]);
    expect(await made.text(open(run).card)).toContain("time: 60 s at work are used up");
    expect(run.spent.wallMs).toBeGreaterThan(0.9 * minute);
    expect(run.spent.wallMs).toBeLessThanOrEqual(minute);
    expect(bodies(await made.entries(), "call-ended").at(-1)?.outcome).toBe("cut");
    await made.answer("budget/1", { type: "budget", budget: { ...noBudget, wallMs: 10 * minute } });
    const after = (await made.go()).run;
    expect([after.outcome, outcomesOf(await made.entries())]).toEqual(["met", ["a accepted"]]);
  });

  test("of a task ends its command; nothing else is held up", async () => {
    const made = await ground({
      says: honest(withBudget("a", { wall: "1m" }), simpleTask("b")),
      limits: { concurrency: 1 },
      takes: slow,
    });
    const { run } = await made.go();
    expect(open(run)).toMatchObject({ kind: "budget", task: "a" });
    expect(run.tasks.get("a")?.spent.wallMs).toBeLessThanOrEqual(minute);
    expect(standings(run)).toEqual(["a stuck", "b pending"]);
    await reply(made, run, "drop");
    expect((await made.go()).run.outcome).toBe("met");
  });

  test("is the deadline of a model call that would end later", async () => {
    const deadlines: number[] = [];
    const made = await ground({
      says: honest(simpleTask("a")),
      sees: ({ deadline }) => {
        deadlines.push(deadline);
        return null;
      },
      budget: { wallMs: minute },
    });
    const { run } = await made.go();
    expect(run.outcome).toBe("met");
    const created = (await made.entries())[0]?.at ?? 0;
    expect(Math.max(...deadlines)).toBeLessThan(created + minute);
  });

  test("that a suspended machine slept through lets nothing more begin, and stops nothing else", async () => {
    let isSlept = false;
    const made: Ground = await ground({
      says: honest(simpleTask("a")),
      budget: { wallMs: minute },
      heldUntil: () => {
        // While a request is being made.
        if (!isSlept) made.pass(60 * minute);
        isSlept = true;
        return null;
      },
    });
    const { stand, run } = await made.go();
    expect([stand, open(run).kind]).toEqual(["waiting", "budget"]);
    expect(bodies(await made.entries(), "model-started")).toEqual([]);
  });

  test("does not run while a person is asked or nobody is at work", async () => {
    const made = await ground({ says: honest(simpleTask("a")), budget: { wallMs: minute, turns: 1 } });
    const { run } = await made.go();
    made.pass(24 * 60 * minute);
    await made.answer("budget/1", { type: "budget", budget: { ...run.budget, turns: 20 } });
    expect((await made.go()).run.outcome).toBe("met");
  });
});

describe("a ceiling of attempts", () => {
  test("lets no more start than it has, and asks when all of them are used", async () => {
    const made = await ground({ says: honest(simpleTask("a"), simpleTask("b")), budget: { attempts: 1 } });
    const { run } = await made.go();
    expect([standings(run), open(run).kind]).toEqual([["a accepted", "b pending"], "budget"]);
    expect(await made.text(open(run).card)).toContain("attempts: all 1 are used");
    await made.answer("budget/1", { type: "budget", budget: { ...noBudget, attempts: 2 } });
    expect((await made.go()).run.outcome).toBe("met");
  });
});

describe("a provider that charges more than was reserved", () => {
  test("is recorded as it said, and nothing more is spent", async () => {
    const told: ModelResponse = {
      ...(complete([plan(simpleTask("a"))]) as Extract<ModelResponse, { outcome: "complete" }>),
      usage: { input: 90_000, output: 9_000, cacheRead: 0, cacheWrite: 0 },
    };
    const works = honest(simpleTask("a"));
    const made = await ground({
      says: (thread, ...rest) => (thread === "plan/1" ? told : works(thread, ...rest)),
      budget: { tokens: 50_000 },
    });
    const { run } = await made.go();
    expect([run.spent.tokens, open(run).kind]).toEqual([99_000, "budget"]);
    expect(bodies(await made.entries(), "model-started").length).toBe(1);
  });
});

describe("more of a budget", () => {
  test("given to the run is not lost after more was given to a task", async () => {
    const made = await ground({
      says: honest(withBudget("a", { tokens: 500 })),
      budget: { turns: 2 },
    });
    const first = (await made.go()).run;
    await reply(made, first, "raise", { tokens: 50_000 });
    const second = (await made.go()).run;
    expect(open(second)).toMatchObject({ kind: "budget", task: null });
    await made.answer("budget/1", { type: "budget", budget: { ...noBudget, turns: 50 } });
    expect((await made.go()).run.outcome).toBe("met");
  });
});
