import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeText } from "../../core/canonical.ts";
import { keepOutput } from "../../core/kept-output.ts";

export interface Child {
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** The newest whole lines of what it said on stderr, as it said them. */
  lastWords(): string;
  /** How it ended, in words, though some of what it wrote may be unread; null: it lives. */
  exit(): string | null;
  /** Resolves as `exit`, when all it wrote has been read. */
  readonly ended: Promise<string>;
  /** Ends it and all of its group: its stdin first, then TERM, then KILL. Resolves when it is no more. */
  stop(): Promise<void>;
  /** Ends it and all of its group at once. */
  kill(): void;
}

export interface Start {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs the program in place of the shell, beside a watcher in the same process group that holds descriptor 3: when we
 * die, however we die, that closes. A server then has 2 s to end by itself (its stdin closed too), 2 s after TERM, and is
 * killed. What leaves its group (setsid) is out of reach.
 */
const guarded = `(trap '' TERM INT HUP; read -r _ <&3; sleep 2; kill -TERM 0; sleep 2; kill -KILL 0) >/dev/null 2>&1 &
exec 3<&-
exec "$@"`;

/** Bytes kept of its stderr. */
const keptBytes = 8192;
/** Something that left its group may hold its stdout open when it is no more: so long what it wrote is waited for. */
const lastWordsMs = 500;
/** From the end of its stdin to TERM, from there to KILL. */
const patienceMs = 300;
const graceMs = 1700;

export function startChild({ argv, cwd, env }: Start): Child {
  const child = spawn("/bin/sh", ["-c", guarded, "sh", ...argv], {
    cwd,
    env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  // It does not read: how it ended says why.
  for (const pipe of child.stdio) pipe?.on("error", () => undefined);
  const exited = exitOf(child);
  let exit: string | null = null;
  void exited.then((how) => (exit = how));
  return {
    pid: child.pid,
    stdin: child.stdin,
    stdout: child.stdout,
    lastWords: lastWordsOf(child.stderr),
    exit: () => exit,
    ended: readToTheEnd(child, exited),
    stop: async () => stop(child, exited),
    kill: () => signalGroup(child, "SIGKILL"),
  };
}

/** How it ended, in words. What it leaves behind in its group ends with it. */
const exitOf = async (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once("error", (error) => resolve(`it cannot be started: ${error.message}`));
    child.once("exit", (code, signal) => {
      signalGroup(child, "SIGKILL");
      resolve(code === null ? `it was ended by ${signal ?? "a signal"}` : `it ended with exit ${code}`);
    });
  });

async function readToTheEnd(child: ChildProcess, exited: Promise<string>): Promise<string> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  const how = await exited;
  await Promise.race([closed, sleep(lastWordsMs, undefined, { ref: false })]);
  for (const pipe of child.stdio) pipe?.destroy();
  return how;
}

async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  child.stdin?.end();
  const isGone = async (ms: number): Promise<boolean> =>
    Promise.race([exited.then(() => true), sleep(ms, false, { ref: false })]);
  if (await isGone(patienceMs)) return;
  signalGroup(child, "SIGTERM");
  if (await isGone(graceMs)) return;
  signalGroup(child, "SIGKILL");
  await exited;
}

function signalGroup({ pid }: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Nothing of it is left.
    if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

function lastWordsOf(stderr: Readable): () => string {
  const kept = keepOutput(keptBytes);
  stderr.on("data", (chunk: Buffer) => kept.add(chunk));
  return () => {
    const { output, dropped } = kept.end();
    if (dropped === 0) return decodeText(output);
    // A line that is cut could hold a part of a secret, which nobody would know.
    const tail = output.subarray(Math.floor(keptBytes / 2));
    const begin = tail.indexOf(10);
    return begin < 0 ? "" : decodeText(tail.subarray(begin + 1));
  };
}
