import { callParts, threadParts } from "../../core/id.ts";
import type { RunState } from "../../core/run.ts";
import type { Task } from "../../core/task.ts";
import { cells, fit, pad, padLeft } from "./cells.ts";
import type { TaskNote, TaskNotes } from "./task-notes.ts";
import { clock, dollars, oneLine, plural } from "./words.ts";

/** One task as it is drawn: the columns of its line, and what is said below it. */
interface Row {
  readonly mark: string;
  readonly id: string;
  readonly title: string;
  readonly attempts: string;
  readonly money: string;
  readonly time: string;
  /** In place of attempts, money and time, for a task that has none of them yet. */
  readonly instead: string;
  readonly doing: string;
  readonly back: string;
}

/** Cells of the columns; `doing` 0: it has no room beside the others and gets a line of its own. */
interface Widths {
  readonly id: number;
  readonly title: number;
  readonly attempts: number;
  readonly money: number;
  readonly time: number;
  readonly doing: number;
}

/** The tasks of a run in at most `room` lines of fewer than `columns` cells, in columns that stand under each other. */
export function taskLines(
  run: RunState,
  notes: TaskNotes,
  now: number,
  columns: number,
  room: number,
): readonly string[] {
  const rows = new Map(
    [...run.tasks.values()].map((task) => [task, rowOf(run, task, notes.of(task.id), now)]),
  );
  const widths = widthsFor([...rows.values()], columns, run.spent.micros > 0);
  const drawn = new Map([...rows].map(([task, row]) => [task, draw(row, widths, columns)]));
  const chosen = choose(drawn, room);
  const lines = [...drawn].flatMap(([task, its]) => (chosen.has(task) ? its : []));
  const hidden = drawn.size - chosen.size;
  return hidden > 0 ? [...lines, `   … ${plural(hidden, "more task")}`] : lines;
}

const marks = { pending: "·", active: "●", accepted: "✓", stuck: "?", dropped: "✗" } as const;

function rowOf(run: RunState, task: Task, note: TaskNote, now: number): Row {
  const waits = task.status === "stuck" || isAsked(run, task.id);
  const isNew = task.attempts === 0;
  return {
    mark: waits ? "?" : marks[task.status],
    id: task.id,
    title: oneLine(note.title, 200),
    attempts: isNew ? "" : attemptsText(task),
    money: note.micros > 0 ? dollars(note.micros) : "",
    time: note.began === null ? "" : clock((note.ended ?? now) - note.began),
    instead: isNew ? standing(run, task) : "",
    doing: waits ? "waits for you: harness approvals" : isNew ? "" : doing(run, task, note),
    back: task.status === "accepted" ? "" : note.back,
  };
}

/** An approval of a call of this task is open, or an effect of it is in doubt. */
const isAsked = (run: RunState, task: string): boolean =>
  [...run.approvals.values()].some((one) => one.status === "open" && threadParts(one.thread).task === task) ||
  [...run.doubts].some((call) => threadParts(callParts(call).thread).task === task);

const attemptsText = ({ status, attempts }: Task): string =>
  status === "accepted" ? plural(attempts, "attempt") : `attempt ${attempts}`;

function doing(run: RunState, task: Task, note: TaskNote): string {
  if (task.status === "active") return note.doing;
  return task.status === "pending" ? standing(run, task) : "";
}

/** What a task that is not worked on waits for. */
function standing(run: RunState, { status, needs }: Task): string {
  if (status === "accepted") return "holds already";
  if (status !== "pending") return status === "dropped" ? "dropped" : "";
  const open = needs.filter((need) => run.tasks.get(need)?.status !== "accepted");
  return open.length > 0 ? `after ${open.join(", ")}` : "next";
}

/** Cells that are enough for the words of what a task is doing, and those below which it gets a line of its own. */
const [wellDoing, leastDoing] = [72, 28];

/** Columns get room for what they will hold before they hold it, so that nothing moves sideways as a run goes on. */
function widthsFor(rows: readonly Row[], columns: number, costs: boolean): Widths {
  const widest = (column: keyof Row): number => Math.max(0, ...rows.map((row) => cells(row[column])));
  const reserved = (column: keyof Row, text: string): number =>
    widest("attempts") === 0 ? 0 : Math.max(cells(text), widest(column));
  const id = Math.min(widest("id"), columns < 100 ? 16 : 24);
  const [attempts, time] = [reserved("attempts", "2 attempts"), reserved("time", "0:00")];
  const money = costs ? reserved("money", "$0.0000") : widest("money");
  const facts = [attempts, money, time].reduce((sum, width) => sum + (width > 0 ? width + 2 : 0), 0);
  const whole = Math.max(0, columns - 1 - (3 + id + 2));
  const title = Math.min(widest("title"), Math.max(48, whole - facts - 3 - wellDoing));
  const beside = whole - title - facts - 3;
  if (beside >= leastDoing) return { id, title, attempts, money, time, doing: beside };
  return { id, title: Math.min(title, Math.max(0, whole - facts)), attempts, money, time, doing: 0 };
}

function draw(row: Row, widths: Widths, columns: number): readonly string[] {
  const head = ` ${row.mark} ${pad(row.id, widths.id)}  `;
  const facts = [
    widths.attempts === 0 ? "" : `  ${pad(row.attempts, widths.attempts)}`,
    widths.money === 0 ? "" : `  ${padLeft(row.money, widths.money)}`,
    widths.time === 0 ? "" : `  ${padLeft(row.time, widths.time)}`,
  ].join("");
  const isBeside = widths.doing > 0 && row.doing !== "";
  const told = row.instead === "" ? facts : `  ${row.instead}`;
  const line = `${head}${pad(row.title, widths.title)}${told}${isBeside ? `   ${row.doing}` : ""}`;
  const below = [isBeside ? "" : row.doing, row.back].filter((text) => text !== "");
  return [line, ...below.map((text) => " ".repeat(cells(head)) + text)].map((text) =>
    fit(text, columns - 1).trimEnd(),
  );
}

/** All tasks where there is room, else those at work or waiting for a person, then what is still to come. */
function choose(drawn: ReadonlyMap<Task, readonly string[]>, room: number): ReadonlySet<Task> {
  const rank = ({ status }: Task): number => {
    if (status === "active" || status === "stuck") return 0;
    return status === "pending" ? 1 : 2;
  };
  const all = [...drawn].toSorted(([a], [b]) => rank(a) - rank(b));
  const needed = all.reduce((sum, [, lines]) => sum + lines.length, 0);
  let left = needed <= room ? room : room - 1;
  const chosen = new Set<Task>();
  for (const [task, lines] of all) {
    if (lines.length > left) break;
    left -= lines.length;
    chosen.add(task);
  }
  return chosen;
}
