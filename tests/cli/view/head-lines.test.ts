import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newThread } from "../../../src/core/thread.ts";
import { cells } from "../../../src/cli/view/cells.ts";
import { headLine, standingLines } from "../../../src/cli/view/head-lines.ts";
import { digest, notesOf, runOf } from "./state.ts";

const keys = "ctrl-c stops, resumable";

describe("the head line", () => {
  const run = runOf([]);
  run.budget = { ...run.budget, micros: 8_000_000, wallMs: 7_200_000 };
  Object.assign(run.spent, { micros: 1_940_000, reservedMicros: 610_000 });

  test.each([
    [100, " run 7k2m   18:42 of 2:00:00   $1.94 spent, $0.61 reserved, of $8.00   ctrl-c stops, resumable"],
    [90, " run 7k2m   18:42 of 2:00:00   $1.94 spent, $0.61 reserved, of $8.00   ctrl-c stops"],
    [80, " run 7k2m   18:42   $1.94 spent, $0.61 reserved, of $8.00   ctrl-c stops"],
    [70, " run 7k2m   18:42   $1.94 spent, $0.61 reserved, of $8.00"],
    [50, " run 7k2m   18:42   $1.94 of $8.00"],
    [30, " run 7k2m   18:42   $1.94"],
  ])("on %i columns", (columns, line) => {
    expect(headLine().of(run, 1_122_000, columns, keys)).toBe(line);
  });

  test("the last one names no key and no reservation", () => {
    expect(headLine().of(run, 1_122_000, 100, "")).toBe(" run 7k2m   18:42 of 2:00:00   $1.94 of $8.00");
  });

  test("tokens where no price is known", () => {
    const free = runOf([]);
    Object.assign(free.spent, { tokens: 12_345, reservedTokens: 940, unpriced: 3 });
    expect(headLine().of(free, 0, 80, "")).toBe(" run 7k2m   0:00   12.3k tokens");
    expect(headLine().of(free, 0, 100, "ctrl-c stops")).toBe(
      " run 7k2m   0:00   12.3k tokens spent, 940 reserved, price unknown   ctrl-c stops",
    );
  });

  test("stands still: parts go for good where they have no room, and move to the right only", () => {
    const moment = fc.record({
      micros: fc.integer({ min: 0, max: 20_000_000 }),
      reserved: fc.integer({ min: 0, max: 5_000_000 }),
      worked: fc.integer({ min: 0, max: 30_000_000 }),
    });
    const parts = [keys, "ctrl-c stops", "of 2:00:00", "reserved", "of $8.00"];
    fc.assert(
      fc.property(
        fc.array(moment, { minLength: 2 }),
        fc.integer({ min: 40, max: 120 }),
        (moments, columns) => {
          const head = headLine();
          let last = parts.map(() => 0);
          const sum = { spent: 0, worked: 0 };
          for (const { micros, reserved, worked } of moments) {
            sum.spent += micros;
            sum.worked += worked;
            Object.assign(run.spent, { micros: sum.spent, reservedMicros: reserved });
            const line = head.of(run, sum.worked, columns, keys);
            expect(cells(line)).toBeLessThan(columns);
            const now = parts.map((part) => line.indexOf(part));
            const went = parts.filter((_, index) => (now[index] === -1) !== (last[index] === -1));
            for (const [index, at] of now.entries()) {
              if (last[index] === -1) expect(at).toBe(-1);
              if (went.length === 0) expect(at).toBeGreaterThanOrEqual(last[index] ?? 0);
            }
            last = now;
          }
        },
      ),
    );
  });
});

describe("what a person should know", () => {
  test("usually nothing", () => {
    expect(standingLines(runOf([]), notesOf({}), 0, "")).toEqual([]);
  });

  test("what this process says, what waits and for how long, and a model that is not asked now", () => {
    const run = runOf([]);
    for (const id of ["asked", "unknown"])
      run.escalations.set(id, { id, kind: "attempts", task: "one", options: ["retry"], card: digest });
    for (const id of ["task/one/1", "task/two/1"]) {
      const thread = newThread(id, "worker", id.slice(5, 8), digest);
      Object.assign(thread, { model: "failed", retryAt: 449_000, lastError: "overloaded: Overloaded" });
      run.threads.set(id, thread);
    }
    expect(standingLines(run, notesOf({}), 424_000, " stopping")).toEqual([
      " ! stopping",
      " ? 2 wait for you, the oldest 0:41: harness approvals",
      " ! model: overloaded, asks again in 0:25 (2 threads)",
    ]);
    run.escalations.delete("unknown");
    expect(standingLines(run, notesOf({}), 449_000, "")).toEqual([
      " ? 1 waits for you, 1:06: harness approvals",
    ]);
  });

  test("a model whose circuit is open is named, once for all threads", () => {
    const run = runOf([]);
    run.circuits.set("anthropic/x", { failures: run.limits.breaker, since: 0, until: 70_000 });
    const thread = newThread("plan/1", "planner", null, digest);
    const failed = {
      model: "failed",
      asked: "anthropic/x",
      retryAt: 50_000,
      lastError: "server: it is on fire",
    };
    run.threads.set("plan/1", Object.assign(thread, failed));
    expect(standingLines(run, notesOf({}), 10_000, "")).toEqual([
      " ! anthropic/x does not answer (server: it is on fire), asks again in 1:00",
    ]);
  });

  test("words of a provider are shown, never obeyed", () => {
    const run = runOf([]);
    const thread = newThread("plan/1", "planner", null, digest);
    run.threads.set("plan/1", Object.assign(thread, { retryAt: 9e3, lastError: "server: \u001b[2J\nnext" }));
    expect(standingLines(run, notesOf({}), 0, "")[0]).toBe(" ! model: server: ␛[2J next, asks again in 0:09");
  });
});
