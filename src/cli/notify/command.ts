import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { oneLine } from "../view/words.ts";

export interface Command {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** All of its stdin. */
  readonly input: string;
  readonly timeoutMs: number;
  /** Aborted: it is killed. */
  readonly signal: AbortSignal;
}

/** What is kept of its stderr, in bytes; of its stdout nothing. */
const keptBytes = 4096;
/** A child of its own may hold its stderr open when it has ended: so long its last words are waited for. */
const lastWordsMs = 500;

/**
 * Runs `sh -c COMMAND` in a process group of its own, which is killed whole at the end of its time. Its stdout is thrown
 * away. @returns null when it ended with 0, else what went wrong, in one line
 */
export async function runCommand(options: Command): Promise<string | null> {
  const { command, cwd, env, input, timeoutMs, signal } = options;
  const child = spawn("/bin/sh", ["-c", command], {
    cwd,
    env,
    detached: true,
    stdio: ["pipe", "ignore", "pipe"],
  });
  const errors = firstBytes(child);
  const late = AbortSignal.timeout(timeoutMs);
  const ended = endOf(child);
  // Whoever does not read all of it has had enough.
  child.stdin.on("error", () => undefined).end(input);
  const over = AbortSignal.any([late, signal]);
  const kill = (): void => killGroup(child);
  over.addEventListener("abort", kill, { once: true });
  if (over.aborted) kill();
  const end = await ended;
  over.removeEventListener("abort", kill);
  if (end === "0") return null;
  await Promise.race([once(child.stderr, "close"), sleep(lastWordsMs, undefined, { ref: false })]);
  child.stderr.destroy();
  if (late.aborted) return `was killed after ${timeoutMs / 1000} s`;
  const [said = ""] = errors().trim().split("\n");
  return `${end}${said === "" ? "" : `: ${oneLine(said, 200)}`}`;
}

/** `0`, or how else it ended, in words. */
const endOf = async (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once("error", (error) => resolve(`cannot be started: ${error.message}`));
    child.once("exit", (code, signal) => {
      if (code === 0) resolve("0");
      else resolve(code === null ? `was ended by ${signal ?? "a signal"}` : `ended with exit ${code}`);
    });
  });

function firstBytes({ stderr }: ChildProcess): () => string {
  let kept = Buffer.alloc(0);
  stderr?.on("data", (chunk: Buffer) => {
    if (kept.length < keptBytes) kept = Buffer.concat([kept, chunk]).subarray(0, keptBytes);
  });
  return () => kept.toString("utf8");
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // It has just ended.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
