import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "../../src/core/apply.ts";
import {
  attemptFits,
  noBudget,
  nothingSpent,
  nothingSpentOnTask,
  refusedBy,
  refusedByTask,
  reserve,
  settle,
} from "../../src/core/budget.ts";
import { taskWorkEnds, workEnds } from "../../src/core/decide/budgets.ts";
import type { Reservation } from "../../src/core/event.ts";
import { atWork } from "./audit/honest-chains.ts";
import { noBudget as noCeilings } from "./audit/moves.ts";

const call: Reservation = { micros: 10, input: 6, output: 4 };

describe("a ceiling", () => {
  it.each([
    ["micros", 30],
    ["tokens", 30],
    ["turns", 3],
    ["wallMs", 5],
  ] as const)("of %s lets what fits exactly begin, and nothing beyond", (unit, edge) => {
    const spent = {
      ...nothingSpent(),
      micros: 10,
      reservedMicros: 10,
      tokens: 10,
      reservedTokens: 10,
      turns: 2,
      wallMs: 5,
    };
    expect(refusedBy({ ...noBudget, [unit]: edge }, spent, call)).toBeNull();
    expect(refusedBy({ ...noBudget, [unit]: edge - 1 }, spent, call)).toBe(unit);
  });

  it("of attempts counts the next one", () => {
    const spent = { ...nothingSpent(), attempts: 2 };
    expect([
      attemptFits({ ...noBudget, attempts: 3 }, spent),
      attemptFits({ ...noBudget, attempts: 2 }, spent),
    ]).toEqual([true, false]);
  });

  it("of a task is about that task's money, tokens and time alone", () => {
    const spent = { ...nothingSpentOnTask(), micros: 25 };
    expect(refusedByTask({ micros: 34, tokens: null, wallMs: null }, spent, call)).toBe("micros");
    expect(refusedByTask({ micros: 35, tokens: null, wallMs: null }, spent, call)).toBeNull();
  });
});

describe("reservations", () => {
  const amounts = fc.record({
    micros: fc.option(fc.nat(1000)),
    input: fc.nat(1000),
    output: fc.nat(1000),
  });

  it("are gone when all calls have ended, whatever was charged; only that is left", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(amounts, amounts)), (calls) => {
        const spent = nothingSpent();
        for (const [reserved] of calls) reserve(spent, reserved);
        for (const [reserved, charged] of calls) settle(spent, reserved, charged);
        const tokens = calls.reduce((sum, [, { input, output }]) => sum + input + output, 0);
        const micros = calls.reduce((sum, [, charged]) => sum + (charged.micros ?? 0), 0);
        expect(spent).toEqual({ ...nothingSpent(), tokens, micros });
      }),
    );
  });

  it("that were each let begin never come to more than the ceiling, in whatever order calls begin and end", () => {
    const steps = fc.array(fc.oneof(amounts, fc.nat(5)), { maxLength: 60 });
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), steps, (micros, tokens, todo) => {
        const budget = { ...noBudget, micros, tokens };
        const spent = nothingSpent();
        const open: Reservation[] = [];
        for (const step of todo) {
          if (typeof step === "number") {
            const [ended] = open.splice(step % Math.max(1, open.length), 1);
            // Never more than was reserved.
            if (ended !== undefined) settle(spent, ended, { ...ended, output: 0 });
          } else if (refusedBy(budget, spent, step) === null) {
            reserve(spent, step);
            open.push(step);
          }
          expect(spent.micros + spent.reservedMicros).toBeLessThanOrEqual(micros);
          expect(spent.tokens + spent.reservedTokens).toBeLessThanOrEqual(tokens);
        }
      }),
    );
  });
});

describe("the end of work", () => {
  const runWith = (wallMs: number | null): ReturnType<typeof fold> =>
    fold(atWork([], { budget: { ...noCeilings, wallMs } }).entries());

  it("comes before the ceiling by a twentieth, at most 5 s, counted from what is used by now", () => {
    for (const [wallMs, margin] of [
      [60_000, 3_000],
      [20_001, 1_001],
      [3_600_000, 5_000],
    ] as const) {
      const run = runWith(wallMs);
      expect(run.spent.wallMs).toBeGreaterThan(0);
      expect(workEnds(run)).toBe(run.at + wallMs - margin - run.spent.wallMs);
    }
    expect(workEnds(runWith(null))).toBeNull();
  });

  it("of a task counts only while its attempt is open", () => {
    const run = runWith(null);
    const task = run.tasks.get("a");
    if (task === undefined) throw new Error("no task");
    // attempt-started, baseline-recorded, model-started, model-ended: a second each after the first.
    expect(task.spent.wallMs).toBe(3_000);
    expect(taskWorkEnds(run, task)).toBeNull();
    task.budget = { micros: null, tokens: null, wallMs: 60_000 };
    expect(taskWorkEnds(run, task)).toBe(run.at + 60_000 - 3_000 - 3_000);
  });
});
