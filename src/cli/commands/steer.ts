import { setTimeout as delay } from "node:timers/promises";
import { taskThread } from "../../core/id.ts";
import type { Owner } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { meant } from "../../core/nearest.ts";
import { readRun } from "../../loop/own.ts";
import { putText } from "../../loop/texts.ts";
import { giveUnasked } from "../approval/give.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { pickOpenRun, pickRun } from "../pick-run.ts";
import { withState, withWritableState } from "../reader.ts";
import { nameOf } from "../standing.ts";

export interface TellOptions {
  readonly task?: string;
}

const clock = { now: () => Date.now() };

/** Longest note, in characters: it is part of every request that follows. */
const longestNote = 8_000;

/** `harness tell RUN TEXT…`: a note that the worker's next turn holds. */
export async function tell(
  io: Io,
  named: string,
  words: readonly string[],
  options: TellOptions,
): Promise<number> {
  const text = words.join(" ").trim();
  if (text === "")
    throw new Refused(`the note is empty; say what the worker should know: harness tell ${named} "…"`);
  if (text.length > longestNote)
    throw new Refused(
      `the note has ${text.length} characters, ${longestNote} are the most; put it into a file of the workspace`,
    );
  return withWritableState(io, async ({ storage, state }) => {
    const id = await pickRun(storage.journal, named, state);
    const run = await readRun(storage, id);
    if (run.phase === "ended") throw new Refused(`run ${id} has ended; nobody would read it`);
    const thread = options.task === undefined ? null : threadOf(run, options.task);
    await giveUnasked({ ...storage, clock }, id, "note", {
      type: "note",
      thread,
      text: await putText(storage.blobs, text),
    });
    const who =
      options.task === undefined
        ? "every worker's next turn holds it"
        : `the next turn of task ${options.task} holds it`;
    io.err(` taken      ${who}; a run that stands reads it when it goes on: harness resume ${id}\n`);
    return exit.ok;
  });
}

/** The open thread of a task, else that of its next attempt. */
function threadOf(run: RunState, task: string): string {
  const known = run.tasks.get(task);
  if (known === undefined) {
    const ids = [...run.tasks.keys()];
    throw new Refused(
      `run ${run.id} has no task ${JSON.stringify(task)}${meant(task, ids) || ";"} there are ${ids.join(", ") || "none yet"}`,
    );
  }
  if (known.status === "accepted" || known.status === "dropped")
    throw new Refused(`task ${task} is ${known.status}; nobody works on it any more`);
  return taskThread(task, known.attempt?.attempt ?? known.attempts + 1);
}

export interface StopOptions {
  readonly now?: boolean;
}

/** `harness stop [RUN]`: what is open ends, then the run stands; returns when it does. */
export async function stop(io: Io, named: string | undefined, options: StopOptions): Promise<number> {
  const found = await withState(io, async ({ storage, state, ownerOf }) => {
    const { id } = await pickOpenRun(storage.journal, named, state);
    return { id, owner: ownerOf(id), run: await readRun(storage, id) };
  });
  const { id, owner } = found;
  if (owner === null) {
    const how = found.run.phase === "ended" ? "has ended" : "stands already; nobody works on it";
    io.err(` run ${id} ${how}\n`);
    return exit.ok;
  }
  await withWritableState(io, async ({ storage }) =>
    giveUnasked({ ...storage, clock }, id, "stop", { type: "stop" }),
  );
  io.err(
    ` stopping   run ${id} (${nameOf(owner)}) ${options.now === true ? "at once" : "after what is open"}\n`,
  );
  if (options.now === true) await interrupt(owner);
  await untilLeft(io, id);
  io.err(` stopped    run ${id}; what was accepted is kept, go on with: harness resume ${id}\n`);
  return exit.ok;
}

/** As a person who presses ctrl-c twice at its terminal. */
async function interrupt({ pid }: Owner): Promise<void> {
  if (pid === 0) throw new Refused("its process is not known; press ctrl-c twice where it runs");
  press(pid);
  await delay(400);
  press(pid);
}

function press(pid: number): void {
  try {
    process.kill(pid, "SIGINT");
  } catch (error) {
    // It has just ended.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Ctrl-c here ends the waiting, not the stop. */
const untilLeft = async (io: Io, id: string): Promise<void> =>
  withState(io, async ({ ownerOf }) => {
    while (ownerOf(id) !== null) await delay(100);
  });
