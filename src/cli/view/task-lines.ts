import { callParts, threadParts } from "../../core/id.ts";
import type { RunState } from "../../core/run.ts";
import type { Task } from "../../core/task.ts";
import { cells, fit, pad, padLeft } from "./cells.ts";
import { heldText, isHeld } from "./head-lines.ts";
import type { TaskNote, TaskNotes } from "./task-notes.ts";
import { clock, dollars, oneLine, plural } from "./words.ts";

/** The moment of a drawing. */
interface Moment {
  readonly now: number;
  /** Time at work so far, in ms. */
  readonly worked: number;
}

/** What there is to draw on, in cells: lines stay shorter than `columns`, and are at most `room`. */
interface Space {
  readonly columns: number;
  readonly room: number;
}

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

/** Draws the tasks of a run, again and again: a column that was wide stays so while the terminal is. */
export interface TaskTable {
  of(run: RunState, notes: TaskNotes, moment: Moment, space: Space): readonly string[];
}

type Fact = "attempts" | "money" | "time";

export function taskTable(): TaskTable {
  const widest = { columns: 0, attempts: 0, money: 0, time: 0 };
  return {
    of: (run, notes, moment, { columns, room }) => {
      if (columns !== widest.columns) Object.assign(widest, { columns, attempts: 0, money: 0, time: 0 });
      const rows = new Map(
        [...run.tasks.values()].map((task) => [task, rowOf(run, task, notes, moment)] as const),
      );
      for (const fact of ["attempts", "money", "time"] as const)
        widest[fact] = Math.max(widest[fact], reserved(fact, [...rows.values()], run, columns));
      const widths = widthsFor([...rows.values()], widest, columns);
      const lines = fill(rows, notes, room, (row, detail) => draw(row, widths, detail));
      return lines.map((line) => fit(line, columns - 1).trimEnd());
    },
  };
}

/** A terminal of fewer columns has none to spare. */
const narrow = 60;

/** Facts get room for what they will hold before they hold it, so that nothing moves sideways as a run goes on. */
const usual: Readonly<Record<Fact, string>> = { attempts: "2 attempts", money: "$0.0000", time: "0:00:00" };

function reserved(fact: Fact, rows: readonly Row[], run: RunState, columns: number): number {
  if (rows.every((row) => row.attempts === "")) return 0;
  const widest = Math.max(...rows.map((row) => cells(row[fact])));
  const isFree = fact === "money" && run.spent.micros === 0;
  const isShort = fact === "time" && columns < narrow;
  return isFree ? widest : Math.max(cells(isShort ? "00:00" : usual[fact]), widest);
}

const marks = { pending: "·", active: "●", accepted: "✓", stuck: "?", dropped: "✗" } as const;

function rowOf(run: RunState, task: Task, notes: TaskNotes, { now, worked }: Moment): Row {
  const note = notes.of(task.id);
  const asked = askedOf(run, task);
  const isNew = task.attempts === 0;
  return {
    mark: asked.length > 0 ? "?" : marks[task.status],
    id: task.id,
    title: oneLine(note.title, 200),
    attempts: isNew ? "" : attemptsText(task),
    money: note.micros > 0 ? dollars(note.micros) : "",
    time: note.began === null ? "" : clock((note.ended ?? worked) - note.began),
    instead: isNew && asked.length === 0 ? standing(run, task) : "",
    doing: asked.length > 0 ? waitsText(notes, asked, now) : isNew ? "" : doing(run, task, note, now),
    back: task.status === "accepted" || task.status === "dropped" ? "" : note.back,
  };
}

/** Open approvals of calls of this task, effects of it in doubt, escalations about it. */
const askedOf = (run: RunState, { id }: Task): readonly string[] => [
  ...[...run.approvals.values()]
    .filter((one) => one.status === "open" && threadParts(one.thread).task === id)
    .map((one) => one.id),
  ...[...run.doubts.keys()].filter((call) => threadParts(callParts(call).thread).task === id),
  ...[...run.escalations.values()].filter(({ task }) => task === id).map((one) => one.id),
];

/** `waits for you as e31, 0:41`: `harness approvals` knows it by that name. */
function waitsText(notes: TaskNotes, subjects: readonly string[], now: number): string {
  const asked = subjects.flatMap((subject) => notes.asked(subject) ?? []);
  const [first] = asked.toSorted((a, b) => a.at - b.at);
  if (first === undefined) return "waits for you";
  return `waits for you as ${asked.map((one) => one.short).join(", ")}, ${clock(Math.max(0, now - first.at))}`;
}

const attemptsText = ({ status, attempts }: Task): string =>
  status === "accepted" ? plural(attempts, "attempt") : `attempt ${attempts}`;

function doing(run: RunState, task: Task, note: TaskNote, now: number): string {
  if (task.status === "pending") return standing(run, task);
  if (task.status !== "active") return "";
  const held = [...run.threads.values()].find((thread) => thread.task === task.id && isHeld(thread, now));
  return held === undefined ? note.doing : `turn ${held.turn}  ${heldText(held, now)}`;
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
/** Cells that a long title has at least, where there are as many. */
const fairTitle = 40;
/** Below these a title says nothing any more: facts make room for it, the less important ones first. */
const leastTitle = 16;
const spared: readonly Fact[] = ["money", "attempts", "time"];

function widthsFor(rows: readonly Row[], widest: Readonly<Record<Fact, number>>, columns: number): Widths {
  const of = (column: keyof Row): number => Math.max(0, ...rows.map((row) => cells(row[column])));
  const id = Math.min(of("id"), columns < narrow ? 12 : columns < 100 ? 16 : 24);
  const whole = Math.max(0, columns - 1 - (3 + id + 2));
  const facts: Record<Fact, number> = { ...widest };
  const taken = (): number => spared.reduce((sum, fact) => sum + (facts[fact] > 0 ? facts[fact] + 2 : 0), 0);
  for (const fact of spared) if (whole - taken() < Math.min(leastTitle, of("title"))) facts[fact] = 0;
  const title = Math.min(of("title"), Math.max(fairTitle, whole - taken() - 3 - wellDoing));
  const { attempts, money, time } = facts;
  const beside = whole - title - taken() - 3;
  if (beside >= leastDoing) return { id, title, attempts, money, time, doing: beside };
  return { id, title: Math.min(title, Math.max(0, whole - taken())), attempts, money, time, doing: 0 };
}

/** How much is said of each task: all, without why it was sent back, its own line only. */
type Detail = "all" | "doing" | "line";

function draw(row: Row, widths: Widths, detail: Detail): readonly string[] {
  const head = ` ${row.mark} ${pad(row.id, widths.id)}  `;
  const facts = [
    widths.attempts === 0 ? "" : `  ${pad(row.attempts, widths.attempts)}`,
    widths.money === 0 ? "" : `  ${padLeft(row.money, widths.money)}`,
    widths.time === 0 ? "" : `  ${padLeft(row.time, widths.time)}`,
  ].join("");
  const isBeside = widths.doing > 0 && row.doing !== "";
  const told = row.instead === "" ? facts : `  ${row.instead}`;
  const line = `${head}${pad(row.title, widths.title)}${told}${isBeside ? `   ${row.doing}` : ""}`;
  const below = [isBeside || detail === "line" ? "" : row.doing, detail === "all" ? row.back : ""].filter(
    (text) => text !== "",
  );
  return [line, ...below.map((text) => " ".repeat(cells(head)) + text)];
}

/**
 * All tasks where there is room, else those at work or waiting for a person, then what comes next, then what was accepted
 * last; in the order of the plan. Where not even the first have room, less is said of each.
 */
function fill(
  rows: ReadonlyMap<Task, Row>,
  notes: TaskNotes,
  room: number,
  drawn: (row: Row, detail: Detail) => readonly string[],
): readonly string[] {
  const pressing = [...rows].filter(([task, row]) => isPressing(task, row));
  const count = (some: Iterable<readonly [Task, Row]>, detail: Detail): number =>
    [...some].reduce((sum, [, row]) => sum + drawn(row, detail).length, 0);
  const fits = (["all", "doing", "line"] as const).find((detail) => count(pressing, detail) < room) ?? "line";
  const lines = new Map([...rows].map(([task, row]) => [task, drawn(row, fits)] as const));
  const isAll = count(rows, fits) <= room;
  const chosen = new Set<Task>();
  let left = isAll ? room : room - 1;
  for (const [task] of [...rows].toSorted(byPress(notes))) {
    left -= lines.get(task)?.length ?? 0;
    if (left < 0) break;
    chosen.add(task);
  }
  const shown = [...lines].flatMap(([task, its]) => (chosen.has(task) ? its : []));
  const hidden = [...rows.keys()].filter((task) => !chosen.has(task));
  return hidden.length > 0 ? [...shown, `   … ${hiddenText(hidden)}`] : shown;
}

const isPressing = ({ status }: Task, { mark }: Row): boolean => mark === "?" || status === "active";

type Entry = readonly [Task, Row];

function byPress(notes: TaskNotes): (a: Entry, b: Entry) => number {
  const rank = ([task, row]: Entry): number =>
    isPressing(task, row) ? 0 : task.status === "pending" ? 1 : 2;
  const ended = ([{ id, status }]: Entry): number => (status === "pending" ? 0 : (notes.of(id).ended ?? 0));
  return (a, b) => rank(a) - rank(b) || (rank(a) === 2 ? ended(b) - ended(a) : 0);
}

/** `38 more tasks: 30 accepted, 8 to come`. */
function hiddenText(hidden: readonly Task[]): string {
  const of = (...statuses: readonly Task["status"][]): number =>
    hidden.filter(({ status }) => statuses.includes(status)).length;
  const counts = [
    [of("active"), "at work"],
    [of("stuck"), "waiting for you"],
    [of("accepted"), "accepted"],
    [of("dropped"), "dropped"],
    [of("pending"), "to come"],
  ] as const;
  const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${plural(hidden.length, "more task")}: ${parts.join(", ")}`;
}
