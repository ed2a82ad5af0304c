import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunState } from "../../../src/core/run.ts";
import type { TaskStatus } from "../../../src/core/task.ts";
import { cells } from "../../../src/cli/view/cells.ts";
import { taskTable } from "../../../src/cli/view/task-lines.ts";
import type { TaskTable } from "../../../src/cli/view/task-lines.ts";
import type { TaskNotes } from "../../../src/cli/view/task-notes.ts";
import { digest, notesOf, runOf, task } from "./state.ts";

/** A table drawn for the first time. */
const taskLines = (
  run: RunState,
  notes: TaskNotes,
  worked: number,
  columns: number,
  room: number,
  table: TaskTable = taskTable(),
): readonly string[] => table.of(run, notes, { now: worked, worked }, { columns, room });

const run = runOf([
  task("inventory", "accepted", 1),
  task("invoices", "active", 2),
  task("exports", "active", 1),
  task("dependency", "stuck", 1),
  task("docs", "pending", 0, ["invoices", "exports"]),
]);
run.escalations.set("asked", {
  id: "asked",
  kind: "attempts",
  task: "dependency",
  options: ["retry"],
  card: digest,
});
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
    " ✓ inventory   every use of moment, as a table  1 attempt     $0.12     0:58",
    " ● invoices    port src/invoices                attempt 2     $0.88     6:04   turn 17  bash npm test -- invoices",
    "               attempt 1 sent back: tests, 2 of 88 fail",
    " ● exports     port src/exports                 attempt 1     $0.41     5:24   turn 9  edit_file csv.ts",
    " ? dependency  drop moment                      attempt 1   $0.0100     5:14   waits for you as e31, 0:41",
    " · docs        what changed                     after invoices, exports",
  ]);
});

test("on 80 columns what a task is doing gets a line of its own", () => {
  expect(taskLines(run, notes, 424_000, 80, 40).slice(0, 4)).toEqual([
    " ✓ inventory   every use of moment, as a table  1 attempt     $0.12     0:58",
    " ● invoices    port src/invoices                attempt 2     $0.88     6:04",
    "               turn 17  bash npm test -- invoices",
    "               attempt 1 sent back: tests, 2 of 88 fail",
  ]);
});

test("on 40 columns titles stay readable, and facts go, money first", () => {
  expect(taskLines(run, notes, 424_000, 40, 40)).toEqual([
    " ✓ inventory   every use of mom…   0:58",
    " ● invoices    port src/invoices   6:04",
    "               turn 17  bash npm test…",
    "               attempt 1 sent back: te…",
    " ● exports     port src/exports    5:24",
    "               turn 9  edit_file csv.ts",
    " ? dependency  drop moment         5:14",
    "               waits for you as e31, 0…",
    " · docs        what changed       afte…",
  ]);
});

test("columns stand where they stood: before there is money, after a second attempt, after an hour", () => {
  const costly = runOf([task("one", "active", 1)]);
  costly.spent.micros = 1;
  const table = taskTable();
  const at = (attempts: number, micros: number, worked: number): number => {
    costly.tasks.set("one", task("one", "active", attempts));
    const notes = notesOf({ one: { title: "a title", micros, began: 0, doing: "turn 1  thinks" } });
    return taskLines(costly, notes, worked, 120, 40, table)[0]?.indexOf("turn 1") ?? -1;
  };
  const first = at(1, 0, 1000);
  expect([at(1, 4_000, 1000), at(2, 250_000, 1000), at(2, 90_000, 7_200_000)]).toEqual([first, first, first]);
  const wide = at(12, 12_345_678_900, 7_200_000);
  expect(wide).toBeGreaterThan(first);
  expect(at(2, 90_000, 1000)).toBe(wide);
});

test("a wide terminal shows a whole title, and still what is done", () => {
  const title = "a title that says in sixty cells or so what all of this is for";
  const notes = notesOf({ one: { title, began: 0, doing: "turn 1  thinks" } });
  const line = (columns: number): string =>
    taskLines(runOf([task("one", "active", 1)]), notes, 0, columns, 40)[0] ?? "";
  expect(line(200)).toMatch(new RegExp(`${title} .*turn 1 {2}thinks$`));
  expect(line(120)).toMatch(/ a title .*… .*turn 1 {2}thinks$/);
});

describe("where there is no room for all", () => {
  test("those at work and waiting stay, and the rest is counted", () => {
    const lines = taskLines(run, notes, 424_000, 80, 8);
    expect(lines).toHaveLength(8);
    expect(lines.at(-1)).toBe("   … 2 more tasks: 1 accepted, 1 to come");
    expect(lines.join("\n")).not.toContain("inventory");
  });

  test("less is said of each, rather than nothing of some", () => {
    const marks = (room: number): readonly string[] =>
      taskLines(run, notes, 424_000, 80, room).map((line) => line.slice(0, 14).trim());
    expect(marks(7)).toEqual(["● invoices", "", "● exports", "", "? dependency", "", "… 2 more ta"]);
    expect(marks(4)).toEqual(["● invoices", "● exports", "? dependency", "… 2 more ta"]);
    expect(marks(2)).toEqual(["● invoices", "… 4 more ta"]);
  });

  test("of sixty, what comes next and what was accepted last are seen, in the order of the plan", () => {
    const ids = Array.from({ length: 60 }, (_, index) => `t${String(index).padStart(2, "0")}`);
    const status = (index: number): TaskStatus =>
      index < 30 ? "accepted" : index < 33 ? "active" : "pending";
    const many = runOf(ids.map((id, index) => task(id, status(index), index < 33 ? 1 : 0)));
    const told = notesOf(
      Object.fromEntries(
        ids.map((id, index) => [id, { title: id, began: 0, ended: index, doing: "thinks" }]),
      ),
    );
    const lines = taskLines(many, told, 1000, 120, 22);
    expect(lines).toHaveLength(22);
    expect(lines[0]).toMatch(/^ ● t30 /);
    expect(lines.at(-1)).toBe("   … 39 more tasks: 30 accepted, 9 to come");
    for (const index of ids.keys()) if (index > 36) many.tasks.delete(ids[index] ?? "");
    expect(taskLines(many, told, 1000, 120, 9).map((line) => line.slice(1, 6))).toEqual([
      "✓ t29",
      "● t30",
      "● t31",
      "● t32",
      "· t33",
      "· t34",
      "· t35",
      "· t36",
      "  … 2",
    ]);
  });
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
