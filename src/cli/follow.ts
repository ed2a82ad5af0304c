import { setTimeout as delay } from "node:timers/promises";
import { apply } from "../core/apply.ts";
import type { Entry } from "../core/event.ts";
import type { RunId } from "../core/id.ts";
import type { Journal } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";

/** How often the journal is looked at, in ms: soon enough for a person, cheap enough for hours. */
const everyMs = 250;

export interface Following {
  readonly journal: Pick<Journal, "read">;
  readonly id: RunId;
  /** What is known already: only what comes after it is handed on. It is folded further. null: from the beginning. */
  readonly from: RunState | null;
  /** Called once for each entry, in order; `run` is the state after it. */
  readonly onEntry: (entry: Entry, run: RunState) => void;
  /** Ends the following. */
  readonly signal: AbortSignal;
  /** Whether any process works on the run now. */
  readonly isOwned: () => boolean;
}

/** `ended`: the run did. `left`: the signal came. `unowned`: nobody works on the run, and nothing new came. */
export type FollowEnd = "ended" | "left" | "unowned";

/** Reads along with a run that another process drives. */
export async function follow(following: Following): Promise<FollowEnd> {
  const { journal, id, onEntry, signal, isOwned } = following;
  let run = following.from;
  for (;;) {
    if (signal.aborted) return "left";
    // Asked before reading: what an owner wrote before it let go is then read.
    const wasOwned = isOwned();
    const known: number = run?.seq ?? 0;
    for await (const entry of journal.read(id, known)) {
      run = apply(run, entry);
      onEntry(entry, run);
    }
    if (run?.phase === "ended") return "ended";
    if (!wasOwned && (run?.seq ?? 0) === known) return "unowned";
    await pause(signal);
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await delay(everyMs, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
