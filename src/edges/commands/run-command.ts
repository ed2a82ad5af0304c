import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

export interface CommandRequest {
  readonly command: string;
  /** Absolute. */
  readonly cwd: string;
  /** All that it can know of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** All of its stdin. */
  readonly stdin: string;
  readonly timeoutMs: number;
  /** Aborted: it is killed. */
  readonly signal: AbortSignal;
}

export interface CommandEnd {
  /** As UTF-8, whatever it ended with. */
  readonly stdout: string;
  /** null: it exited with 0; else what went wrong, in one line. */
  readonly wrong: string | null;
}

/** More is no answer: the command is killed. */
const mostStdout = 1024 * 1024;
const keptStderr = 4096;
/** What a child that left the group holds open is not waited for longer. */
const lastWordsMs = 500;

/**
 * Runs `sh -c COMMAND` in a process group of its own, which is killed whole at the end of its time, when it writes far
 * too much, and when it ends and leaves something running. Never rejects for what the command does.
 */
export async function runCommand(request: CommandRequest): Promise<CommandEnd> {
  const { command, cwd, env, stdin, timeoutMs, signal } = request;
  const child = spawn("/bin/sh", ["-c", command], { cwd, env, detached: true, stdio: "pipe" });
  const kill = (): void => killGroup(child);
  const flooded = new AbortController();
  const late = AbortSignal.timeout(timeoutMs);
  const stdout = bytesOf(child.stdout, mostStdout, () => flooded.abort());
  const stderr = bytesOf(child.stderr, keptStderr, () => undefined);
  const ended = endOf(child);
  // Whoever does not read all of it has had enough.
  child.stdin.on("error", () => undefined).end(stdin);
  const over = AbortSignal.any([late, flooded.signal, signal]);
  over.addEventListener("abort", kill, { once: true });
  if (over.aborted) kill();
  const end = await ended;
  over.removeEventListener("abort", kill);
  kill();
  await lastWords(child);
  return {
    stdout: stdout(),
    wrong: whatWentWrong(end, stderr(), { late, flooded: flooded.signal, timeoutMs }),
  };
}

/** null: exit 0; else how else it ended, in words. */
const endOf = async (child: ChildProcess): Promise<string | null> =>
  new Promise((resolve) => {
    child.once("error", (error) => resolve(`cannot be started: ${error.message}`));
    child.once("exit", (code, signal) => {
      if (code === 0) resolve(null);
      else resolve(code === null ? `was ended by ${signal ?? "a signal"}` : `ended with exit ${code}`);
    });
  });

function bytesOf(stream: NodeJS.ReadableStream, most: number, beyond: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    const room = most - size;
    size += chunk.length;
    if (room > 0) chunks.push(chunk.subarray(0, room));
    if (size > most) beyond();
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

async function lastWords({ stdout, stderr, pid }: ChildProcess): Promise<void> {
  const open = [stdout, stderr].filter((stream) => stream !== null && !stream.closed);
  if (pid !== undefined && open.length > 0) {
    const closed = Promise.all(open.map(async (stream) => (stream === null ? null : once(stream, "close"))));
    await Promise.race([closed, sleep(lastWordsMs, undefined, { ref: false })]);
  }
  stdout?.destroy();
  stderr?.destroy();
}

interface Limits {
  readonly late: AbortSignal;
  readonly flooded: AbortSignal;
  readonly timeoutMs: number;
}

function whatWentWrong(
  end: string | null,
  stderr: string,
  { late, flooded, timeoutMs }: Limits,
): string | null {
  if (flooded.aborted) return `wrote more than ${mostStdout / 1024 / 1024} MiB and was killed`;
  if (end === null) return null;
  if (late.aborted) return `did not end within ${timeoutMs / 1000} s and was killed`;
  const said = stderr.trim().split("\n").at(-1)?.slice(0, 200) ?? "";
  return `${end}${said === "" ? "" : `: ${said}`}`;
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
