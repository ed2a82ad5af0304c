import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import Docker from "dockerode";
import type { Entry } from "../../src/core/event.ts";
import { openStorageReader } from "../../src/edges/sqlite/storage.ts";
import type { StorageReader } from "../../src/edges/sqlite/storage.ts";

/** A project whose runs work in containers, as a person has one: a directory, a repository, a goal and a script. */
export interface KillProject {
  readonly dir: string;
  readonly state: string;
  /** The directory of temporary files of its processes, and of nobody else. */
  readonly temp: string;
  /** Of its containers, as `harness.project=…`. */
  readonly label: string;
  readonly remove: () => Promise<void>;
}

export interface ProjectOptions {
  readonly image: string;
  /** The task whose model takes its time, so that the other one is integrated first. */
  readonly second?: "left" | "right";
  /** Its workspaces are file systems of their own: takes the right to mount. */
  readonly hasDisk?: boolean;
  /** The setup may reach a host, for which a proxy is opened. */
  readonly hasNetwork?: boolean;
  readonly concurrency?: number;
  /** How long the command of the task `left` takes, in seconds. */
  readonly leftTakes?: number;
}

const bin = fileURLToPath(new URL("../../bin/harness.cjs", import.meta.url));
const engine = new Docker();
const run = promisify(execFile);

const goal = ({ image, hasDisk = false, hasNetwork = false, concurrency = 3 }: ProjectOptions): string => `---
workspace: work
model: scripted/script.yaml
concurrency: ${concurrency}
attempts: 10
sandbox:
  kind: docker
  image: "${image}"
  memory: 256m
  cpus: 1
${hasDisk ? "  disk: 32m\n" : ""}  setup:
    run: mkdir made && echo ready > made/ready
    network: [${hasNetwork ? "packages.example" : ""}]
checks:
  - { id: both, run: grep -qx left shared.txt && grep -qx right shared.txt }
  - { id: kept, run: grep -qx kept kept.txt, guard: true }
---
Add two lines to one file, and make two files.
`;

const task = (id: string, criterion: string): string => `
            - id: ${id}
              title: do ${id}
              instructions: do ${id}
              needs: []
              criteria:
                - { id: done, type: command, run: ${criterion} }`;

const plan = `
  - calls:
      - submit_plan:
          tasks:${task("left", "grep -qx left shared.txt")}${task("right", "grep -qx right shared.txt")}${task(
            "early",
            "grep -qx good early.txt",
          )}${task("own", "grep -qx ready own.txt")}`;

const submit = "submit: { summary: done, artifacts: [], decisions: [], open_questions: [], confidence: 1 }";
const works = (thread: string, command: string, delayMs: number): string => `
task/${thread}:
  - { bash: { command: "${command}" }, delay_ms: ${delayMs} }
  - ${submit}
`;
/** The same on every tree it may start from. */
const adds = (line: string): string => `grep -qx ${line} shared.txt || echo ${line} >> shared.txt`;

/** A plan that is sent back is handed in again. */
const script = ({ second, leftTakes = 0 }: ProjectOptions): string => `
delay_ms: 20

plan/*:
  - bash: { command: "cat shared.txt made/ready" }${plan}${plan}${plan}${plan}
${works("left/*", `sleep ${leftTakes}; ${adds("left")}`, second === "left" ? 4000 : 20)}${works(
  "right/*",
  adds("right"),
  second === "right" ? 4000 : 20,
)}${works("early/1", "echo bad > early.txt", 20)}${works("early/*", "echo good > early.txt", 20)}${works(
  "own/*",
  "cp made/ready own.txt",
  20,
)}`;

export async function newKillProject(options: ProjectOptions): Promise<KillProject> {
  const base = await mkdtemp(join(tmpdir(), "harness-kill-"));
  const [dir, temp] = [join(base, "project"), join(base, "t")];
  const work = join(dir, "work");
  await mkdir(work, { recursive: true });
  await mkdir(temp);
  await writeFile(join(work, "shared.txt"), "first\n");
  await writeFile(join(work, "kept.txt"), "kept\n");
  const mine = ["-c", "user.name=me", "-c", "user.email=me@localhost"];
  for (const args of [
    ["init", "-q"],
    ["add", "."],
    [...mine, "commit", "-qm", "first"],
  ])
    await run("git", args, { cwd: work });
  await writeFile(join(dir, "goal.md"), goal(options));
  await writeFile(join(dir, "script.yaml"), script(options));
  const state = join(dir, ".harness");
  const name = createHash("sha256").update(`${hostname()}\0${state}`).digest("hex").slice(0, 16);
  const project = { dir, state, temp, label: `harness.project=${name}` };
  return { ...project, remove: async () => removed(base, project) };
}

async function removed(base: string, project: Omit<KillProject, "remove">): Promise<void> {
  for (const pid of await processesOf(project)) signal(pid, "SIGKILL");
  for (const { Id } of await containersOf(project)) await removeContainer(Id);
  for (const mount of await mountsBelow(base)) await run("umount", ["--lazy", mount]);
  await rm(base, { recursive: true, force: true });
}

/** Commands of the project and what they started, told by their directory for temporary files: ids are used again. */
export async function processesOf({ temp }: Pick<KillProject, "temp">): Promise<readonly number[]> {
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = all.map(async (pid): Promise<number[]> => {
    // Gone by now, or a thread of the kernel.
    const environment = await readFile(join("/proc", pid, "environ"), "utf8").catch(() => "");
    return environment.split("\0").includes(`TMPDIR=${temp}`) ? [Number(pid)] : [];
  });
  return (await Promise.all(found)).flat();
}

/** Those of the project, running or not, with and without a slot. */
export const containersOf = async ({ label }: Pick<KillProject, "label">): Promise<Docker.ContainerInfo[]> =>
  engine.listContainers({ all: true, filters: { label: [label] } });

async function removeContainer(id: string): Promise<void> {
  try {
    await engine.getContainer(id).remove({ force: true, v: true });
  } catch (error) {
    // Somebody else was quicker.
    if (![404, 409].includes((error as { statusCode?: number }).statusCode ?? 0)) throw error;
  }
}

export async function mountsBelow(dir: string): Promise<readonly string[]> {
  const { stdout } = await run("cat", ["/proc/self/mounts"]);
  return stdout.split("\n").flatMap((line) => {
    const [, at = ""] = line.split(" ");
    return at.startsWith(dir) ? [at] : [];
  });
}

/** A command under way. */
export interface Started {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Events it has told so far, and the last of them. */
  readonly told: { count: number; last: Entry | null };
  /** Called after each event. */
  onEvent: (entry: Entry) => void;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** What it told people. */
  readonly said: string;
}

/** Starts a command in the project, as the leader of a process group of its own. */
export function start(
  project: KillProject,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: project.dir,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      TMPDIR: project.temp,
      NODE_COMPILE_CACHE: join(tmpdir(), "harness-crash-compile-cache"),
      ...env,
    },
  });
  const pid = child.pid ?? 0;
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const started: Started = {
    pid,
    child,
    told: { count: 0, last: null },
    onEvent: () => undefined,
    ended: new Promise((resolve) => {
      child.on("close", (code, signal) => resolve({ code, signal, said }));
    }),
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const entry = entryIn(line);
    if (entry === null) return void (said += `${line}\n`);
    started.told.count += 1;
    started.told.last = entry;
    started.onEvent(entry);
  });
  return started;
}

/** Other commands than `--json` ones tell people on stdout, and a killed one may have told half a line. */
function entryIn(line: string): Entry | null {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line) as Entry;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export const harness = async (
  project: KillProject,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => start(project, args, env).ended;

/** Sends a signal, also to a group (-pid). False: nobody is there. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** What `use` finds in the state directory as it lies there; null: there is no journal yet. */
async function reading<T>(
  { state }: KillProject,
  use: (reader: StorageReader) => Promise<T>,
): Promise<T | null> {
  if (!existsSync(join(state, "harness.db")) || !existsSync(join(state, "blobs.db"))) return null;
  const reader = await openStorageReader(state);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

/** The journal of the one run that began; [] while none has. @throws when there are several */
export async function entriesIn(project: KillProject): Promise<readonly Entry[]> {
  const found = await reading(project, async ({ journal }) => {
    const [row, second] = await journal.runs();
    if (second !== undefined) throw new Error(`two runs began: ${row?.id ?? ""} and ${second.id}`);
    return row === undefined ? [] : Array.fromAsync(journal.read(row.id, 0));
  });
  return found ?? [];
}

/** Who holds one of these runs, in words; [] where nobody does. */
export async function heldOf(project: KillProject, runs: readonly string[]): Promise<readonly string[]> {
  const found = await reading(project, async ({ ownerOf }) =>
    runs.flatMap((id) => {
      const owner = ownerOf(id);
      return owner === null ? [] : [`run ${id} is held by ${owner.pid}`];
    }),
  );
  return found ?? [];
}
