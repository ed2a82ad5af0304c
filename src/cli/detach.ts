import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { exit, Refused } from "./exit.ts";
import type { Io } from "./io.ts";
import { runDir } from "./mirror/mirror.ts";

/** Set in the process that does the work. */
const mark = "HARNESS_DETACHED";

export const isDetached = (io: Io): boolean => io.env[mark] === "1";

/** What the working process tells the one that started it, once: the run is there, and goes on by itself. */
interface Started {
  readonly started: string;
}

/**
 * Starts the same command line in a process of its own that outlives this terminal, and returns as soon as its run is
 * there. What goes wrong before that is told here, with the exit code it has; ctrl-c before that ends it.
 */
export async function detach(io: Io, args: readonly string[]): Promise<number> {
  const [, entry] = process.argv;
  if (entry === undefined)
    throw new Refused("--detach needs the program's own file; start harness by its command");
  const child = spawn(process.execPath, [...process.execArgv, entry, ...args], {
    cwd: io.cwd,
    env: { ...io.env, [mark]: "1" },
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  child.stderr?.on("data", (bytes: Buffer) => io.err(bytes.toString("utf8")));
  const outcome = await untilStarted(child);
  if (typeof outcome === "number") return outcome;
  child.stderr?.destroy();
  child.unref();
  const { started: run } = outcome;
  io.err(` detached   run ${run} goes on without this terminal (pid ${child.pid})\n`);
  io.err(` look       harness watch ${run}\n stop it    harness stop ${run}\n`);
  return exit.ok;
}

/** A number: it ended before its run was there. @throws Refused when something ended it */
async function untilStarted(child: ChildProcess): Promise<Started | number> {
  const interrupted = (): void => void child.kill("SIGINT");
  process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
  try {
    return await new Promise((resolve, reject) => {
      child.on("message", (message) => resolve(message as Started));
      child.on("error", reject);
      child.on("close", (code, signal) => (code === null ? reject(endedBy(signal)) : resolve(code)));
    });
  } finally {
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  }
}

const endedBy = (signal: NodeJS.Signals | null): Refused =>
  new Refused(
    `the process that was to do the work was ended by ${signal ?? "a signal"} before its run was there; start it again, and see harness runs`,
    signal === "SIGINT" ? exit.interrupted : exit.infrastructure,
  );

/**
 * In the working process: tells its starter that the run is there, unless that is gone. From then on all it would say to
 * a person goes to `.harness/runs/ID/output.txt`.
 */
export function announce(io: Io, state: string, run: string): void {
  if (!isDetached(io) || io.divert === undefined) return;
  const dir = runDir(state, run);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  io.divert((text) => appendFileSync(join(dir, "output.txt"), text, { mode: 0o600 }));
  if (!process.connected) return;
  const message: Started = { started: run };
  // A starter that goes just now needs no answer any more.
  process.send?.(message, () => process.connected && process.disconnect());
}
