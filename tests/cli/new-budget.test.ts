import { join } from "node:path";
import { expect, test } from "vitest";
import { changeBudget } from "../../src/cli/new-budget.ts";
import { openStorage } from "../../src/edges/sqlite/storage.ts";
import type { Storage } from "../../src/edges/sqlite/storage.ts";
import { readRun } from "../../src/loop/own.ts";
import { folder, harness, runId } from "./ground.ts";
import { greeting, poor } from "./stories.ts";

const clock = { now: () => 1_700_000_000_000, sleepUntil: async () => undefined };

/** Budgets that were answered for a run, in micro-dollars, by subject. */
async function answered(
  storage: Storage,
  id: string,
): Promise<readonly (readonly [string, number | null])[]> {
  const answers = await storage.journal.answers(id);
  return answers.flatMap(({ subject, value }) =>
    value.type === "budget" ? [[subject, value.budget.micros] as const] : [],
  );
}

test("more money from two terminals at once is added up; none is dropped", async () => {
  const dir = await folder(poor);
  const id = runId((await harness(dir, ["run", "goal.md"])).err);
  const [one, other] = [await openStorage(join(dir, ".harness")), await openStorage(join(dir, ".harness"))];
  const run = await readRun(one, id);
  const given = await Promise.all(
    [one, other, one].map(async ({ journal }) => changeBudget({ journal, clock }, run, "+2")),
  );
  expect(new Set(given.map(({ micros }) => micros))).toEqual(new Set([2_010_000, 4_010_000, 6_010_000]));
  expect(await answered(other, id)).toEqual([
    ["budget/1", 2_010_000],
    ["budget/2", 4_010_000],
    ["budget/3", 6_010_000],
  ]);
  await one.close();
  await other.close();
  const { code, err } = await harness(dir, ["resume", "--budget", "+1"]);
  expect(err).toMatch(/^ budget {5}\$7\.01 from now on\n/);
  expect(err).toMatch(/^ met {8}run .* of \$7\.01 \(forecast /m);
  expect(code).toBe(0);
});

test("+ on a run without a ceiling counts from what it has spent; a number sets the ceiling", async () => {
  const dir = await folder(greeting({ price: { input: 1, output: 5 } }, { budget: { turns: 50 } }));
  const id = runId((await harness(dir, ["run", "goal.md"])).err);
  const storage = await openStorage(join(dir, ".harness"));
  const run = await readRun(storage, id);
  expect(run.spent.micros).toBeGreaterThan(0);
  const ports = { journal: storage.journal, clock };
  expect(await changeBudget(ports, run, "+1")).toEqual({
    ...run.budget,
    micros: run.spent.micros + 1_000_000,
  });
  expect(await changeBudget(ports, run, "3.5")).toEqual({ ...run.budget, micros: 3_500_000 });
  await storage.close();
});
