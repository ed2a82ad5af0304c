import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Entry } from "../../../src/core/event.ts";
import { random } from "../../simulation/random.ts";
import type { Random } from "../../simulation/random.ts";
import { openBook } from "./book.ts";
import type { Book } from "./book.ts";
import { endProblems, entriesOf, standProblems } from "./check.ts";
import { fates, hows } from "./errands.ts";
import type { Errands } from "./errands.ts";
import type { Aim } from "./life.ts";
import { live } from "./life.ts";
import { windows, windowsOf } from "./windows.ts";
import type { Window } from "./windows.ts";
import { newWorld } from "./world.ts";
import type { World } from "./world.ts";

/**
 * Real requests to a ledger in a process of its own, asked about and answered from a second process, and `kill -9` in
 * every window of their lives, again and again in each run. `HARNESS_LONG=1` runs many seeds, `HARNESS_SEED=7` one of
 * them, `HARNESS_SEED=40-80` some of them.
 */
const isLong = process.env["HARNESS_LONG"] === "1";
const [first = 1, last = first] = (process.env["HARNESS_SEED"] ?? (isLong ? "1-90" : "1-4"))
  .split("-")
  .map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
const kills = isLong ? 8 : 6;
const tasks = 3;
const requests = 3;
/** What the calm run does wrong. */
let wrong: readonly string[];

let book: Book;
/** The same tasks, nobody killed, and all granted. */
let calm: readonly Entry[];
beforeAll(async () => {
  book = await openBook();
  const errand = { how: "plain", fate: "granted" } as const;
  const errands = Array.from({ length: tasks }, () => Array.from({ length: requests }, () => errand));
  const world = await newWorld(book, "calm", errands);
  await live(world, null, random(0));
  calm = await entriesOf(world);
  wrong = await endProblems(world, calm);
  await world.place.remove();
});
afterAll(async () => {
  if (isLong) process.stderr.write(`${tableOf()}\n`);
  await book.close();
});

/** How often each window was hit, by how many kills. */
const hits = new Map<Window | "elsewhere", number>();
let killed = 0;

const tableOf = (): string =>
  [
    `${killed} kills, seeds ${first} to ${last}`,
    ...[...hits]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([window, count]) => `${String(count).padStart(5)}  ${nameOf(window)}`),
  ].join("\n");

const nameOf = (window: Window | "elsewhere"): string =>
  window === "elsewhere" ? "no effect was under way" : `${window}: ${windows[window]}`;

test("nobody killed keeps every promise, and each request is made", async () => {
  expect(wrong).toEqual([]);
  expect((await book.lines("calm")).length).toBe(tasks * requests);
});

describe.concurrent("killed in every window", { timeout: 300_000 }, () => {
  test.for(seeds)("seed %i: nothing happens twice, nothing is lost", async (seed, { onTestFinished }) => {
    const dice = random(seed);
    const world = await newWorld(book, `kill${seed}`, anyErrands(dice));
    onTestFinished(world.place.remove);
    let before: ReadonlySet<Window> = new Set();
    for (let life = 0; life < kills; life += 1) {
      const aim = anyAim(dice, before);
      const end = await live(world, aim, dice);
      expect({ seed, aim, found: await standProblems(world) }).toEqual({ seed, aim, found: [] });
      if (end === "ended") break;
      before = await windowsNow(world);
      count(before);
    }
    await live(world, null, dice);
    expect({ seed, found: await endProblems(world, calm) }).toEqual({ seed, found: [] });
  });
});

test.runIf(isLong && process.env["HARNESS_SEED"] === undefined)("all of it often enough", () => {
  expect(killed).toBeGreaterThanOrEqual(500);
  for (const window of Object.keys(windows) as Window[])
    expect({ window, isOften: (hits.get(window) ?? 0) >= 50 }).toEqual({ window, isOften: true });
});

/** Three tasks, three requests each: as many fates as ways to be answered. One is always done and never heard of. */
function anyErrands(dice: Random): Errands {
  const any = Array.from({ length: tasks * requests }, () => ({
    how: dice.chance(0.4) ? "plain" : pick(dice, hows),
    fate: dice.chance(0.3) ? "granted" : pick(dice, fates),
  }));
  any[0] = { how: "reset-after", fate: "granted" };
  return Array.from({ length: tasks }, (_, task) => any.slice(task * requests, (task + 1) * requests));
}

/** How to die while something is asked, answered, started, done. */
const aims: readonly ((nth: number, dice: Random) => Aim)[] = [
  (nth) => ({ at: "append/after/approval-requested", nth }),
  (nth) => ({ told: "approval-requested", nth }),
  (nth) => ({ answered: nth }),
  (nth) => ({ at: "append/before/approval-decided", nth }),
  (nth) => ({ at: "append/after/approval-decided", nth }),
  (nth) => ({ at: "append/before/call-started", nth }),
  (nth) => ({ at: "append/after/call-started", nth }),
  (nth) => ({ at: "request/before", nth }),
  (nth, dice) => ({ held: "arrived", nth, act: dice.chance(0.5) ? "do" : "drop" }),
  (nth) => ({ held: "done", nth, act: "do" }),
  (nth) => ({ at: "request/after", nth }),
  (nth) => ({ at: "append/before/call-ended", nth }),
  (_, dice) => ({ at: "*", nth: 1 + dice.below(60) }),
];

/** While something is in doubt, or will be as soon as the run is taken over. */
const doubtAims: readonly Aim[] = [
  { at: "append/before/effect-doubted", nth: 1 },
  { at: "append/after/effect-doubted", nth: 1 },
  { told: "effect-doubted", nth: 1 },
  { at: "append/before/effect-settled", nth: 1 },
  { at: "append/after/effect-settled", nth: 1 },
];

function anyAim(dice: Random, before: ReadonlySet<Window>): Aim {
  const isDoubtful = (["d", "e", "f"] as const).some((window) => before.has(window));
  if (isDoubtful && dice.chance(0.35)) return pick(dice, doubtAims);
  return pick(dice, aims)(dice.chance(0.7) ? 1 : 2, dice);
}

function pick<T>(dice: Random, list: readonly T[]): T {
  const found = list[dice.below(list.length)];
  if (found === undefined) throw new Error("there is nothing to pick from");
  return found;
}

/** In which windows the last kill met it. */
async function windowsNow(world: World): Promise<ReadonlySet<Window>> {
  const { journal } = await world.place.terminal();
  return windowsOf(await entriesOf(world), await journal.answers(world.run), await book.lines(world.run));
}

function count(found: ReadonlySet<Window>): void {
  killed += 1;
  for (const window of found.size === 0 ? (["elsewhere"] as const) : found)
    hits.set(window, (hits.get(window) ?? 0) + 1);
}
