import { rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { follow } from "../../src/cli/follow.ts";
import type { FollowEnd } from "../../src/cli/follow.ts";
import { openStorageReader } from "../../src/edges/sqlite/storage.ts";
import { readRun } from "../../src/loop/own.ts";
import type { Entry } from "../../src/core/event.ts";
import type { Journal } from "../../src/core/ports.ts";
import { folder, harness, runId } from "./ground.ts";
import { greeting } from "./stories.ts";

interface Growing {
  readonly readings: () => number;
  readonly entries: readonly Entry[];
  readonly journal: Pick<Journal, "read">;
}

/** Of a run that was met. */
const stored: Entry[] = [];
beforeAll(async () => {
  const dir = await folder(greeting({}), false);
  const id = runId((await harness(dir, ["run", "goal.md"])).err);
  const storage = await openStorageReader(join(dir, ".harness"));
  stored.push(...(await Array.fromAsync(storage.journal.read(id, 0))));
  await storage.close();
  await rm(dir, { recursive: true });
});

/** A journal that grows in these steps, one more at each reading, and then to its end. */
function grown(...steps: readonly number[]): Growing {
  let readings = 0;
  return {
    entries: stored,
    readings: () => readings,
    journal: {
      async *read(_, afterSeq) {
        const through = steps[readings++] ?? stored.length;
        yield* stored.filter(({ seq }) => seq > afterSeq && seq <= through);
      },
    },
  };
}

async function followed(
  { journal, entries }: Growing,
  isOwned: () => boolean,
): Promise<{ readonly end: FollowEnd; readonly seen: readonly number[] }> {
  const seen: number[] = [];
  const end = await follow({
    journal,
    id: entries[0]?.run ?? "",
    from: null,
    onEntry: (entry, run) => {
      expect(run.seq).toBe(entry.seq);
      seen.push(entry.seq);
    },
    signal: new AbortController().signal,
    isOwned,
  });
  return { end, seen };
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

test("hands on every entry once, in order, until the run has ended", async () => {
  const growing = grown(3, 3, 9);
  const all = upTo(growing.entries.length);
  expect(await followed(growing, () => true)).toEqual({ end: "ended", seen: all });
});

test("what an owner wrote just before it let go is handed on", async () => {
  const growing = grown(3, 3, 9, 9);
  // It writes and lets go after the second reading.
  const isOwned = (): boolean => growing.readings() < 2;
  expect(await followed(growing, isOwned)).toEqual({ end: "unowned", seen: upTo(9) });
});

test("a run nobody works on is left at once", async () => {
  const growing = grown(5, 5);
  expect(await followed(growing, () => false)).toEqual({ end: "unowned", seen: upTo(5) });
});

test("goes on from what is known, and leaves at a signal", async () => {
  const { entries, journal } = grown(5, 7);
  const known = await readRun({ journal: journal as Journal }, entries[0]?.run ?? "");
  const leaving = new AbortController();
  const seen: number[] = [];
  const end = await follow({
    journal,
    id: known.id,
    from: known,
    onEntry: ({ seq }) => {
      seen.push(seq);
      if (seq === 7) leaving.abort();
    },
    signal: leaving.signal,
    isOwned: () => true,
  });
  expect({ end, seen }).toEqual({ end: "left", seen: [6, 7] });
});
