import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Entry } from "../../src/core/event.ts";
import { openStorageReader } from "../../src/edges/sqlite/storage.ts";
import { random } from "../simulation/random.ts";
import { wide } from "../cli/stories.ts";
import { stateOf } from "./place.ts";

/**
 * The program a person runs, killed as a person, a machine or the kernel would. `HARNESS_LONG=1` kills it at random
 * moments, three times in a run of the orders example and at least forty times in all; one run: `HARNESS_SEED=7`.
 */
const bin = fileURLToPath(new URL("../../bin/harness.cjs", import.meta.url));
const example = fileURLToPath(new URL("../../examples/orders", import.meta.url));
const isLong = process.env["HARNESS_LONG"] === "1";
const only = process.env["HARNESS_SEED"];

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly told: string;
}

/** One command, in the directory of a project. */
const harness = async (
  dir: string,
  args: readonly string[],
  { failpoint = "", killAfterMs = 0 }: { readonly failpoint?: string; readonly killAfterMs?: number } = {},
): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { ...process.env, HARNESS_FAILPOINT: failpoint };
    const options = { cwd: dir, env, timeout: killAfterMs, killSignal: "SIGKILL" } as const;
    const child = execFile(process.execPath, [bin, ...args], options, (_error, out, err) =>
      resolve({ code: child.exitCode, signal: child.signalCode, told: out + err }),
    );
  });

/** A project of its own with several tasks, whose model does not take its time. */
async function newProject(onTestFinished: (clean: () => Promise<void>) => void): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "harness-killed-"));
  onTestFinished(async () => rm(dir, { recursive: true, force: true }));
  if (!isLong && only === undefined) {
    for (const [name, text] of Object.entries(wide)) await writeFile(join(dir, name), text);
    return dir;
  }
  await cp(example, dir, { recursive: true });
  const script = await readFile(join(dir, "script.yaml"), "utf8");
  await writeFile(join(dir, "script.yaml"), script.replaceAll(/delay_ms: \d+/g, "delay_ms: 0"));
  return dir;
}

async function entriesIn(dir: string): Promise<readonly Entry[]> {
  const reader = await openStorageReader(stateOf(dir));
  try {
    const [row] = await reader.journal.runs();
    return row === undefined ? [] : await Array.fromAsync(reader.journal.read(row.id, 0));
  } finally {
    await reader.close();
  }
}

/** The files of a directory with their modes and bytes. */
async function contentOf(dir: string): Promise<Record<string, string>> {
  const names = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
  const read = files.map(async (file): Promise<[string, string]> => {
    const { mode } = await stat(file);
    return [file.slice(dir.length), `${mode.toString(8)} ${(await readFile(file)).toString("base64")}`];
  });
  return Object.fromEntries((await Promise.all(read)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Attempts that began after their task had been accepted. */
function redone(entries: readonly Entry[]): string[] {
  const accepted = new Set<string>();
  return entries.flatMap((entry) => {
    if (entry.type === "task-accepted") accepted.add(entry.body.task);
    return entry.type === "attempt-started" && accepted.has(entry.body.task) ? [entry.body.task] : [];
  });
}

/** Audits and exports a run that ended, and compares its result with that of a run nobody killed. */
async function expectAsCalm(dir: string, calm: Record<string, string>): Promise<void> {
  expect(redone(await entriesIn(dir))).toEqual([]);
  const audited = await harness(dir, ["audit"]);
  expect(audited).toMatchObject({ code: 0 });
  const exported = await harness(dir, ["export", "--to", "result"]);
  expect(exported).toMatchObject({ code: 0 });
  expect(await contentOf(join(dir, "result"))).toEqual(calm);
}

async function calmResult(
  onTestFinished: (clean: () => Promise<void>) => void,
): Promise<Record<string, string>> {
  const dir = await newProject(onTestFinished);
  const done = await harness(dir, ["run", "goal.md", "--yes", "--export", "result"]);
  expect(done).toMatchObject({ code: 0 });
  return contentOf(join(dir, "result"));
}

test("killed after an acceptance, resumed, and met: nothing accepted is done again", async ({
  onTestFinished,
}) => {
  const calm = await calmResult(onTestFinished);
  const dir = await newProject(onTestFinished);
  const killed = await harness(dir, ["run", "goal.md", "--yes"], { failpoint: "append/after/task-accepted" });
  expect(killed).toMatchObject({ signal: "SIGKILL" });
  expect((await entriesIn(dir)).filter((entry) => entry.type === "task-accepted")).toHaveLength(1);
  const resumed = await harness(dir, ["resume"]);
  expect(resumed).toMatchObject({ code: 0, told: expect.stringContaining("met") as string });
  await expectAsCalm(dir, calm);
});

test(
  "killed at random moments, again and again",
  { timeout: 1_200_000 },
  async ({ onTestFinished, skip }) => {
    skip(!isLong && only === undefined, "HARNESS_LONG=1 runs it");
    const calm = await calmResult(onTestFinished);
    let kills = 0;
    for (let seed = Number(only ?? 1); kills < (only === undefined ? 40 : 1); seed += 1) {
      const dice = random(seed);
      const dir = await newProject(onTestFinished);
      // Three in a row at most: after four without any progress the harness asks a person, as it should.
      for (let life = 0; life < 3; life += 1) {
        const args = (await isBegun(dir)) ? ["resume"] : ["run", "goal.md", "--yes"];
        const { signal } = await harness(dir, args, { killAfterMs: 300 + dice.below(2_500) });
        if (signal === "SIGKILL") kills += 1;
      }
      const args = (await isBegun(dir)) ? ["resume"] : ["run", "goal.md", "--yes"];
      const ended = await harness(dir, args);
      expect({ seed, ...ended }).toMatchObject({ seed, code: 0 });
      await expectAsCalm(dir, calm);
    }
    process.stdout.write(`${kills} kills\n`);
  },
);

/** Whether the state directory holds a run: a process may die before it has made one. */
async function isBegun(dir: string): Promise<boolean> {
  const names = await readdir(dir);
  if (!names.includes(".harness")) return false;
  return (await readdir(stateOf(dir))).includes("harness.db") && (await entriesIn(dir)).length > 0;
}
