import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AnswerValue } from "../../../src/core/ports.ts";
import { openStorage } from "../../../src/edges/sqlite/storage.ts";
import type { Storage } from "../../../src/edges/sqlite/storage.ts";
import { followInbox } from "../../../src/cli/approval/follow-inbox.ts";
import { inbox } from "../../../src/cli/approval/inbox.ts";
import { watchQueue } from "../../../src/cli/approval/watch-queue.ts";
import { folder, harness } from "../ground.ts";
import { inDoubt, storeRuns } from "./state.ts";
import { seat, typed } from "./table.ts";
import type { Seat } from "./table.ts";

/** Made once; each test has a copy. */
let made = "";
let dir = "";
beforeAll(async () => {
  made = await folder({}, false);
  await storeRuns(made, [
    { id: "7k2m", tasks: ["dependency", "exports"], askedAt: Date.now() - 3_600_000 },
    { id: "5pd0", tasks: ["publish"], askedAt: Date.now() - 60_500, reach: "outside", after: inDoubt },
  ]);
});
afterAll(async () => rm(made, { recursive: true, force: true }));
beforeEach(async () => {
  dir = await folder();
  await cp(made, dir, { recursive: true });
});

async function open<T>(use: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await openStorage(join(dir, ".harness"));
  try {
    return await use(storage);
  } finally {
    await storage.close();
  }
}

const clock = { now: () => Date.now() };
const never = new AbortController().signal;

/** A person works through the queue of a storage that others write to as well. */
const watching = async (storage: Storage, person: Seat, leave: AbortSignal = never): Promise<void> =>
  watchQueue(person.io, person.keyboard, { ...storage, clock }, leave);

const answered = async (storage: Storage): Promise<readonly (readonly [string, AnswerValue])[]> =>
  (await Promise.all(["7k2m", "5pd0"].map(async (run) => storage.journal.answers(run))))
    .flat()
    .map(({ subject, value }) => [subject.split("/")[1] ?? "", value] as const);

test("an effect in doubt is listed with what was sent and when, and settled", async () => {
  const { out } = await harness(dir, ["approvals"]);
  expect(out).toMatch(/^ ! {2}d\d+ +5pd0 publish +in doubt: npm uninstall moment +external +1 min$/m);
  expect(out).toMatch(
    /^ {9}sent at (\S+ )?\d\d:\d\d:\d\d, the harness died before the answer came; key 5pd0\/task\/publish\/1\/1\/0$/m,
  );
  const [, long = ""] = /harness approvals settle (5pd0\/d\d+) happened\|not\|skip/.exec(out) ?? [];
  expect((await harness(dir, ["approvals", "show", long])).out).toContain(
    `\n harness approvals settle ${long} happened|not|skip\n`,
  );
  expect((await harness(dir, ["approvals", "settle", long, "perhaps"])).code).toBe(2);
  expect((await harness(dir, ["approvals", "settle", long, "not", "--note", "it is not there"])).code).toBe(
    0,
  );
  await open(async (storage) => {
    expect(await answered(storage)).toEqual([
      ["publish", { type: "effect", finding: "did-not", evidence: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    ]);
  });
});

describe("the queue with keys", () => {
  test("one after the other, the oldest first; l and j go on, k back, q leaves", async () => {
    await open(async (storage) => {
      const person = seat(["l", "j", "k", "y", "n", ...typed("why"), "enter", "q"]);
      await watching(storage, person);
      const shown = [...person.said().matchAll(/^┌ (approval|effect in doubt) .* task (\w+)/gm)].map(
        ([, , task]) => task,
      );
      expect(shown).toEqual(["dependency", "exports", "publish", "exports", "publish", "dependency"]);
      const [first] = await answered(storage);
      expect(first).toEqual([
        "exports",
        { type: "approval", answer: "grant", edited: null, note: null, rule: null },
      ]);
    });
  });

  test("an effect in doubt is settled by a key and enter, which may come with a note; escape goes back", async () => {
    await open(async (storage) => {
      const person = seat(["k", "h", "\u001b", "h", "enter", "q"], { columns: 140 });
      await watching(storage, person);
      expect(person.said()).toMatch(/asks {6}in doubt: npm uninstall moment +│/);
      expect(person.said()).toContain("key 5pd0/task/publish/1/1/0");
      expect(await answered(storage)).toEqual([
        ["publish", { type: "effect", finding: "happened", evidence: null }],
      ]);
    });
  });

  test("what is answered elsewhere goes, with who did it; then the next is shown; then nothing waits", async () => {
    await open(async (storage) => {
      const all = await inbox(storage);
      const byAda = (index: number) => async (): Promise<unknown> =>
        storage.journal.answer({
          run: all[index]?.run ?? "",
          subject: all[index]?.subject ?? "",
          at: Date.now(),
          by: { type: "person", user: "ada", tty: null },
          value: { type: "approval", answer: "refuse", edited: null, note: null },
        });
      const person = seat([byAda(0), "y", "y", "h", "enter", "q"]);
      await watching(storage, person);
      expect(person.said()).toContain("yours was not taken: ada rejected it");
      expect(person.said()).toContain("nothing waits for a person; q leaves, what comes is shown");
      expect((await answered(storage)).map(([task]) => task)).toEqual(["dependency", "exports", "publish"]);
    });
  });

  test("an answer elsewhere takes the card away within a second, and a signal ends it", async () => {
    await open(async (storage) => {
      const leave = new AbortController();
      const [first] = await inbox(storage);
      const given = {
        run: first?.run ?? "",
        subject: first?.subject ?? "",
        at: Date.now(),
        by: { type: "person", user: "ada", tty: null },
        value: { type: "approval", answer: "grant", edited: null, note: null },
      } as const;
      const person = seat([]);
      const watched = watching(storage, person, leave.signal);
      await until(() => person.said().includes("task dependency"));
      await storage.journal.answer(given);
      await until(() => person.said().includes("task exports"));
      expect(person.said()).toMatch(/a\d+: ada approved it, \d\d:\d\d:\d\d\n/);
      leave.abort();
      await watched;
    });
  });
});

test("for machines: an object for each request that comes, and for each that is answered", async () => {
  await open(async (storage) => {
    const leave = new AbortController();
    let out = "";
    const io = { ...seat([]).io, out: (text: string) => void (out += text) };
    const followed = followInbox(io, { ...storage, clock }, true, leave.signal);
    const rows = (): readonly Record<string, unknown>[] =>
      out
        .split("\n")
        .filter(Boolean)
        .map((row) => JSON.parse(row) as Record<string, unknown>);
    await until(() => rows().length === 3);
    expect(rows().map(({ event, kind }) => [event, kind])).toEqual([
      ["asked", "approval"],
      ["asked", "approval"],
      ["asked", "effect"],
    ]);
    const [first] = rows();
    const value = { type: "approval", answer: "grant", edited: null, note: null } as const;
    const by = { type: "person", user: "ada", tty: null } as const;
    await storage.journal.answer({ run: "7k2m", subject: String(first?.["subject"]), at: 5, by, value });
    await until(() => rows().length === 4);
    expect(rows()[3]).toMatchObject({ event: "answered", id: first?.["id"], by, at: 5, answer: value });
    leave.abort();
    await followed;
  });
});

/** Passes as soon as it holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
