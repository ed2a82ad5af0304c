import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { headOf, seal } from "../../src/core/chain.ts";
import type { ChainHead } from "../../src/core/chain.ts";
import type { Entry, RunEvent } from "../../src/core/event.ts";
import { harness } from "../../src/core/event.ts";
import type { RunId } from "../../src/core/id.ts";
import { NotOwner } from "../../src/core/ports.ts";
import type { Answer, Journal, Ownership } from "../../src/core/ports.ts";

/** Something durable on which processes open journals. */
export interface JournalGround {
  open(failpoint?: (at: string) => void): Promise<JournalProcess>;
  remove(): Promise<void>;
}
interface JournalProcess {
  readonly journal: Journal;
  /** Ends the process as far as the journal is concerned: its runs are free. */
  end(): Promise<void>;
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** An event of few bytes that any chain may hold, as far as the journal cares. */
export const note = (text: string): RunEvent => ({
  type: "note-added",
  body: { thread: null, text: sha256(text), by: harness },
});
export const owned = (pid: number): RunEvent => ({
  type: "run-owned",
  body: { host: "here", pid, boot: "b", harness: "0" },
});
const stopped: RunEvent = { type: "run-stopped", body: { reason: "signal", by: harness } };

/** Seals at a fixed time. */
export const sealed = (
  run: RunId,
  after: ChainHead | null,
  events: readonly RunEvent[],
  epoch?: number,
): Entry[] => seal(run, after, epoch ?? after?.epoch ?? 1, 1_700_000_000_000, events, sha256);

export const last = (entries: readonly Entry[]): ChainHead => headOf(entries.at(-1) as Entry);

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

function ownedOf(taken: Awaited<ReturnType<Journal["own"]>>): Ownership {
  if (!("owned" in taken)) throw new Error(`owned by ${taken.owner.pid}`);
  return taken.owned;
}

/** Writes into an entry, which may be frozen. */
function forge(entry: Entry | undefined): void {
  Reflect.set(entry?.body ?? {}, "text", "0".repeat(64));
}

const answer = (run: RunId, subject: string, pid: string): Answer => ({
  run,
  subject,
  at: 5,
  by: { type: "person", user: pid, tty: null },
  value: { type: "stop" },
});

/** What every `Journal` keeps. `make` gives new, empty ground. */
export function journalContract(name: string, make: () => Promise<JournalGround>): void {
  describe(`journal: ${name}`, () => {
    let ground: JournalGround;
    let journal: Journal;

    beforeEach(async () => {
      ground = await make();
      ({ journal } = await ground.open());
    });
    afterEach(() => ground.remove());

    const begin = async (run: RunId): Promise<ChainHead> => {
      const entries = sealed(run, null, [note("begin"), owned(1)]);
      await journal.append(run, null, entries);
      return last(entries);
    };

    describe("append and read", () => {
      it("gives back exactly what was appended, in order, to any process", async () => {
        const first = sealed("aaaa", null, [note("1"), owned(1)]);
        const second = sealed("aaaa", last(first), [note("2"), stopped]);
        await journal.append("aaaa", null, first);
        await journal.append("aaaa", last(first), second);
        const other = await ground.open();
        for (const one of [journal, other.journal]) {
          expect(await all(one.read("aaaa", 0))).toEqual([...first, ...second]);
          expect(await all(one.read("aaaa", 3))).toEqual(second.slice(1));
          expect(await all(one.read("aaaa", 4))).toEqual([]);
          expect(await all(one.read("aaaa", 9))).toEqual([]);
          expect(await all(one.read("bbbb", 0))).toEqual([]);
        }
      });

      it("keeps history whatever the caller does to its objects", async () => {
        const entries = sealed("aaaa", null, [note("1")]);
        const before = structuredClone(entries);
        const appended = journal.append("aaaa", null, entries);
        forge(entries[0]);
        entries.length = 0;
        await appended;
        for (const entry of await all(journal.read("aaaa", 0))) forge(entry);
        expect(await all(journal.read("aaaa", 0))).toEqual(before);
      });

      it("reads a chain longer than any page, from anywhere", async () => {
        const entries = sealed(
          "aaaa",
          null,
          Array.from({ length: 1030 }, (_, n) => note(String(n))),
        );
        await journal.append("aaaa", null, entries);
        for (const from of [0, 1, 255, 256, 257, 512, 1029])
          expect(await all(journal.read("aaaa", from))).toEqual(entries.slice(from));
      });

      it("appends any batches to any runs without loss or mixing", async () => {
        const batches = fc.array(
          fc.record({
            run: fc.constantFrom("aaaa", "bbbb", "cccc"),
            size: fc.integer({ min: 1, max: 4 }),
            wait: fc.boolean(),
          }),
          { maxLength: 20 },
        );
        await fc.assert(
          fc.asyncProperty(batches, async (plan) => {
            const fresh = await make();
            const { journal } = await fresh.open();
            const chains = new Map<RunId, Entry[]>();
            const pending: Promise<void>[] = [];
            for (const { run, size, wait } of plan) {
              const chain = chains.get(run) ?? [];
              const after = chain.length === 0 ? null : last(chain);
              const entries = sealed(
                run,
                after,
                Array.from({ length: size }, (_, n) => note(`${run}${n}`)),
              );
              pending.push(journal.append(run, after, entries));
              chains.set(run, [...chain, ...entries]);
              if (wait) await Promise.all(pending.splice(0));
            }
            await Promise.all(pending);
            for (const [run, chain] of chains) expect(await all(journal.read(run, 0))).toEqual(chain);
            expect(new Set((await journal.runs()).map((row) => row.id))).toEqual(new Set(chains.keys()));
            await fresh.remove();
          }),
          { numRuns: 8 },
        );
      });

      it("refuses what is not sealed to follow, and stays whole", async () => {
        const head = await begin("aaaa");
        const good = sealed("aaaa", head, [note("x"), note("y")]);
        const wrong: readonly Entry[][] = [
          sealed("bbbb", head, [note("x")]),
          good.slice(1),
          [good[0] as Entry, good[0] as Entry],
          sealed("aaaa", { ...head, hash: sha256("else") }, [note("x")]),
        ];
        for (const entries of wrong)
          await expect(journal.append("aaaa", head, entries)).rejects.toThrow(RangeError);
        await journal.append("aaaa", head, []);
        await journal.append("aaaa", head, good);
        expect(await all(journal.read("aaaa", 2))).toEqual(good);
      });
    });

    describe("the head", () => {
      it("is kept in runs", async () => {
        const head = await begin("bbbb");
        await begin("aaaa");
        const more = sealed("bbbb", head, [owned(2), note("z")], 2);
        await journal.append("bbbb", head, more);
        const rows = await journal.runs();
        expect(rows.map((row) => row.id)).toEqual(["aaaa", "bbbb"]);
        expect(rows[1]).toEqual({
          id: "bbbb",
          createdAt: 1_700_000_000_000,
          epoch: 2,
          headSeq: 4,
          headHash: last(more).hash,
        });
      });

      it("refuses a second creation and any batch after another head as NotOwner", async () => {
        const head = await begin("aaaa");
        const next = sealed("aaaa", head, [note("mine")]);
        await journal.append("aaaa", head, next);
        const late: readonly (readonly [ChainHead | null, Entry[]])[] = [
          [null, sealed("aaaa", null, [note("again")])],
          [head, sealed("aaaa", head, [note("late")])],
          [{ ...last(next), epoch: 2 }, sealed("aaaa", { ...last(next), epoch: 2 }, [note("other epoch")])],
          [
            { ...last(next), hash: sha256("?") },
            sealed("aaaa", { ...last(next), hash: sha256("?") }, [note("fork")]),
          ],
        ];
        for (const [after, entries] of late)
          await expect(journal.append("aaaa", after, entries)).rejects.toThrow(NotOwner);
        await expect(
          journal.append("bbbb", head, sealed("bbbb", head, [note("of nothing")])),
        ).rejects.toThrow(NotOwner);
        expect((await all(journal.read("aaaa", 0))).length).toBe(3);
        expect((await journal.runs()).length).toBe(1);
      });

      it("stops an owner that was overtaken by another process", async () => {
        const head = await begin("aaaa");
        const other = await ground.open();
        await other.journal.append("aaaa", head, sealed("aaaa", head, [owned(2)], 2));
        await expect(journal.append("aaaa", head, sealed("aaaa", head, [note("zombie")]))).rejects.toThrow(
          NotOwner,
        );
      });

      it("refuses one batch of a tick and commits the others", async () => {
        const [a, b] = [await begin("aaaa"), await begin("bbbb")];
        const first = sealed("aaaa", a, [note("1")]);
        const results = await Promise.allSettled([
          journal.append("aaaa", a, first),
          journal.append("aaaa", a, sealed("aaaa", a, [note("twice")])),
          journal.append("bbbb", b, sealed("bbbb", b, [note("1")])),
          journal.append("aaaa", last(first), sealed("aaaa", last(first), [note("2")])),
        ]);
        expect(results.map((result) => result.status)).toEqual([
          "fulfilled",
          "rejected",
          "fulfilled",
          "fulfilled",
        ]);
        expect((await all(journal.read("aaaa", 0))).length).toBe(4);
        expect((await all(journal.read("bbbb", 0))).length).toBe(3);
      });
    });

    describe("failpoints", () => {
      it("are passed once for each type of a batch, around its commit", async () => {
        const seen: string[] = [];
        const { journal } = await ground.open((at) => void seen.push(at));
        await Promise.all([
          journal.append("aaaa", null, sealed("aaaa", null, [note("1"), note("2"), owned(1)])),
          journal.append("bbbb", null, sealed("bbbb", null, [owned(1)])),
        ]);
        expect(seen).toEqual([
          "append/before/note-added",
          "append/before/run-owned",
          "append/before/run-owned",
          "append/after/note-added",
          "append/after/run-owned",
          "append/after/run-owned",
        ]);
      });

      it.each([
        ["before", 0],
        ["after", 2],
      ])(
        "that die %s the commit leave %i entries and a journal that appends no more",
        async (moment, left) => {
          const dying = await ground.open((at) => {
            if (at === `append/${moment}/run-owned`) throw new Error("dead");
          });
          const entries = sealed("aaaa", null, [note("1"), owned(1)]);
          const results = await Promise.allSettled([
            dying.journal.append("aaaa", null, entries),
            dying.journal.append("bbbb", null, sealed("bbbb", null, [note("same commit")])),
          ]);
          expect(results.map((result) => result.status)).toEqual(["rejected", "rejected"]);
          await expect(
            dying.journal.append("cccc", null, sealed("cccc", null, [note("zombie")])),
          ).rejects.toThrow("dead");
          expect(await all(journal.read("aaaa", 0))).toEqual(entries.slice(0, left));
          expect((await journal.runs()).length).toBe(left);
        },
      );
    });

    describe("ownership", () => {
      it("is held by one at a time, named to the others, and free after release", async () => {
        const other = await ground.open();
        const mine = ownedOf(await journal.own("aaaa"));
        expect(mine.run).toBe("aaaa");
        const refused = await other.journal.own("aaaa");
        expect(refused).toEqual(await journal.own("aaaa"));
        expect(refused).toEqual({ owner: { pid: expect.any(Number), host: expect.any(String) } });
        ownedOf(await other.journal.own("bbbb"));
        await mine.release();
        const theirs = ownedOf(await other.journal.own("aaaa"));
        await mine.release();
        expect(await journal.own("aaaa")).toHaveProperty("owner");
        await theirs.release();
        ownedOf(await journal.own("aaaa"));
      });

      it("ends with its process", async () => {
        const other = await ground.open();
        ownedOf(await other.journal.own("aaaa"));
        expect(await journal.own("aaaa")).toHaveProperty("owner");
        await other.end();
        expect(await journal.own("aaaa")).toHaveProperty("owned");
      });
    });

    describe("answers", () => {
      it("are kept in order, the first for a subject winning, whoever asks", async () => {
        await begin("aaaa");
        await begin("bbbb");
        const other = await ground.open();
        expect(await other.journal.answer(answer("aaaa", "stop/2", "p1"))).toBe(true);
        expect(await journal.answer(answer("aaaa", "stop/2", "p2"))).toBe(false);
        expect(await journal.answer(answer("aaaa", "stop/1", "p2"))).toBe(true);
        expect(await journal.answer(answer("bbbb", "stop/2", "p3"))).toBe(true);
        for (const one of [journal, other.journal]) {
          expect(await one.answers("aaaa")).toEqual([
            answer("aaaa", "stop/2", "p1"),
            answer("aaaa", "stop/1", "p2"),
          ]);
          expect(await one.answers("cccc")).toEqual([]);
        }
      });

      it("have exactly one winner when all answer at once", async () => {
        await begin("aaaa");
        const others = await Promise.all([ground.open(), ground.open()]);
        const asked = [journal, ...others.map((other) => other.journal)];
        const won = await Promise.all(asked.map((one, n) => one.answer(answer("aaaa", "stop/1", `p${n}`))));
        expect(won.filter(Boolean).length).toBe(1);
        expect(await journal.answers("aaaa")).toEqual([answer("aaaa", "stop/1", `p${won.indexOf(true)}`)]);
      });

      it("are refused for a run that does not exist", async () => {
        await expect(journal.answer(answer("aaaa", "stop/1", "p"))).rejects.toThrow("no run aaaa");
      });
    });
  });
}
