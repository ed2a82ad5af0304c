import type { Entry } from "../../core/event.ts";
import type { Ports } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import type { Io } from "../io.ts";
import type { View } from "./plain.ts";
import { taskLines } from "./task-lines.ts";
import { clock, cost, oneLine } from "./words.ts";

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const clearBelow = "\u001b[J";
const upBy = (lines: number): string => (lines > 0 ? `\u001b[${lines}A\r` : "\r");

/** A calm picture of the run that is drawn over itself: tasks, what each is doing, time and money. */
export function liveView(io: Io, ports: Pick<Ports, "blobs" | "clock">): View {
  const tasks = taskLines(ports.blobs);
  let told = Promise.resolve();
  let state: RunState | null = null;
  let height = 0;
  let closed = false;

  const redraw = (): void => {
    if (state === null) return;
    const frame = picture(state, tasks, ports.clock.now(), io.columns);
    io.err(`${hideCursor}${upBy(height)}${clearBelow}${frame.map((line) => `${line}\n`).join("")}`);
    height = frame.length;
  };
  const ticking = setInterval(redraw, 500);

  return {
    see: (entry: Entry, run: RunState) => {
      state = run;
      told = told.then(async () => tasks.see(entry, run));
    },
    close: async () => {
      if (closed) return;
      closed = true;
      clearInterval(ticking);
      await told;
      redraw();
      io.err(showCursor);
    },
  };
}

const mostTasks = 16;

function picture(run: RunState, tasks: ReturnType<typeof taskLines>, now: number, columns: number): readonly string[] {
  const head = ` run ${run.id}   ${clock(now - run.created)}   ${cost(run)}   ctrl-c stops, resumable`;
  const doing = tasks.doing();
  return [
    oneLine(head, columns - 1).replace(/^/, " "),
    ...(doing === "" ? [] : [oneLine(`● ${doing}`, columns - 2).replace(/^/, " ")]),
    ...tasks.lines(run, now, columns, mostTasks),
  ];
}
