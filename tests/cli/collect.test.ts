import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeText } from "../../src/core/canonical.ts";
import type { RunEvent } from "../../src/core/event.ts";
import { harness } from "../../src/core/event.ts";
import { openCollection } from "../../src/edges/sqlite/collection.ts";
import { openStorage } from "../../src/edges/sqlite/storage.ts";
import type { Storage } from "../../src/edges/sqlite/storage.ts";
import { collect, look } from "../../src/cli/collect.ts";
import type { Collected } from "../../src/cli/collect.ts";
import { last, note, sealed } from "../contracts/journal.contract.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "harness-collect-"));
});
afterEach(() => rm(dir, { recursive: true }));

const stored = async <T>(use: (storage: Storage) => Promise<T>): Promise<T> => {
  const storage = await openStorage(join(dir, ".harness"));
  try {
    return await use(storage);
  } finally {
    await storage.close();
  }
};
const put = async (...texts: readonly string[]): Promise<readonly string[]> =>
  stored(async ({ blobs }) => blobs.put(texts.map(encodeText)));
const missing = async (digests: readonly string[]): Promise<readonly string[]> =>
  stored(async ({ blobs }) => blobs.missing(digests));

const ended: RunEvent = { type: "run-ended", body: { outcome: "met", head: "0".repeat(64), grading: 0 } };
/** Names a blob that passes with the run. */
const summary = (digest: string): RunEvent => ({
  type: "context-compacted",
  body: { thread: "task/a/1", throughTurn: 1, summary: digest, saved: 0 },
});

/** Looks, lets something happen, and collects, with everything that may go. */
async function collected(meanwhile: () => Promise<unknown>): Promise<Collected | null> {
  const collection = await openCollection(join(dir, ".harness"));
  try {
    const found = await look(collection, { endedBefore: Infinity, usedBefore: Infinity });
    await meanwhile();
    return await collect(collection, found, "test", harness);
  } finally {
    collection.close();
  }
}

describe("what is written between looking and dropping", () => {
  test("keeps what it names: a new run, a run that goes on, an answer, an environment", async () => {
    const texts = ["one", "two", "three", "four", "five"];
    const digests = await put(...texts);
    const [, , , , fifth = ""] = digests;
    const first = sealed("aaaa", null, [note("zero")]);
    await stored(async ({ journal }) => journal.append("aaaa", null, first));
    await collected(async () =>
      stored(async ({ journal, environments }) => {
        await journal.append("bbbb", null, sealed("bbbb", null, [note("one")]));
        await journal.append("aaaa", last(first), sealed("aaaa", last(first), [note("two")]));
        const value = { type: "note", thread: null, text: digests[2] ?? "" } as const;
        await journal.answer({ run: "aaaa", subject: "note/1", at: 1, by: harness, value });
        environments.keep("k", digests[3] ?? "");
      }),
    );
    expect(await missing(digests)).toEqual([fifth]);
  });

  test("keeps an environment that was found unused, but is used after all", async () => {
    const [digest = ""] = await put("environment");
    await stored(async ({ environments }) => environments.keep("k", digest));
    const uses = async (): Promise<void> =>
      stored(async ({ environments }) => {
        expect(environments.find("k")).toBe(digest);
      });
    expect(await collected(uses)).toMatchObject({ environments: 0 });
    expect(await missing([digest])).toEqual([]);
    expect(await collected(async () => undefined)).toMatchObject({ environments: 1 });
    expect(await missing([digest])).toEqual([digest]);
  });

  test("stops the dropping when it goes on, and no run says otherwise", async () => {
    const digests = await put("nobody's", "a summary");
    const entries = sealed("aaaa", null, [summary(digests[1] ?? ""), ended]);
    await stored(async ({ journal, blobs }) => {
      await journal.append("aaaa", null, entries);
      expect(await collected(async () => blobs.put([encodeText("mine")]))).toBeNull();
      expect((await journal.runs()).map(({ headSeq }) => headSeq)).toEqual([2]);
    });
    expect(await missing(digests)).toEqual([]);
  });
});

test("a run says what is dropped of it, in events of 200 digests, once, and nothing that was gone before", async () => {
  const texts = Array.from({ length: 450 }, (_, n) => `summary ${n}`);
  const digests = await put(...texts);
  const lost = "1".repeat(64);
  const entries = sealed("aaaa", null, [...digests.map(summary), summary(lost), ended]);
  await stored(async ({ journal }) => journal.append("aaaa", null, entries));
  const keeping = sealed("bbbb", null, [note("summary 7")]);
  await stored(async ({ journal }) => journal.append("bbbb", null, keeping));
  for (const said of [["aaaa"], []]) expect(await collected(async () => undefined)).toMatchObject({ said });
  const events = await stored(async ({ journal }) => Array.fromAsync(journal.read("aaaa", entries.length)));
  expect(events.map((entry) => entry.type === "blobs-dropped" && entry.body.digests.length)).toEqual([
    200, 200, 49,
  ]);
  const dropped = events.flatMap((entry) => (entry.type === "blobs-dropped" ? entry.body.digests : []));
  expect(dropped.toSorted()).toEqual(digests.filter((_, n) => n !== 7).toSorted());
  expect(events.every(({ epoch, at }) => epoch === 1 && at > (entries.at(-1)?.at ?? 0))).toBe(true);
  expect((await missing(digests)).length).toBe(449);
});
