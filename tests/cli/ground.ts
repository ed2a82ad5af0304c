import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, onTestFinished } from "vitest";
import { main } from "../../src/cli/main.ts";
import type { Io } from "../../src/cli/io.ts";
import type { Keyboard } from "../../src/cli/keyboard.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));

export type Files = Readonly<Record<string, string>>;

/** For workers whose commands are meant to be risky: nobody is asked about them. */
export const unasked: Files = {
  "harness.yaml": "approvals: { rules: [{ tool: bash, then: allow }] }\n",
};

/** A new directory with these files; gone after the test, unless the caller removes it. */
export async function folder(files: Files = {}, isForTest = true): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "harness-cli-"));
  if (isForTest) onTestFinished(async () => rm(dir, { recursive: true, force: true }));
  await fill(dir, files);
  return dir;
}

export async function fill(dir: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
}

/** A copy of an example whose model answers at once; lives as `folder` says. */
export async function example(name: "hello" | "orders", isForTest = true): Promise<string> {
  const dir = await folder({}, isForTest);
  await cp(join(root, "examples", name), dir, { recursive: true });
  const script = join(dir, "script.yaml");
  await writeFile(
    script,
    (await readFile(script, "utf8")).replaceAll(/^( *)delay_ms: \d+/gm, "$1delay_ms: 0"),
  );
  return dir;
}

/** What a command came to, as whoever typed it sees it. */
export interface Done {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Seat {
  readonly env?: Io["env"];
  /** A terminal of this size; every write to it is passed on. */
  readonly terminal?: {
    readonly columns: number;
    readonly rows: number;
    readonly write: (text: string) => void;
  };
  /** Who sits at it: what they press, in order, and then nothing; and what they do to a file in their editor. */
  readonly person?: Person;
}

export interface Person {
  readonly presses: readonly string[];
  readonly edits?: (file: string) => Promise<number>;
}

/** After the last key nothing comes, until nobody waits for one any more. */
function keyboardOf({ presses, edits }: Person): Keyboard {
  const left = [...presses];
  return {
    forget: async () => false,
    next: async (signal) =>
      left.shift() ??
      new Promise((resolve) => {
        if (signal.aborted) resolve("end");
        signal.addEventListener("abort", () => resolve("end"), { once: true });
      }),
    lend: async (_command, file) => edits?.(file) ?? 0,
  };
}

/** Goals that do not say a sandbox work in the embedded one, whatever runs on this machine. */
export const noEngine = { DOCKER_HOST: "unix:///no/engine.sock" };

/** Runs one command line in this process, standing in `cwd`. */
export async function harness(cwd: string, argv: readonly string[], seat: Seat = {}): Promise<Done> {
  const written = { out: "", err: "" };
  const { terminal } = seat;
  const io: Io = {
    cwd,
    env: { ...noEngine, ...seat.env },
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
      terminal?.write(text);
    },
    isTerminal: terminal !== undefined,
    isOutTerminal: terminal !== undefined,
    keyboard: seat.person === undefined ? null : keyboardOf(seat.person),
    columns: terminal?.columns ?? 200,
    rows: terminal?.rows ?? 24,
  };
  const code = await main(argv, io);
  return { code, ...written };
}

/** A project in which a goal was run once, and what that came to. */
export interface Ran {
  readonly dir: string;
  readonly id: string;
  readonly done: Done;
}

/** Runs the goal of `project` once for all tests of a file; each call gives a copy of what it left. */
export function ranOnce(project: () => Promise<string>, seat: Seat = {}): () => Promise<Ran> {
  let made: Promise<Ran> | null = null;
  const make = async (): Promise<Ran> => {
    const dir = await project();
    const done = await harness(dir, ["run", "goal.md"], seat);
    return { dir, id: runId(done.err), done };
  };
  afterAll(async () => {
    if (made !== null) await rm((await made).dir, { recursive: true, force: true });
  });
  return async () => {
    const first = await (made ??= make());
    const dir = await folder();
    await cp(first.dir, dir, { recursive: true });
    return { ...first, dir };
  };
}

/** The same command line as a process of its own. */
export interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Resolves when stdout or stderr holds `text`; rejects when the process ends before. */
  readonly said: (text: string) => Promise<void>;
  readonly ended: Promise<Done>;
}

export function start(cwd: string, argv: readonly string[], env: Io["env"] = {}): Child {
  const child = spawn(process.execPath, [join(root, "bin", "harness.cjs"), ...argv], {
    cwd,
    env: { ...process.env, ...noEngine, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const written = { out: "", err: "" };
  const watchers = new Set<() => void>();
  for (const [name, stream] of [
    ["out", child.stdout],
    ["err", child.stderr],
  ] as const)
    stream.setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
      for (const look of watchers) look();
    });
  const ended = new Promise<Done>((resolve) => {
    child.on("close", (code, signal) => resolve({ code: code ?? (signal === null ? -1 : -2), ...written }));
  });
  const said = async (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!written.out.includes(text) && !written.err.includes(text)) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
      void ended.then(({ err }) => reject(new Error(`ended before it said ${text}:\n${err}`)));
    });
  return { process: child, pid: child.pid ?? 0, said, ended };
}

/** Digest of everything under a directory, `.harness` aside: paths, types, modes, link targets, bytes. */
export async function fingerprint(dir: string): Promise<string> {
  const hash = createHash("sha256");
  for (const path of await paths(dir)) {
    const found = await lstat(join(dir, path));
    hash.update(`${path}\0${found.mode}\0`);
    if (found.isFile()) hash.update(await readFile(join(dir, path)));
    if (found.isSymbolicLink()) hash.update(await readlink(join(dir, path)));
  }
  return hash.digest("hex");
}

/** Every path under a directory but `.harness`, sorted. */
export async function paths(dir: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of (await readdir(dir)).toSorted()) {
    if (name === ".harness") continue;
    found.push(name);
    if ((await lstat(join(dir, name))).isDirectory())
      found.push(...(await paths(join(dir, name))).map((path) => `${name}/${path}`));
  }
  return found;
}

/** The id of the run a command's text speaks of. */
export function runId(text: string): string {
  const found = /\brun +([2-9a-hjkmnp-z]{4})\b/.exec(text)?.[1];
  if (found === undefined) throw new Error(`no run is named in:\n${text}`);
  return found;
}
