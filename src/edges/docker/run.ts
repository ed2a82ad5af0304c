import { setTimeout as pause } from "node:timers/promises";
import { keepOutput } from "../../core/kept-output.ts";
import type { KeptOutput } from "../../core/kept-output.ts";
import type { Container, Exit, StartedExec } from "./container.ts";
import { ContainerLost, NotStarted } from "./container.ts";
import { frames } from "./frames.ts";

/** Why a command was not let run to its end. */
export type Stop = "timeout" | "flood" | "full" | "killed";

export interface Command {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** `uid:gid`. */
  readonly user: string;
  readonly input?: Uint8Array;
  readonly timeoutMs: number;
  /** Bytes of output that are kept. */
  readonly keep: number;
  /** Beyond this much output it is stopped. */
  readonly floodBytes: number;
  /** Looked at while it runs: a reason to stop it, or null. */
  readonly watch: () => Promise<Stop | null>;
  /** Settles when somebody wants it stopped. */
  readonly stopped: Promise<Stop>;
}

export interface Ran {
  /** The exit code as the engine reports it, or why it was given up: then it may still run, and must be killed. */
  readonly end: number | Stop;
  readonly kept: KeptOutput;
}

/** How often the engine is asked whether a command that keeps its output open has ended. */
const pollMs = 200;
/** Output that is on its way when the command has ended and something it left behind holds the stream open. */
const drainMs = 100;
/** A timer holds no more. */
const longestMs = 2 ** 31 - 1;

/**
 * Runs a command in a container. It has ended when its own process has, whatever it left in the background.
 * @throws NotStarted, ContainerLost, EngineDown
 */
export async function runCommand(container: Container, wanted: Command): Promise<Ran> {
  const { command, user, input } = wanted;
  const started = await container.exec({
    command,
    user,
    dir: "/workspace",
    stdin: input !== undefined,
  });
  const kept = keepOutput(wanted.keep);
  const stop = Promise.withResolvers<Stop>();
  const closed = listen(started, (bytes) => {
    if (kept.total() > wanted.floodBytes) return;
    kept.add(bytes);
    if (kept.total() > wanted.floodBytes) stop.resolve("flood");
  });
  if (input !== undefined) started.stream.end(input);
  const timer = setTimeout(() => stop.resolve("timeout"), Math.min(wanted.timeoutMs, longestMs));
  const over = new AbortController();
  try {
    const end = await Promise.race([
      ending(started, closed, wanted.watch, over.signal),
      stop.promise,
      wanted.stopped,
    ]);
    if (typeof end === "string") return { end, kept };
    if (end.pid === 0) mustHaveStarted(kept);
    return { end: end.code, kept };
  } finally {
    over.abort();
    clearTimeout(timer);
    started.stream.destroy();
  }
}

/** What an engine says in place of a command that it could not start, which then "exits" with 126 or 127. */
const startFailure = "OCI runtime exec failed";

function mustHaveStarted(kept: KeptOutput): void {
  const said = Buffer.from(kept.end().output).toString("utf8").trim();
  if (said.startsWith(startFailure)) throw new NotStarted(`the command does not start: ${said}`);
}

/**
 * Resolves when the stream is closed. What went wrong with it the engine tells, asked for the exit code.
 * @throws ContainerLost when it was cut in the middle: output is missing
 */
async function listen({ stream }: StartedExec, onOutput: (bytes: Uint8Array) => void): Promise<void> {
  const closed = Promise.withResolvers<void>();
  const read = frames(onOutput);
  stream.on("data", (piece: Uint8Array) => read.add(piece));
  for (const event of ["end", "close", "error"]) stream.on(event, () => closed.resolve());
  await closed.promise;
  if (!read.isWhole()) throw new ContainerLost("the connection to the command was cut");
}

async function ending(
  started: StartedExec,
  closed: Promise<void>,
  watch: () => Promise<Stop | null>,
  over: AbortSignal,
): Promise<Exit | Stop> {
  let isClosed = false;
  const note = (): boolean => (isClosed = true);
  void closed.then(note, note);
  for (;;) {
    await Promise.race([closed, idle(isClosed ? 10 : pollMs, over)]);
    if (over.aborted) return "killed";
    const exit = await started.exit();
    if (exit !== null) {
      if (!isClosed) await Promise.race([closed, idle(drainMs, over)]);
      return exit;
    }
    const trouble = await watch();
    if (trouble !== null) return trouble;
    // The stream ended before the engine's books say so.
    if (isClosed) await idle(10, over);
  }
}

/** Resolves after `ms`, or as soon as it is over. */
async function idle(ms: number, over: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: over }).catch(() => undefined);
}

/** A command of our own: its exit code and all it said, or why it did not end. */
export async function runOwn(
  container: Container,
  command: readonly string[],
  user: string,
  input?: Uint8Array,
): Promise<{ readonly end: number | Stop; readonly text: string }> {
  const { end, kept } = await runCommand(container, {
    command,
    user,
    ...(input === undefined ? {} : { input }),
    timeoutMs: 60_000,
    keep: 256 * 1024,
    floodBytes: 1024 * 1024,
    watch: async () => null,
    stopped: new Promise(() => undefined),
  });
  return { end, text: Buffer.from(kept.end().output).toString("utf8").trim() };
}
