import { redaction } from "../../src/core/redaction.ts";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Body, Entry } from "../../src/core/event.ts";
import type { Digest } from "../../src/core/id.ts";
import type { Model, ModelRequest, Part } from "../../src/core/model.ts";
import type { Ports } from "../../src/core/ports.ts";
import type { RunState } from "../../src/core/run.ts";
import { listTree } from "../../src/core/tree-diff.ts";
import { treeStore } from "../../src/core/tree-store.ts";
import { drive } from "../../src/loop/drive.ts";
import type { Stand } from "../../src/loop/drive.ts";
import { createRun, takeRun } from "../../src/loop/own.ts";
import { prepareRun } from "../../src/cli/prepare.ts";
import { readRequest } from "../../src/cli/request.ts";
import { startingPoint } from "../../src/cli/starting-point.ts";
import { openChosen } from "../../src/cli/which-sandbox.ts";
import { openState, stateDir, wire } from "../../src/cli/wire.ts";
import { fill } from "../cli/ground.ts";
import type { Files } from "../cli/ground.ts";
import { complete } from "../loop/ground.ts";

const run = promisify(execFile);

/** What a model says to a request; it may wait for something to happen in the run. */
export type Says = (asked: ModelRequest, seen: Seen) => Promise<readonly Part[]> | readonly Part[];

/** Resolves once the run's state is so; at once where it is. */
export type Seen = (holds: (state: RunState) => boolean) => Promise<void>;

export interface Wanted {
  /** Of the workspace, a repository with one commit. */
  readonly files: Files;
  /** Front matter of the goal, besides workspace and model. */
  readonly goal: Readonly<Record<string, unknown>>;
  readonly says: Says;
  /** How the ports differ from those a person's run has, but for the model. */
  readonly change?: (ports: Ports) => Ports;
}

/** A run as a person starts it: its own wiring, containers, directories and databases, and a model that is told what to say. */
export interface RealRun {
  readonly dir: string;
  readonly ports: Ports;
  readonly state: RunState;
  /** Drives it until it stands. After the first time it is taken over, with these ports. @throws SandboxDown */
  readonly go: (ports?: Ports) => Promise<Stand>;
  readonly entries: () => Promise<readonly Entry[]>;
  readonly text: (digest: Digest | null) => Promise<string>;
  /** Lines like `tool.sh 755 file` or `link -> target`. */
  readonly files: (tree: Digest) => Promise<readonly string[]>;
  readonly remove: () => Promise<void>;
}

export async function realRun(wanted: Wanted): Promise<RealRun> {
  const dir = await newProject(wanted);
  const io = silentIn(dir);
  const request = await readRequest(io, "goal.md", {});
  const opened = await openChosen(io, request.sandbox, stateDir(dir));
  const storage = await openState(dir, {});
  const { blobs, journal } = storage;
  const start = await startingPoint(
    storage,
    opened,
    { ...request, secrets: [] },
    {
      onProgress: () => undefined,
      whileSettingUp: async (_, work) => work(),
    },
  );
  const watchers = new Set<(state: RunState) => void>();
  const { project } = request;
  const wired = await wire({
    projectDir: dir,
    // Nobody is there to be asked: what jobs remove of the workspace they may remove.
    project: { ...project.spec, approvals: { ask_from: "privilege", ...project.spec.approvals } },
    storage,
    sandbox: opened.sandbox,
    ground: start.ground,
    env: {},
    kept: { secrets: [], all: [], redaction: redaction([]) },
  });
  const own = {
    ...wired,
    models: { model: async (name: string) => modelOf(name, wanted.says, seen), heldUntil: async () => null },
  };
  const ports = wanted.change?.(own) ?? own;
  const { body } = await prepareRun(ports, request, start, opened.pinned);
  const created = { ...body, limits: { ...body.limits, replans: 0 } };
  const owner = { host: hostname(), pid: process.pid, boot: "1", harness: "0.0.0" };
  const first = await createRun(ports, start.id, created, owner, start.ownership);
  if ("owner" in first) throw new Error("a new run is owned already");
  let [state, isNew] = [first.run, true];

  async function seen(holds: (now: RunState) => boolean): Promise<void> {
    if (holds(state)) return;
    await new Promise<void>((resolve) => {
      const look = (now: RunState): void => {
        if (!holds(now)) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
    });
  }

  return {
    dir,
    ports: own,
    get state() {
      return state;
    },
    go: async (next = ports) => {
      const owned = isNew ? first : await takeRun(next, start.id, owner);
      if ("owner" in owned) throw new Error("the run is owned by somebody else");
      [state, isNew] = [owned.run, false];
      const never = new AbortController().signal;
      const observe = (_: Entry, now: RunState): void => watchers.forEach((look) => look(now));
      try {
        return await drive(next, state, { drain: never, halt: never, observe });
      } finally {
        await owned.ownership.release();
      }
    },
    entries: async () => Array.fromAsync(journal.read(start.id, 0)),
    text: async (digest) => (digest === null ? "" : new TextDecoder().decode(await blobs.get(digest))),
    files: async (tree) => {
      const found: string[] = [];
      for await (const { path, entry } of listTree(treeStore(blobs), tree))
        if (entry.type === "symlink") found.push(`${path} -> ${entry.target}`);
        else if (entry.type === "file") found.push(`${path} ${entry.mode.toString(8)}`);
      return found;
    },
    remove: async () => {
      await opened.sandbox.reap("");
      await storage.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const modelOf = (name: string, says: Says, seen: Seen): Model => ({
  name,
  price: { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 },
  respond: async (asked) => complete(await says(asked, seen)),
});

/** What the events of a type say, in order. */
export const bodies = <T extends Entry["type"]>(entries: readonly Entry[], type: T): readonly Body<T>[] =>
  entries.flatMap((entry) => (entry.type === type ? [entry.body as Body<T>] : []));

/** All that a thread was told so far. */
export const told = ({ messages }: ModelRequest): string => JSON.stringify(messages);

async function newProject({ files, goal }: Wanted): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "harness-real-"));
  const work = join(dir, "work");
  await mkdir(work);
  await fill(work, { "readme.txt": "a project\n", ...files });
  const mine = ["-c", "user.name=me", "-c", "user.email=me@localhost"];
  for (const args of [
    ["init", "-q"],
    ["add", "-f", "."],
    [...mine, "commit", "-qm", "first"],
  ])
    await run("git", args, { cwd: work });
  const matter = { workspace: "work", model: "scripted/script.yaml", ...goal };
  // JSON is YAML.
  const lines = Object.entries(matter).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  await writeFile(join(dir, "goal.md"), `---\n${lines.join("")}---\nDo what the tasks say.\n`);
  // What it says nobody asks for: the model is another.
  await writeFile(join(dir, "script.yaml"), "plan/1:\n  - nothing\n");
  return dir;
}

const silentIn = (cwd: string): Parameters<typeof readRequest>[0] => ({
  cwd,
  env: { ...process.env },
  out: () => undefined,
  err: () => undefined,
  isTerminal: false,
  isOutTerminal: false,
  keyboard: null,
  columns: 100,
  rows: 30,
});
