import { hostname } from "node:os";
import type { Ports } from "../core/ports.ts";
import type { Body, Entry } from "../core/event.ts";
import type { RunState } from "../core/run.ts";
import type { ProjectFile } from "../edges/project/project-file.ts";
import { drive } from "../loop/drive.ts";
import type { Stand } from "../loop/drive.ts";
import type { OwnedRun } from "../loop/own.ts";
import { SandboxDown } from "../loop/slots.ts";
import { openDesk } from "./desk.ts";
import { exit, exitOf, Refused } from "./exit.ts";
import { inform } from "./inform.ts";
import type { Io } from "./io.ts";
import { listen } from "./signals.ts";
import { ownVersion } from "./version.ts";
import { summary } from "./view/summary.ts";
import { cost, plural } from "./view/words.ts";
import type { Wired } from "./wire.ts";

/** Drives an owned run with a view on it, drains at the first signal and halts at the second. */
export async function atWork(
  io: Io,
  project: ProjectFile,
  ports: Wired,
  owned: OwnedRun,
  json: boolean,
  stopsBefore = 0,
): Promise<number> {
  const { run: state, ownership, entries } = owned;
  const desk = openDesk(io, ports, state, json);
  let say = (line: string): void => desk.say(line);
  const informed = inform(json ? { ...io, keyboard: null } : io, project, ports, state, (line) => say(line));
  const see = (entry: Entry, run: RunState): void => {
    desk.see(entry, run);
    informed.see(entry, run);
  };
  for (const entry of entries) see(entry, state);
  for (const fault of ports.faults) desk.say(` ! ${fault}`);
  const signals = listen((line) => desk.say(line));
  try {
    const stand = await drive(ports, state, {
      drain: signals.drain,
      halt: signals.halt,
      observe: see,
      isAttended: (run) => desk.isAttended(run),
      stopsBefore,
    });
    await desk.close();
    io.err(await ending(ports, state, stand, io));
    return exitOf(stand, state, signals.received());
  } catch (error) {
    if (!(error instanceof SandboxDown)) throw error;
    const hint = `what was accepted is kept, go on with: harness resume ${state.id}`;
    throw new Refused(`${error.message}; ${hint}`, exit.infrastructure);
  } finally {
    await desk.close();
    say = (line) => io.err(`${line}\n`);
    await informed.close();
    signals.forget();
    await ports.close();
    await ownership.release();
  }
}

async function ending(ports: Ports, run: RunState, stand: Stand, io: Io): Promise<string> {
  if (stand === "stopped") {
    const accepted = [...run.tasks.values()].filter((task) => task.status === "accepted").length;
    const kept = `${accepted} of ${plural(run.tasks.size, "task")} accepted, kept · ${cost(run)}`;
    const by = run.stopped === "asked" ? ", as another terminal asked" : "";
    return `\n stopped    run ${run.id}${by} · ${kept}\n go on      harness resume ${run.id}\n`;
  }
  return summary(ports, run, io, null);
}

/** Who takes a run now. */
export const ownerNow = (): Body<"run-owned"> => ({
  host: hostname(),
  pid: process.pid,
  boot: String(Math.round(Date.now() - process.uptime() * 1000)),
  harness: ownVersion(),
});
