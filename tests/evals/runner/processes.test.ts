import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";

const isLong = process.env["HARNESS_LONG"] === "1";
/** Answers in all, half of them of each arm; and how many are durable when it is killed. */
const [all, killedAt] = isLong ? [5000, 4000] : [500, 400];
const wide = 64;

async function project(delayMs: number): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "harness-evaluations-"));
  onTestFinished(async () => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, "script.yaml"), `delay_ms: ${delayMs}\n"*/*/*":\n  - "yes"\n`);
  return dir;
}

interface Life {
  readonly child: ChildProcess;
  readonly owned: Promise<unknown>;
  /** It begins. */
  readonly go: () => void;
  readonly ended: Promise<{
    readonly signal: string | null;
    readonly last: Record<string, unknown> | null;
    readonly asked: readonly string[];
  }>;
}

/** A whole life, up to its end. */
async function lived(dir: string, id: string, candidate: string, kill = 0): Life["ended"] {
  const one = life(dir, id, candidate, kill);
  one.go();
  return one.ended;
}

function life(dir: string, id: string, candidate: string, kill = 0): Life {
  const file = fileURLToPath(new URL("evaluation-child.ts", import.meta.url));
  const child = spawn(process.execPath, [file, dir, id, candidate, String(all), String(kill)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const read = createInterface({ input: child.stdout });
  read.on("line", (line) => lines.push(line));
  const owned = once(read, "line");
  const ended = once(child, "close").then(async ([, signal]: unknown[]) => {
    const asked = await readFile(join(dir, `asked-${child.pid}`), "utf8").catch(() => "");
    const last = lines.at(-1) ?? "owned";
    return {
      signal: signal as string | null,
      last: last === "owned" ? null : (JSON.parse(last) as Record<string, unknown>),
      asked: asked.split("\n").slice(0, -1),
    };
  });
  return { child, owned, go: () => void child.stdin.end(), ended };
}

function durableIn(dir: string): number {
  const db = new Database(join(dir, ".harness", "evals.db"), { readonly: true });
  const count = db.prepare<[], number>("SELECT count(*) FROM answers").pluck().get() ?? 0;
  db.close();
  return count;
}

test(`killed at ${killedAt} durable answers of ${all}, it asks for the rest and no more`, async () => {
  const dir = await project(2);
  const first = await lived(dir, "eval0001", "new", killedAt);
  const durable = durableIn(dir);
  expect(first.signal).toBe("SIGKILL");
  expect(durable).toBeGreaterThanOrEqual(killedAt);
  expect(durable).toBeLessThan(killedAt + wide);
  const second = await lived(dir, "eval0001", "new");
  expect(second.last).toMatchObject({ verdict: "PROMOTE", answers: all, reused: 0 });
  expect(second.asked).toHaveLength(all - durable);
  expect(durableIn(dir)).toBe(all);
  const twice = first.asked.filter((line) => second.asked.includes(line));
  expect(new Set([...first.asked, ...second.asked]).size).toBe(all);
  expect(first.asked.length + second.asked.length).toBe(all + twice.length);
  expect(twice.length).toBe(first.asked.length - durable);
  expect(twice.length).toBeLessThanOrEqual(wide);
  if (isLong)
    process.stderr.write(
      `${all} cases: killed at ${durable} durable, ${first.asked.length} asked; then ${second.asked.length} asked, ${twice.length} of them twice\n`,
    );
  const third = await lived(dir, "eval0001", "new");
  expect(third.asked).toEqual([]);
  expect(third.last).toEqual(second.last);
});

test("two evaluations at once: of one id the second is refused, of two candidates both end right", async () => {
  const dir = await project(20);
  const one = life(dir, "eval0001", "new");
  await one.owned;
  const refused = await lived(dir, "eval0001", "new");
  expect(refused.last).toEqual({ owner: { pid: one.child.pid, host: expect.any(String) } });
  expect(refused.asked).toEqual([]);
  const other = life(dir, "eval0002", "newer");
  await other.owned;
  one.go();
  other.go();
  const [first, second] = [await one.ended, await other.ended];
  for (const { last } of [first, second]) expect(last).toMatchObject({ verdict: "PROMOTE", answers: all });
  const candidates = (lines: readonly string[], version: string): number =>
    lines.filter((line) => line.endsWith(version)).length;
  expect(candidates(first.asked, " new")).toBe(all / 2);
  expect(candidates(second.asked, " newer")).toBe(all / 2);
  const reused = Number(first.last?.["reused"]) + Number(second.last?.["reused"]);
  expect(first.asked.length + second.asked.length + reused).toBe(2 * all);
  expect(durableIn(dir)).toBe(first.asked.length + second.asked.length);
});
