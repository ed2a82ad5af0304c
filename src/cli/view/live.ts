import type { Clock, Ports } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import type { Io } from "../io.ts";
import { cells, fit } from "./cells.ts";
import { colourMark } from "./colour.ts";
import { headLine, standingLines } from "./head-lines.ts";
import type { HeadLine } from "./head-lines.ts";
import type { View } from "./plain.ts";
import { taskTable } from "./task-lines.ts";
import type { TaskTable } from "./task-lines.ts";
import { taskNotes } from "./task-notes.ts";
import type { TaskNotes } from "./task-notes.ts";

/** The cursor is hidden and nothing wraps while a picture is drawn: a terminal may take a character for wider than we do. */
const beginFrame = "\u001b[?25l\u001b[?7l";
const endFrame = "\u001b[?7h";
const showCursor = "\u001b[?25h";
const clearBelow = "\u001b[J";
const clearRest = "\u001b[K";
const upBy = (lines: number): string => (lines > 0 ? `\u001b[${lines}A\r` : "\r");

/** How often the picture is drawn again, in ms. */
const betweenMs = 250;

/** What the picture reads of the world. */
export type ViewPorts = Pick<Ports, "blobs" | "journal"> & { readonly clock: Pick<Clock, "now"> };

/** What the picture is made of. */
interface Canvas {
  readonly notes: TaskNotes;
  readonly head: HeadLine;
  readonly table: TaskTable;
  /** What ctrl-c does; empty in the last picture. */
  readonly keys: string;
  readonly said: string;
}

/**
 * A calm picture of a run that is drawn over itself: tasks, what each is doing, time and money, what a person should
 * know. `run` is read at each drawing: whoever gives the entries keeps it folded.
 */
export function liveView(io: Io, ports: ViewPorts, first: RunState, keys: string): View {
  const notes = taskNotes(ports.blobs);
  const [head, table] = [headLine(), taskTable()];
  const known = first.seq;
  const trouble: unknown[] = [];
  let told = recall(ports, first, notes, known).catch((error: unknown) => void trouble.push(error));
  let run = first;
  let said = "";
  let drawn: Drawn = { lines: [], lost: [], columns: io.columns, rows: io.rows };
  let closed = false;

  const draw = (isLast: boolean): void => {
    const canvas = isLast ? { notes, head, table, keys: "", said: "" } : { notes, head, table, keys, said };
    const frame = picture(run, canvas, ports.clock.now(), io);
    const { columns, rows } = io;
    const isResized = columns !== drawn.columns || rows !== drawn.rows;
    if (!isLast && !isResized && isSame(frame, drawn.lines)) return;
    const lines = frame.map((line) => `${colourMark(line, io)}${clearRest}\n`).join("");
    const { up, lost } = over(drawn, columns, rows);
    io.err(`${beginFrame}${upBy(up)}${lines}${clearBelow}${endFrame}`);
    drawn = { lines: frame, lost, columns, rows };
  };
  const ticking = setInterval(() => draw(false), betweenMs);

  return {
    see: (entry, state) => {
      run = state;
      if (entry.seq <= known) return;
      // What cannot be read is told when the view closes: it is no reason to stop the run.
      told = told
        .then(async () => notes.see(entry, state))
        .catch((error: unknown) => void trouble.push(error));
    },
    say: (line) => {
      said = line;
      draw(false);
    },
    close: async () => {
      if (closed) return;
      closed = true;
      clearInterval(ticking);
      try {
        await told;
        draw(true);
      } finally {
        io.err(showCursor);
      }
      if (trouble.length > 0) throw trouble[0];
    },
  };
}

/** A run that goes on has a past: titles, attempts and money of its tasks. */
async function recall(
  { journal }: Pick<ViewPorts, "journal">,
  run: RunState,
  notes: TaskNotes,
  through: number,
): Promise<void> {
  for await (const entry of journal.read(run.id, 0)) {
    if (entry.seq > through) return;
    await notes.see(entry, run);
  }
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, index) => line === b[index]);

/** What the terminal holds of the picture. */
interface Drawn {
  readonly lines: readonly string[];
  /** Lines of earlier pictures that slid out at the top when the terminal got smaller. */
  readonly lost: readonly string[];
  readonly columns: number;
  readonly rows: number;
}

/**
 * How many rows above the cursor a picture begins, on a terminal that may have another size by now. Lines that do not fit
 * slide out at the top, and come back when it grows. Where a terminal does not bring them back nothing stands above the
 * picture, so that to go up further does no harm.
 */
function over(
  drawn: Drawn,
  columns: number,
  rows: number,
): { readonly up: number; readonly lost: readonly string[] } {
  const taken = rowsTaken(drawn.lines, columns);
  const back = rows > drawn.rows ? Math.min(rows - drawn.rows, rowsTaken(drawn.lost, columns)) : 0;
  const lost = back > 0 ? [] : drawn.lost;
  let out = taken + 1 - rows;
  const slid = drawn.lines.filter((line) => {
    const isOut = out > 0;
    out -= rowsTaken([line], columns);
    return isOut;
  });
  return { up: taken + back, lost: [...lost, ...slid].slice(-200) };
}

/** Rows that lines take which were drawn when the terminal may have been wider than it is now. */
const rowsTaken = (lines: readonly string[], columns: number): number =>
  lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(cells(line) / columns)), 0);

/** One row stays free for the cursor. */
function picture(
  run: RunState,
  { notes, head, table, keys, said }: Canvas,
  now: number,
  { columns, rows }: Io,
): readonly string[] {
  const isLast = keys === "";
  const worked = run.spent.wallMs + (isLast || run.phase === "reviewing" ? 0 : Math.max(0, now - run.at));
  const most = Math.max(1, rows - 1);
  const standing = isLast ? [] : standingLines(run, notes, now, said);
  const whole = isLast || notes.whole() === "" ? [] : [` ● ${notes.whole()}`];
  const top = [head.of(run, worked, columns, keys), ...standing, ...whole]
    .map((line) => fit(line, columns - 1))
    // Tasks are to be seen, too.
    .slice(0, Math.max(1, Math.floor(most / 3)));
  const tasks = table.of(run, notes, { now, worked }, { columns, room: most - top.length });
  return [...top, ...tasks].slice(0, most);
}
