import type { Entry } from "../core/event.ts";
import type { Ports } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";
import type { Io } from "./io.ts";
import { reviewPlan } from "./review.ts";
import { chooseView } from "./view/choose.ts";

/** The terminal of a person who works with a run: a view of it, which gives way while they are asked. */
export interface Desk {
  see(entry: Entry, run: RunState): void;
  /** A line about this process rather than the run. */
  say(line: string): void;
  /** Whether the person here is being asked what the run stands at. */
  isAttended(run: RunState): boolean;
  close(): Promise<void>;
}

/** `json`: the journal for machines, and nobody is asked. */
export function openDesk(io: Io, ports: Ports, run: RunState, json: boolean): Desk {
  const keyboard = json ? null : io.keyboard;
  let view = chooseView(io, ports, run, json);
  let asked: { readonly over: AbortController; readonly done: Promise<void> } | null = null;
  /** What came while the person was asked, for the view that comes back. */
  let missed: Entry[] = [];
  let hasLeft = false;

  const review = async (over: AbortSignal): Promise<void> => {
    await view.close();
    if (keyboard === null) return;
    const how = await reviewPlan(io, keyboard, ports, run, over);
    hasLeft = how === "left";
    if (hasLeft) return;
    view = chooseView(io, ports, run, json);
    for (const entry of missed.splice(0)) view.see(entry, run);
    asked = null;
  };
  const ask = (): void => {
    const over = new AbortController();
    const done = review(over.signal).catch((error: unknown) => {
      hasLeft = true;
      asked = null;
      view = chooseView(io, ports, run, json);
      io.err(`            the plan cannot be reviewed here: ${(error as Error).message}\n`);
    });
    asked = { over, done };
  };
  const isAskedFor = (state: RunState): boolean =>
    keyboard !== null && state.phase === "reviewing" && !hasLeft;

  if (isAskedFor(run)) ask();
  return {
    see: (entry, state) => {
      if (asked === null) {
        view.see(entry, state);
        if (isAskedFor(state)) ask();
        return;
      }
      missed.push(entry);
      if (state.phase !== "reviewing") asked.over.abort();
    },
    say: (line) => (asked === null ? view.say(line) : io.err(`${line}\n`)),
    isAttended: isAskedFor,
    close: async () => {
      asked?.over.abort();
      await asked?.done;
      await view.close();
    },
  };
}
