import type Docker from "dockerode";
import type { Engine } from "./engine.ts";
import { EngineDown, refusalOf, statusOf } from "./engine.ts";

/** A container that was there and no longer is, or no longer does as told: one sentence. */
export class ContainerLost extends Error {
  override readonly name: string = "ContainerLost";
}

/** The engine could not start a command: nothing of it has run. */
export class NotStarted extends ContainerLost {
  override readonly name = "NotStarted";
}

/** A command in a container, as the engine runs it. */
interface ExecOptions {
  readonly command: readonly string[];
  readonly user: string;
  readonly dir: string;
  readonly stdin: boolean;
}

/** An exec that was started. The stream carries frames (see frames.ts) and takes stdin. */
export interface StartedExec {
  readonly stream: NodeJS.ReadWriteStream & { destroy(): void };
  /** How it ended, null while it runs. @throws ContainerLost, EngineDown */
  exit(): Promise<Exit | null>;
}

export interface Exit {
  readonly code: number;
  /** Of its process on the engine's machine. 0: it never had one, or the engine does not keep it. */
  readonly pid: number;
}

/** How a container stands. */
interface ContainerState {
  readonly isRunning: boolean;
  readonly isOom: boolean;
  readonly isPaused: boolean;
  /** Of process 1 on the engine's machine; 0 when it does not run. */
  readonly pid: number;
}

/** One container. Every method rejects with `ContainerLost` or `EngineDown` and nothing else. */
export interface Container {
  readonly id: string;
  start(): Promise<void>;
  exec(options: ExecOptions): Promise<StartedExec>;
  /** Starts a command and lets it run: its output goes nowhere. */
  launch(options: ExecOptions): Promise<void>;
  state(): Promise<ContainerState>;
  pause(): Promise<void>;
  unpause(): Promise<void>;
  /** Kills process 1: the kernel then kills all others, whatever they are. Resolves when none is left. */
  kill(): Promise<void>;
  /** Removes it, running or not; does nothing when it is gone. */
  remove(): Promise<void>;
}

export async function createContainer(
  engine: Engine,
  options: Docker.ContainerCreateOptions,
): Promise<Container> {
  try {
    const made = await engine.ask(async (docker) => docker.createContainer(options), 60_000);
    return containerOf(engine, made.id);
  } catch (error) {
    if (error instanceof EngineDown) throw error;
    const why =
      statusOf(error) === 404
        ? `the image ${options.Image?.slice(0, 19)} is gone; build or pull it again`
        : `no container can be made: ${refusalOf(error)}`;
    throw new ContainerLost(why, { cause: error });
  }
}

export function containerOf(engine: Engine, id: string): Container {
  const ask = async <T>(question: (container: Docker.Container) => Promise<T>, ms?: number): Promise<T> =>
    attempt("the container", async () => engine.ask(async (docker) => question(docker.getContainer(id)), ms));
  const state = async (): Promise<ContainerState> => {
    const { State } = await ask(async (container) => container.inspect());
    const { Running, Dead, Paused, OOMKilled, Pid } = State;
    return { isRunning: Running && !Dead, isOom: OOMKilled, isPaused: Paused, pid: Pid };
  };
  return {
    id,
    start: async () => ignoring([304], async () => ask(async (container) => container.start(), 60_000)),
    exec: async (options) => exec(engine, id, options),
    launch: async ({ command, user, dir }) => {
      const made = await ask(async (container) =>
        container.exec({ Cmd: [...command], User: user, WorkingDir: dir }),
      );
      const answer = await attempt("the command", async () =>
        engine.ask(async () => made.start({ Detach: true })),
      );
      // Left open it would keep this process alive for minutes.
      answer.destroy();
    },
    state,
    pause: async () => void (await ask(async (container) => container.pause())),
    unpause: async () => void (await ask(async (container) => container.unpause())),
    kill: async () => {
      // An engine may not kill what is frozen.
      if ((await state()).isPaused) await ask(async (container) => container.unpause());
      await ignoring([409], async () => ask(async (container) => container.kill({ signal: "SIGKILL" })));
      await ask(async (container) => container.wait(), 60_000);
    },
    remove: async () =>
      ignoring([404], async () =>
        ask(async (container) => container.remove({ force: true, v: true }), 60_000),
      ),
  };
}

async function exec(engine: Engine, id: string, options: ExecOptions): Promise<StartedExec> {
  const { command, user, dir, stdin } = options;
  const attached = { AttachStdin: stdin, AttachStdout: true, AttachStderr: true, Tty: false };
  const made = await attempt("the container", async () =>
    engine.ask(async (docker) =>
      docker.getContainer(id).exec({ ...attached, Cmd: [...command], User: user, WorkingDir: dir }),
    ),
  );
  const stream = await attempt("the command", async () =>
    engine.ask(async () => made.start({ hijack: true, stdin }), 60_000),
  );
  return {
    stream: stream as StartedExec["stream"],
    exit: async () => {
      const found = await attempt("the container", async () => engine.ask(async () => made.inspect()));
      return found.Running || found.ExitCode === null ? null : { code: found.ExitCode, pid: found.Pid };
    },
  };
}

/** What the engine refuses is about this container; what it does not answer is about the engine. */
async function attempt<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof EngineDown) throw error;
    const said = statusOf(error) === 404 ? "is gone" : refusalOf(error);
    throw new ContainerLost(`${what} ${said}`, { cause: error });
  }
}

/** Some refusals say that there is nothing to do. */
async function ignoring(statuses: readonly number[], question: () => Promise<unknown>): Promise<void> {
  try {
    await question();
  } catch (error) {
    if (!statuses.includes(statusOf((error as Error).cause) ?? 0)) throw error;
  }
}
