import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noBudget } from "../../../src/core/budget.ts";
import { newRun } from "../../../src/core/run.ts";
import type { RunState } from "../../../src/core/run.ts";
import type { Task, TaskStatus } from "../../../src/core/task.ts";
import { cells } from "../../../src/cli/view/cells.ts";
import { taskLines } from "../../../src/cli/view/task-lines.ts";
import type { TaskNote, TaskNotes } from "../../../src/cli/view/task-notes.ts";
import { testLimits } from "../../loop/ground.ts";

const digest = "0".repeat(64);

function runOf(tasks: readonly Task[]): RunState {
  const run = newRun("7k2m", 0, {
    kind: "goal",
    goal: digest,
    config: digest,
    base: digest,
    pins: {
      harness: "0",
      prompts: {},
      rubrics: {},
      models: { planner: "m", worker: "m", evaluator: "m" },
      policy: digest,
      image: "i",
      profile: "p",
      capabilities: digest,
      prices: digest,
    },
    limits: testLimits,
    budget: noBudget,
    seed: 1,
    parent: null,
  });
  for (const task of tasks) run.tasks.set(task.id, task);
  return run;
}

const task = (id: string, status: TaskStatus, attempts: number, needs: readonly string[] = []): Task => ({
  id,
  spec: digest,
  needs,
  dependants: [],
  waitingFor: 0,
  status,
  attempts,
  used: attempts,
  allowed: 3,
  turns: 10,
  collisions: 0,
  feedback: null,
  handoff: null,
  acceptedBy: null,
  attempt: null,
  last: null,
});

const notesOf = (notes: Readonly<Record<string, Partial<TaskNote>>>): TaskNotes => ({
  see: async () => undefined,
  whole: () => "",
  of: (id) => ({ title: "", micros: 0, began: null, ended: null, doing: "", back: "", ...notes[id] }),
});

const run = runOf([
  task("inventory", "accepted", 1),
  task("invoices", "active", 2),
  task("exports", "active", 1),
  task("dependency", "stuck", 1),
  task("docs", "pending", 0, ["invoices", "exports"]),
]);
const notes = notesOf({
  inventory: { title: "every use of moment, as a table", micros: 120_000, began: 0, ended: 58_000 },
  invoices: {
    title: "port src/invoices",
    micros: 880_000,
    began: 60_000,
    doing: "turn 17  bash npm test -- invoices",
    back: "attempt 1 sent back: tests, 2 of 88 fail",
  },
  exports: { title: "port src/exports", micros: 410_000, began: 100_000, doing: "turn 9  edit_file csv.ts" },
  dependency: { title: "drop moment", micros: 10_000, began: 110_000 },
  docs: { title: "what changed" },
});

test("with room, all of a task is on one line, in columns", () => {
  expect(taskLines(run, notes, 424_000, 130, 40)).toEqual([
    " ✓ inventory   every use of moment, as a table  1 attempt     $0.12  0:58",
    " ● invoices    port src/invoices                attempt 2     $0.88  6:04   turn 17  bash npm test -- invoices",
    "               attempt 1 sent back: tests, 2 of 88 fail",
    " ● exports     port src/exports                 attempt 1     $0.41  5:24   turn 9  edit_file csv.ts",
    " ? dependency  drop moment                      attempt 1   $0.0100  5:14   waits for you: harness approvals",
    " · docs        what changed                     after invoices, exports",
  ]);
});

test("on 80 columns what a task is doing gets a line of its own", () => {
  expect(taskLines(run, notes, 424_000, 80, 40).slice(0, 4)).toEqual([
    " ✓ inventory   every use of moment, as a table  1 attempt     $0.12  0:58",
    " ● invoices    port src/invoices                attempt 2     $0.88  6:04",
    "               turn 17  bash npm test -- invoices",
    "               attempt 1 sent back: tests, 2 of 88 fail",
  ]);
});

test("columns stand where they stood, before there is money and after a second attempt", () => {
  const costly = runOf([task("one", "active", 1)]);
  costly.spent.micros = 1;
  const at = (attempts: number, micros: number): number => {
    costly.tasks.set("one", task("one", "active", attempts));
    const notes = notesOf({ one: { title: "a title", micros, began: 0, doing: "turn 1  thinks" } });
    return taskLines(costly, notes, 1000, 120, 40)[0]?.indexOf("turn 1") ?? -1;
  };
  expect([at(1, 0), at(1, 4_000), at(2, 250_000)]).toEqual([at(2, 90_000), at(2, 90_000), at(2, 90_000)]);
});

test("a wide terminal shows a whole title, and still what is done", () => {
  const title = "a title that says in sixty cells or so what all of this is for";
  const notes = notesOf({ one: { title, began: 0, doing: "turn 1  thinks" } });
  const line = (columns: number): string =>
    taskLines(runOf([task("one", "active", 1)]), notes, 0, columns, 40)[0] ?? "";
  expect(line(200)).toMatch(new RegExp(`${title} .*turn 1 {2}thinks$`));
  expect(line(120)).toMatch(/ a title .*… .*turn 1 {2}thinks$/);
});

test("where there is no room for all, those at work and waiting stay, and the rest is counted", () => {
  const lines = taskLines(run, notes, 424_000, 80, 8);
  expect(lines).toHaveLength(8);
  expect(lines.at(-1)).toBe("   … 2 more tasks");
  expect(lines.join("\n")).not.toContain("inventory");
});

describe("whatever tasks are called and do", () => {
  const words = fc.string({ unit: "grapheme", maxLength: 120 });
  const row = fc.record({
    id: fc.stringMatching(/^[a-z][a-z0-9_-]{0,30}$/),
    status: fc.constantFrom<TaskStatus>("pending", "active", "accepted", "stuck", "dropped"),
    attempts: fc.integer({ min: 0, max: 12 }),
    title: words,
    doing: words.map((text) => text.replaceAll(/[\p{C}\p{Z}]/gu, " ")),
    micros: fc.integer({ min: 0, max: 9e9 }),
  });
  test("no line reaches the edge, and there are never more than fit", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(row, { maxLength: 30, selector: ({ id }) => id }),
        fc.integer({ min: 20, max: 220 }),
        fc.integer({ min: 1, max: 50 }),
        (rows, columns, room) => {
          const made = runOf(rows.map(({ id, status, attempts }) => task(id, status, attempts)));
          const told = notesOf(
            Object.fromEntries(
              rows.map(({ id, title, doing, micros }) => [id, { title, doing, micros, began: 0 }]),
            ),
          );
          const lines = taskLines(made, told, 1e6, columns, room);
          expect(lines.length).toBeLessThanOrEqual(room);
          for (const line of lines) {
            expect(cells(line)).toBeLessThan(columns);
            expect(line).not.toMatch(/\p{Cc}/u);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
