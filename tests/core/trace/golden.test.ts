import { expect, test } from "vitest";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { restoreBackup } from "../../../src/edges/sqlite/restore.ts";
import { openStorageReader } from "../../../src/edges/sqlite/storage.ts";
import { dishonest } from "../audit/honesty.ts";
import { eventfulRun } from "./eventful-run.ts";
import { held, itemsOf } from "./items.ts";
import { table } from "./table.ts";
import { wrongs } from "./wrongs.ts";

test("a run in which much happens, as a server shows it", async () => {
  const chain = eventfulRun();
  expect(dishonest(chain)).toBeNull();
  expect(wrongs(chain.entries())).toEqual([]);
  await expect(table(itemsOf(chain.entries()))).toMatchFileSnapshot("eventful-run.txt");
});

test("runs that version 0.1.0 wrote make whole traces", async () => {
  const dir = await mkdtemp(join(tmpdir(), "trace-"));
  const packed = await readFile(new URL("../../golden/golden-0.1.0.tar.gz", import.meta.url));
  await writeFile(join(dir, "runs.tar"), gunzipSync(packed));
  await restoreBackup(join(dir, "runs.tar"), join(dir, "state"), { isVerified: () => true });
  const storage = await openStorageReader(join(dir, "state"));
  const stands: unknown[] = [];
  for (const { id } of await storage.journal.runs()) {
    const entries = await Array.fromAsync(storage.journal.read(id, 0));
    expect(wrongs(entries)).toEqual([]);
    stands.push(held(itemsOf(entries))[0]?.isOpen === true ? "open" : "ended");
  }
  await storage.close();
  await rm(dir, { recursive: true });
  expect(new Set(stands)).toEqual(new Set(["open", "ended"]));
});
