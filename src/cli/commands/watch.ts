import type { RunId } from "../../core/id.ts";
import type { Journal, Owner } from "../../core/ports.ts";
import { waitsForPerson } from "../../core/run.ts";
import type { RunState } from "../../core/run.ts";
import { readRun } from "../../loop/own.ts";
import { exit, exitOf } from "../exit.ts";
import { follow } from "../follow.ts";
import type { FollowEnd } from "../follow.ts";
import type { Io } from "../io.ts";
import { pickRun } from "../pick-run.ts";
import { withState } from "../reader.ts";
import { nameOf } from "../standing.ts";
import { chooseView, drawsPicture } from "../view/choose.ts";
import { textOf } from "../view/rows.ts";
import { summary } from "../view/summary.ts";

export interface WatchOptions {
  readonly json?: boolean;
}

/**
 * `harness watch [RUN]`: what `harness run` shows, of a run that another process drives; reads only. On a terminal the
 * picture; elsewhere every line, or with `--json` the whole journal, from the beginning. Exits as `run` would.
 */
export const watch = async (io: Io, named: string | undefined, options: WatchOptions): Promise<number> =>
  withState(io, async ({ storage, state, ownerOf }) => {
    const id = await pickWatched(storage.journal, named, state, ownerOf);
    const isOwned = (): boolean => ownerOf(id) !== null;
    const known = await readRun(storage, id);
    const isPicture = drawsPicture(io, options.json === true);
    const ports = { ...storage, clock: { now: () => Date.now() } };
    // Of a run that stands there is no picture to watch: how it stands says all.
    const isStill = isPicture && (known.phase === "ended" || !isOwned());
    const view = isStill
      ? null
      : chooseView(io, ports, known, options.json === true, "ctrl-c leaves, the run goes on");
    const seen = { run: known };
    const leave = leaving();
    try {
      const end = await follow({
        journal: storage.journal,
        id,
        from: isPicture ? known : null,
        onEntry: (entry, run) => {
          seen.run = run;
          view?.see(entry, run);
        },
        signal: leave.signal,
        isOwned,
      });
      await view?.close();
      io.err(end === "left" ? left(id, ownerOf(id), io) : await summary(storage, seen.run, io, ownerOf(id)));
      return exitOfWatched(end, seen.run, leave.received());
    } finally {
      await view?.close();
      leave.forget();
    }
  });

/** Unless they name one, the newest that somebody works on, else the newest. */
async function pickWatched(
  journal: Journal,
  named: string | undefined,
  state: string,
  ownerOf: (run: RunId) => Owner | null,
): Promise<RunId> {
  if (named !== undefined) return pickRun(journal, named, state);
  const rows = (await journal.runs()).toSorted((a, b) => b.createdAt - a.createdAt);
  return rows.find(({ id }) => ownerOf(id) !== null)?.id ?? pickRun(journal, undefined, state);
}

function left(id: RunId, owner: Owner | null, io: Io): string {
  const goesOn = owner === null ? `run ${id} is as it was` : `run ${id} goes on with ${nameOf(owner)}`;
  return textOf(
    [
      ["left", goesOn],
      ["look again", `harness watch ${id}`],
      ["end it", `harness stop ${id}     lets what is open end; harness resume goes on`],
    ],
    io.columns,
  );
}

/** As the process that drove it exited, as far as the journal tells. */
function exitOfWatched(end: FollowEnd, run: RunState, received: "SIGINT" | "SIGTERM" | null): number {
  if (end === "left") return exitOf("stopped", run, received);
  if (end === "ended") return exitOf("ended", run, null);
  if (waitsForPerson(run)) return exitOf("waiting", run, null);
  const wasStopped = run.stopped !== null && run.stopped !== "sandbox" && run.stopped !== "outage";
  return wasStopped ? exitOf("stopped", run, null) : exit.infrastructure;
}

interface Leaving {
  readonly signal: AbortSignal;
  received(): "SIGINT" | "SIGTERM" | null;
  forget(): void;
}

/** Signals end the watching, not the run. */
function leaving(): Leaving {
  const gone = new AbortController();
  let received: "SIGINT" | "SIGTERM" | null = null;
  const on = (signal: "SIGINT" | "SIGTERM"): void => {
    received ??= signal;
    gone.abort();
  };
  process.on("SIGINT", on).on("SIGTERM", on);
  return {
    signal: gone.signal,
    received: () => received,
    forget: () => process.off("SIGINT", on).off("SIGTERM", on),
  };
}
