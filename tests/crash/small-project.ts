import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Entry } from "../../src/core/event.ts";
import { openStorageReader } from "../../src/edges/sqlite/storage.ts";
import { random } from "../simulation/random.ts";
import { flush, newDisk } from "./disk.ts";
import type { Disk, Harm } from "./disk.ts";
import { deathText } from "./failpoints.ts";
import type { Death } from "./failpoints.ts";
import { stateOf } from "./place.ts";

/** A project on a disk of its own; what is exported, and what is noted about its processes, lies elsewhere. */
export interface SmallProject {
  readonly disk: Disk;
  readonly dir: string;
  /** Not on the disk. */
  readonly outside: string;
  readonly remove: () => Promise<void>;
}

/** What of the disk goes wrong, and when. `at` counts from the start of the process. */
export interface Spoiling {
  readonly harm: Harm;
  /** For a full disk: so many bytes are free all the same. */
  readonly leave?: number;
  readonly at: Death;
  /** So long after that moment, in ms. */
  readonly afterMs?: number;
}

export interface Ended {
  readonly code: number | null;
  /** Lines that say what went wrong, and everything that must not be among what people are told. */
  readonly complaints: readonly string[];
  readonly told: string;
}

const bin = fileURLToPath(new URL("../../bin/harness.cjs", import.meta.url));
const preload = new URL("./spoiling.ts", import.meta.url).href;

/** Bytes of the file that each workspace begins with: it makes checkouts need room of their own. */
export const baseBytes = 3 * 1024 * 1024;

const goal = `---
workspace: work
model: scripted/script.yaml
sandbox: { kind: embedded }
concurrency: 2
checks:
  - { id: all, path: three.txt }
---
Count to three.
`;

const task = (id: string, needs: string): string => `
            - id: ${id}
              title: write ${id}
              instructions: write ${id}
              needs: [${needs}]
              criteria:
                - { id: written, type: file, path: ${id}.txt }`;

const turns = (id: string): string => `
task/${id}/*:
  - write_file: { path: ${id}.txt, content: ${id} }
  - read_file: { path: ${id}.txt }
  - submit: { summary: done, artifacts: [], decisions: [], open_questions: [], confidence: 1 }
`;

const script = `
plan/*:
  - read_file: { path: base.bin }
  - calls:
      - submit_plan:
          tasks:${task("one", "")}${task("two", "")}${task("three", "one, two")}
${turns("one")}${turns("two")}${turns("three")}`;

export async function newSmallProject(): Promise<SmallProject> {
  const disk = newDisk();
  const dir = join(disk.dir, "project");
  const outside = await mkdtemp(join(tmpdir(), "harness-outside-"));
  await mkdir(join(dir, "work"), { recursive: true });
  const dice = random(1);
  await writeFile(
    join(dir, "work", "base.bin"),
    Uint8Array.from({ length: baseBytes }, () => dice.below(256)),
  );
  await writeFile(join(dir, "goal.md"), goal);
  await writeFile(join(dir, "script.yaml"), script);
  flush(disk.dir);
  return {
    disk,
    dir,
    outside,
    remove: async () => {
      disk.remove();
      await rm(outside, { recursive: true, force: true });
    },
  };
}

/** One command in the project. */
export const harness = async (
  { dir, disk, outside }: SmallProject,
  args: readonly string[],
  spoiling: Spoiling | null = null,
): Promise<Ended> =>
  new Promise((resolve) => {
    const env = {
      ...process.env,
      SPOIL_DISK: disk.dir,
      SPOIL_LOG: logOf(outside),
      ...(spoiling === null ? {} : { SPOIL_HOW: spoiling.harm, SPOIL_AT: deathText(spoiling.at) }),
      ...(spoiling?.leave === undefined ? {} : { SPOIL_LEAVE: String(spoiling.leave) }),
      ...(spoiling?.afterMs === undefined ? {} : { SPOIL_AFTER_MS: String(spoiling.afterMs) }),
    };
    const node = ["--import", preload, bin, ...args];
    const child = execFile(process.execPath, node, { cwd: dir, env }, (_error, out, err) =>
      resolve({ code: child.exitCode, complaints: complaintsIn(err), told: out + err }),
    );
  });

const complaintsIn = (told: string): readonly string[] =>
  told.split("\n").filter((line) => line.startsWith("harness: ") || /^\s+at |Error/.test(line));

const logOf = (outside: string): string => join(outside, "passed");

/** The failpoints that the project's processes passed, with `spoiled` where the disk came to harm. */
export const passedIn = async ({ outside }: SmallProject): Promise<readonly string[]> =>
  (await readFile(logOf(outside), "utf8")).trimEnd().split("\n");

export async function entriesIn(dir: string): Promise<readonly Entry[]> {
  const reader = await openStorageReader(stateOf(dir));
  try {
    const [row] = await reader.journal.runs();
    return row === undefined ? [] : await Array.fromAsync(reader.journal.read(row.id, 0));
  } finally {
    await reader.close();
  }
}

/** Attempts that began after their task had been accepted. */
export function redone(entries: readonly Entry[]): readonly string[] {
  const accepted = new Set<string>();
  return entries.flatMap((entry) => {
    if (entry.type === "task-accepted") accepted.add(entry.body.task);
    return entry.type === "attempt-started" && accepted.has(entry.body.task) ? [entry.body.task] : [];
  });
}

/** The files of a directory with their modes and bytes. */
export async function contentOf(dir: string): Promise<Record<string, string>> {
  const names = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
  const read = files.map(async (file): Promise<[string, string]> => {
    const { mode } = await stat(file);
    return [file.slice(dir.length), `${mode.toString(8)} ${(await readFile(file)).toString("base64")}`];
  });
  return Object.fromEntries((await Promise.all(read)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
