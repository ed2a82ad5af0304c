import { setTimeout as pause } from "node:timers/promises";
import { staysInside } from "../../core/tree-path.ts";
import { keepOutput } from "../../core/kept-output.ts";
import type { KeptOutput } from "../../core/kept-output.ts";
import type { ExecRequest, ExecResult, Slot } from "../../core/sandbox.ts";
import type { Container } from "./container.ts";
import { ContainerLost } from "./container.ts";
import { EngineDown } from "./engine.ts";
import { tooFull } from "./free-space.ts";
import { oomKills } from "./oom.ts";
import { runCommand, runOwn } from "./run.ts";
import type { Command, Ran, Stop } from "./run.ts";

/** Beyond this much output a command is killed. */
const floodBytes = 32 * 1024 * 1024;

export interface SlotOptions {
  readonly container: Container;
  /** The workspace on this machine. */
  readonly dir: string;
  /** `uid:gid` of the worker. */
  readonly user: string;
  /** Done after each start of the container. @returns why it cannot be done, or null. */
  readonly prepare: () => Promise<string | null>;
  /** Connections that were refused since this was last asked. */
  readonly denied: () => ExecResult["denied"];
  /** What goes with the container. */
  readonly release: () => Promise<void>;
  /** The shell that runs commands: `bash`, or `sh` where the image has no bash. */
  readonly shell: string;
}

/** How the container stands: `dead` is one whose processes were all killed; the next command starts it again. */
type Standing = "running" | "paused" | "dead" | "closed";

/**
 * A slot is a container over the directory. What must die is killed with process 1, so by the kernel: no process of the
 * container is left then, and /tmp is empty when the next command starts it again.
 */
export function openSlot({ container, dir, user, shell, prepare, denied, release }: SlotOptions): Slot {
  let standing: Standing = "running";
  let stop = Promise.withResolvers<Stop>();
  /** How often it was killed or closed: what begins while that happens must not go on. */
  let ends = 0;

  const wake = async (): Promise<void> => {
    if (standing === "closed") throw new ContainerLost("the slot is closed");
    const before = ends;
    if (standing === "dead") await startAgain();
    if (standing === "paused") await container.unpause();
    if (ends !== before) {
      if (!isClosed()) await container.kill();
      throw new ContainerLost("the command was ended before it began");
    }
    standing = "running";
    stop = Promise.withResolvers<Stop>();
  };
  const startAgain = async (): Promise<void> => {
    await container.start();
    const why = await prepare();
    if (why !== null) throw new ContainerLost(why);
  };
  const kill = async (): Promise<void> => {
    ends += 1;
    stop.resolve("killed");
    if (standing === "closed" || standing === "dead") return;
    await killOrRemove(container);
    if (!isClosed()) standing = "dead";
  };
  const isClosed = (): boolean => standing === "closed";

  const exec = async (request: ExecRequest): Promise<ExecResult> => {
    await wake();
    const full = await tooFull(dir);
    if (full !== null) return broken(full);
    const { pid } = await container.state();
    const before = await oomKills(container.id, pid);
    const ran = await runCommand(container, {
      ...commandOf(shell, request.command),
      user,
      timeoutMs: request.timeoutMs,
      keep: request.maxOutputBytes,
      floodBytes,
      watch: async () => ((await tooFull(dir)) === null ? null : "full"),
      stopped: stop.promise,
    });
    if (typeof ran.end !== "number") {
      await kill();
      return ran.end === "killed"
        ? broken("the command was ended", ran.kept)
        : result(ran.end, null, ran.kept);
    }
    return ended(ran, ran.end, before, pid);
  };

  const ended = async (
    { kept }: Ran,
    exit: number,
    before: number | null,
    pid: number,
  ): Promise<ExecResult> => {
    const now = await oomKills(container.id, pid);
    if (before !== null && now !== null && now > before) {
      await kill();
      return result("oom", exit, kept);
    }
    if ((await tooFull(dir)) !== null) {
      await kill();
      return result("full", null, kept);
    }
    // Killed by somebody: by itself, or with its container.
    if (exit !== 137 && exit !== 126) return result("exited", exit, kept);
    const isOom = await endOf(container, user);
    if (isOom === null) return result("exited", exit, kept);
    if (!isClosed()) standing = "dead";
    return isOom ? result("oom", exit, kept) : broken("its container was ended from outside", kept);
  };

  return {
    exec: async (request) => {
      const ran = await telling(async () => exec(request));
      return { ...ran, denied: denied() };
    },
    write: async (path, bytes) => {
      const name = path.replace(/^(\.\/+)+/, "");
      if (!staysInside(name) || name === "" || name === "." || name.includes("\0"))
        return `${path} cannot be written: it is no path in the workspace`;
      try {
        await wake();
        const command = ["sh", "-c", writing, "harness", `./${name}`];
        const { end, text } = await runOwn(container, command, user, bytes);
        if (typeof end !== "number") await kill();
        return end === 0 ? null : `${path} cannot be written: ${text === "" ? `exit ${end}` : text}`;
      } catch (error) {
        return { broken: lossOf(error) };
      }
    },
    freeze: async () => {
      if (standing !== "running") return;
      try {
        await container.pause();
        standing = "paused";
      } catch (error) {
        if (!(error instanceof ContainerLost)) throw error;
        // What is dead does nothing either.
        await kill();
      }
    },
    kill,
    close: async () => {
      if (standing === "closed") return;
      const wasPaused = standing === "paused";
      standing = "closed";
      ends += 1;
      stop.resolve("killed");
      if (wasPaused) await orLeave(async () => container.unpause());
      await removeOrLeave(container);
      await release();
    },
  };
}

/** What cannot be removed now, because the engine is away, is reaped by its label when somebody comes back. */
export const removeOrLeave = async (container: Container): Promise<void> =>
  orLeave(async () => container.remove());

/**
 * Whether a container ended for want of memory; null: it lives. The engine learns of the end of process 1 a moment after
 * that of the command, so it is not asked alone: a command is tried.
 */
async function endOf(container: Container, user: string): Promise<boolean | null> {
  for (let tries = 0; tries < 10; tries++) {
    const { isRunning, isOom } = await container.state();
    if (!isRunning) return isOom;
    if (await answers(container, user)) return null;
    await pause(100);
  }
  return null;
}

async function answers(container: Container, user: string): Promise<boolean> {
  try {
    return (await runOwn(container, ["sh", "-c", ":"], user)).end === 0;
  } catch (error) {
    if (error instanceof ContainerLost) return false;
    throw error;
  }
}

/** Where an engine cannot kill a container's processes, it may still remove it with them. */
async function killOrRemove(container: Container): Promise<void> {
  try {
    await container.kill();
  } catch (error) {
    if (!(error instanceof ContainerLost)) throw error;
    await container.remove();
  }
}

/** One argument of a program holds at most 128 KiB (MAX_ARG_STRLEN): a longer command comes by its stdin. */
const longestArgument = 100_000;

/** One stream for stdout and stderr, so that output comes in order of arrival. */
function commandOf(shell: string, text: string): Pick<Command, "command" | "input"> {
  const input = Buffer.from(text);
  return input.length <= longestArgument
    ? { command: [shell, "-c", 'exec "$@" 2>&1', "harness", shell, "-c", text] }
    : { command: [shell, "-c", longCommand], input };
}

const longCommand =
  'exec 2>&1; harness_command=$(cat) && exec < /dev/null && eval "unset harness_command; $harness_command"';

async function orLeave(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    lossOf(error);
  }
}

/** Takes a file from stdin, parents made. It must end up in the workspace, whatever links are on the way. */
const writing = `
dir=\${1%/*}; name=\${1##*/}
mkdir -p -- "$dir" && cd -P -- "$dir" || exit 1
inside() { case "$1/" in /workspace/*) ;; *) echo "a link leads out of the workspace"; exit 1;; esac; }
inside "$(pwd -P)"
if [ -L "./$name" ]; then inside "$(readlink -f -- "./$name")"; fi
if [ -d "./$name" ]; then echo "it is a directory"; exit 1; fi
if [ -e "./$name" ] && ! [ -f "./$name" ]; then echo "it is no regular file"; exit 1; fi
exec cat > "./$name"
`;

async function telling(run: () => Promise<ExecResult>): Promise<ExecResult> {
  try {
    return await run();
  } catch (error) {
    return broken(lossOf(error));
  }
}

/** @throws what is no loss of the container or the engine: a bug. */
function lossOf(error: unknown): string {
  if (error instanceof ContainerLost || error instanceof EngineDown) return error.message;
  throw error;
}

const result = (outcome: ExecResult["outcome"], exit: number | null, kept: KeptOutput): ExecResult => ({
  outcome,
  exit,
  ...kept.end(),
  why: null,
  denied: [],
});

const broken = (why: string, kept: KeptOutput = keepOutput(0)): ExecResult => ({
  ...result("broken", null, kept),
  why,
});
