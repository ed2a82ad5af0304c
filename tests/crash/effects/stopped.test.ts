import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { harness } from "../../cli/ground.ts";
import { random } from "../../simulation/random.ts";
import { openBook } from "./book.ts";
import type { Book } from "./book.ts";
import { endProblems, entriesOf } from "./check.ts";
import type { Errand } from "./errands.ts";
import { start } from "./life.ts";
import { answersWanted, say } from "./person.ts";
import { newWorld } from "./world.ts";
import type { World } from "./world.ts";

/** A harness that is stopped (SIGSTOP) while its effect is under way, and goes on when others have tried to take over. */
let book: Book;
beforeAll(async () => {
  book = await openBook();
});
afterAll(async () => book.close());

const call = "task/t0/1/1/0";
const dice = random(1);

/** A run of one request, which is granted as soon as it is asked about. `line` sees what becomes durable. */
async function running(world: World, line: (text: string, pid: number) => Promise<void>): Promise<void> {
  const child = start(world, {});
  const closed = once(child, "close");
  for await (const text of createInterface({ input: child.stdout })) {
    if (text.startsWith("approval-requested"))
      for (const said of await answersWanted(world, dice)) await say(world, said);
    await line(text, child.pid ?? 0);
  }
  expect(await closed).toEqual([0, null]);
}

async function stoppedWorld(run: string, errand: Errand): Promise<World> {
  return newWorld(book, run, [[errand]]);
}

/** What a second process says that tries to take the run over. */
async function takenBySecond(world: World): Promise<string> {
  const child = start(world, {});
  let said = "";
  child.stdout.on("data", (data: Buffer) => (said += data.toString()));
  await once(child, "close");
  return said.trim();
}

/** The request is held by the ledger, and the process stopped; then what others try, and all goes on. */
async function stopWhileHeld(world: World, held: "arrived" | "done"): Promise<void> {
  const tried = Promise.withResolvers<undefined>();
  let pid = 0;
  book.order({ hold: held, run: world.run, nth: 1 });
  const forget = book.onHeld(world.run, (key) => {
    process.kill(pid, "SIGSTOP");
    void others(world, key, () => pid).then(() => tried.resolve(undefined), tried.reject);
  });
  const ended = running(world, async (_, child) => {
    pid = child;
  });
  await tried.promise;
  forget();
  expect((await entriesOf(world)).at(-1)?.type).toBe("call-started");
  process.kill(pid, "SIGCONT");
  await ended;
}

async function others(world: World, key: string, pid: () => number): Promise<void> {
  expect(await takenBySecond(world)).toBe(`owner ${pid()}`);
  const settle = await harness(world.place.dir, ["approvals", "settle", call, "happened"]);
  expect(settle.code).not.toBe(0);
  await book.release(key, "do");
}

describe("stopped while its request is open", () => {
  test.each(["arrived", "done"] as const)(
    "%s at the ledger: sent once, and its outcome told once",
    async (held) => {
      const world = await stoppedWorld(`stop${held}`, { how: "plain", fate: "granted" });
      await stopWhileHeld(world, held);
      const entries = await entriesOf(world);
      expect((await book.lines(world.run)).length).toBe(1);
      expect(
        entries.flatMap((one) =>
          one.type === "call-ended" && one.body.call === call ? [one.body.effect] : [],
        ),
      ).toEqual(["done"]);
      expect(entries.filter(({ type }) => type === "effect-doubted" || type === "run-owned").length).toBe(1);
      expect(await endProblems(world, entries)).toEqual([]);
      await world.place.remove();
    },
  );
});

test("stopped over the settling of a doubt: the first finding holds, the second is told, nothing is sent again", async () => {
  const world = await stoppedWorld("stopsettle", { how: "reset-after", fate: "granted" });
  await running(world, async (text, pid) => {
    if (!text.startsWith("effect-doubted")) return;
    process.kill(pid, "SIGSTOP");
    expect((await harness(world.place.dir, ["approvals", "settle", call, "happened"])).code).toBe(0);
    expect((await harness(world.place.dir, ["approvals", "settle", call, "not"])).code).not.toBe(0);
    expect(await say(world, [call, { type: "effect", finding: "did-not", evidence: null }])).toBe(false);
    process.kill(pid, "SIGCONT");
  });
  const entries = await entriesOf(world);
  expect((await book.lines(world.run)).length).toBe(1);
  expect(entries.flatMap((one) => (one.type === "effect-settled" ? [one.body.finding] : []))).toEqual([
    "happened",
  ]);
  expect(await endProblems(world, entries)).toEqual([]);
  await world.place.remove();
});
