import type { Entry } from "../../core/event.ts";
import type { Ports } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import type { Io } from "../io.ts";
import { cells, fit } from "./cells.ts";
import { colourMark } from "./colour.ts";
import type { View } from "./plain.ts";
import { taskLines } from "./task-lines.ts";
import { taskNotes } from "./task-notes.ts";
import type { TaskNotes } from "./task-notes.ts";
import { clock, cost } from "./words.ts";

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const clearBelow = "\u001b[J";
const clearRest = "\u001b[K";
const upBy = (lines: number): string => (lines > 0 ? `\u001b[${lines}A\r` : "\r");

/** How often the picture is drawn again, in ms. */
const betweenMs = 250;

/** A calm picture of the run that is drawn over itself: tasks, what each is doing, time and money. */
export function liveView(io: Io, ports: Pick<Ports, "blobs" | "clock" | "journal">, run: RunState): View {
  const notes = taskNotes(ports.blobs);
  const known = run.seq;
  let told = recall(ports, run, notes, known);
  let drawn: readonly string[] = [];
  let closed = false;

  const draw = (above: string, isLast: boolean): void => {
    const frame = picture(run, notes, ports.clock.now(), io, isLast);
    if (above === "" && !isLast && isSame(frame, drawn)) return;
    const lines = frame.map((line) => `${colourMark(line, io)}${clearRest}\n`).join("");
    io.err(`${hideCursor}${upBy(rowsTaken(drawn, io.columns))}${above}${lines}${clearBelow}`);
    drawn = frame;
  };
  const ticking = setInterval(() => draw("", false), betweenMs);

  return {
    see: (entry: Entry, state: RunState) => {
      if (entry.seq > known) told = told.then(async () => notes.see(entry, state));
    },
    say: (line) => draw(`${clearBelow}${line}\n`, false),
    close: async () => {
      if (closed) return;
      closed = true;
      clearInterval(ticking);
      try {
        await told;
        draw("", true);
      } finally {
        io.err(showCursor);
      }
    },
  };
}

/** A run that goes on has a past: titles, attempts and money of its tasks. */
async function recall(
  { journal }: Pick<Ports, "journal">,
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

/** Rows that lines take which were drawn when the terminal may have been wider than it is now. */
const rowsTaken = (lines: readonly string[], columns: number): number =>
  lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(cells(line) / columns)), 0);

/** One row stays free for the cursor. */
function picture(run: RunState, notes: TaskNotes, now: number, io: Io, isLast: boolean): readonly string[] {
  const worked = run.spent.wallMs + (isLast ? 0 : Math.max(0, now - run.at));
  const keys = isLast ? "" : "   ctrl-c stops, resumable";
  const head = ` run ${run.id}   ${clock(worked)}   ${cost(run)}${keys}`;
  const whole = isLast || notes.whole() === "" ? [] : [` ● ${notes.whole()}`];
  const top = [head, ...whole].map((line) => fit(line, io.columns - 1));
  return [...top, ...taskLines(run, notes, now, io.columns, Math.max(1, io.rows - 1 - top.length))];
}
