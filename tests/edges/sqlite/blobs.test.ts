import { randomBytes } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Blobs } from "../../../src/core/ports.ts";
import { DamagedBlob } from "../../../src/edges/sqlite/refused.ts";
import { bytesOf, digestOf, parts } from "../../contracts/blobs.contract.ts";
import { all } from "../../contracts/journal.contract.ts";
import { startChild } from "./child.ts";
import { newGround } from "./ground.ts";
import type { Ground } from "./ground.ts";

const MiB = 1024 * 1024;
let ground: Ground;
let blobs: Blobs;

beforeEach(async () => {
  ground = await newGround();
  ({ blobs } = await ground.open());
});
afterEach(() => ground.remove());

/** Looks into, or writes into, the database behind everybody's back. */
function behind<T>(look: (db: Database.Database) => T): T {
  const db = new Database(join(ground.stateDir, "blobs.db"));
  try {
    return look(db);
  } finally {
    db.close();
  }
}
const tamper = (sql: string): unknown => behind((db) => db.prepare(sql).run());
const count = (sql: string): unknown => behind((db) => db.prepare(sql).pluck().get());
const unnamed = (): unknown => count("SELECT count(*) FROM blobs WHERE digest IS NULL");

describe("a damaged blob is never given as whole", () => {
  it.each([
    ["UPDATE chunks SET bytes = zeroblob(length(bytes)) WHERE n = 2", "its bytes do not hash to its name"],
    ["UPDATE chunks SET n = 9 WHERE n = 1", "chunk 1 is missing"],
    ["UPDATE chunks SET codec = 1 WHERE n = 0", "chunk 0 cannot be unpacked"],
    ["UPDATE chunks SET codec = 7 WHERE n = 0", "chunk 0 cannot be unpacked"],
    ["UPDATE blobs SET size = size - 1048576", "its bytes do not hash to its name"],
  ])("%s", async (sql, why) => {
    const bytes = bytesOf(2 * MiB + 5, 1);
    const [digest = ""] = await blobs.put([bytes]);
    tamper(sql);
    await expect(blobs.get(digest)).rejects.toEqual(new DamagedBlob(digest, why));
    const seen: number[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of blobs.getStream(digest)) seen.push(chunk.length);
    };
    await expect(read()).rejects.toThrow(DamagedBlob);
    expect(seen.reduce((sum, size) => sum + size, 0)).toBeLessThan(bytes.length);
  });

  it("even when zstd itself sees nothing wrong", async () => {
    const [one = "", two = ""] = await blobs.put([bytesOf(1000, 1, true), bytesOf(1000, 2, true)]);
    tamper("UPDATE chunks SET bytes = (SELECT bytes FROM chunks ORDER BY blob DESC LIMIT 1)");
    await expect(blobs.get(one)).rejects.toThrow("its bytes do not hash to its name");
    expect((await blobs.get(two)).length).toBe(1000);
  });
});

describe("stored bytes", () => {
  it("are packed where that helps and never written twice", async () => {
    const [dull, noise] = [bytesOf(3 * MiB, 1, true), bytesOf(3 * MiB, 2)];
    await blobs.put([dull, noise]);
    expect(count("SELECT max(length(bytes)) FROM chunks WHERE codec = 1")).toBeLessThan(10_000);
    expect(count("SELECT count(*) FROM chunks WHERE codec = 0 AND length(bytes) = 1048576")).toBe(3);
    await blobs.put([dull, noise]);
    await blobs.putStream(parts(noise, [MiB]));
    expect(count("SELECT count(*) FROM chunks")).toBe(6);
    expect(unnamed()).toBe(0);
  });

  it("go in transactions that keep the -wal small", async () => {
    await Promise.all(Array.from({ length: 6 }, () => blobs.put([randomBytes(4 * MiB)])));
    expect((await stat(join(ground.stateDir, "blobs.db-wal"))).size).toBeLessThan(12 * MiB);
  });
});

describe("a write that fails", () => {
  const fail = (): unknown =>
    tamper("CREATE TRIGGER full BEFORE INSERT ON chunks BEGIN SELECT RAISE(ABORT, 'disk is on fire'); END");

  it("rejects every put and stream of its transaction with the reason, and the next ones go on", async () => {
    fail();
    const big = bytesOf(9 * MiB, 4);
    const results = await Promise.allSettled([
      blobs.put([bytesOf(10, 1)]),
      blobs.put([bytesOf(20, 1), big]),
      blobs.putStream(parts(big, [MiB])),
    ]);
    const why = "blobs.db could not be written: disk is on fire";
    expect(results.map((result) => String(result.status === "rejected" && result.reason))).toEqual(
      Array.from({ length: 3 }, () => `Error: ${why}`),
    );
    tamper("DROP TRIGGER full");
    expect(await blobs.putStream(parts(big, [MiB]))).toBe(digestOf(big));
    expect(await blobs.missing([digestOf(big)])).toEqual([]);
  });

  it("rejects a stream that fails half way, whose beginning is cleared by the next writer", async () => {
    tamper(
      "CREATE TRIGGER full BEFORE INSERT ON chunks WHEN NEW.n = 6 BEGIN SELECT RAISE(ABORT, 'full'); END",
    );
    await expect(blobs.putStream(parts(bytesOf(12 * MiB, 4), [MiB]))).rejects.toThrow("full");
    expect(unnamed()).toBe(1);
    await ground.closeAll();
    await (await ground.open()).blobs.put([bytesOf(1, 1)]);
    expect(unnamed()).toBe(0);
    expect(count("SELECT count(*) FROM chunks")).toBe(1);
  });

  it("rejects when the worker cannot even start", async () => {
    tamper("PRAGMA user_version = 9");
    await expect(blobs.put([bytesOf(1, 1)])).rejects.toThrow("newer harness");
    await expect(blobs.putStream(parts(bytesOf(2 * MiB, 1), [MiB]))).rejects.toThrow("newer harness");
  });

  it("rejects after close", async () => {
    const storage = await ground.open();
    await storage.close();
    await expect(storage.blobs.put([bytesOf(1, 1)])).rejects.toThrow("closed");
  });
});

describe("a writer killed in the middle of a large blob", () => {
  const writer = `const { blobs } = await openStorage(args[0]);
    async function* endless() {
      for (let n = 0; ; n++) {
        if (n === 12) console.log("writing");
        yield new Uint8Array(1024 * 1024).fill(n);
      }
    }
    await blobs.putStream(endless());`;

  it("leaves nothing that has a name, and what it left goes when nobody else writes", async () => {
    const child = startChild(writer, ground.stateDir);
    expect(await child.line()).toBe("writing");
    child.process.kill("SIGKILL");
    await child.ended;
    expect(count("SELECT count(*) FROM blobs WHERE digest IS NOT NULL")).toBe(0);
    expect(count("SELECT count(*) FROM chunks")).toBeGreaterThan(0);
    await blobs.put([bytesOf(10, 1)]);
    expect(unnamed()).toBe(0);
    expect(count("SELECT count(*) FROM chunks")).toBe(1);
  });

  it("is not cleared away while it is alive", async () => {
    const slow = bytesOf(6 * MiB, 8);
    async function* withAnother(): AsyncGenerator<Uint8Array> {
      yield* parts(slow.subarray(0, 5 * MiB), [MiB]);
      await (await ground.open()).blobs.put([bytesOf(10, 1)]);
      yield slow.subarray(5 * MiB);
    }
    const digest = await blobs.putStream(withAnother());
    expect(Buffer.compare(await blobs.get(digest), slow)).toBe(0);
  });
});

describe("the worker thread", () => {
  it("lets the process end when it is idle, without close", async () => {
    const child = startChild(
      `const { blobs } = await openStorage(args[0]); await blobs.put([new Uint8Array(5)]); console.log("put");`,
      ground.stateDir,
    );
    expect(await child.line()).toBe("put");
    expect(await child.ended).toEqual({ code: 0, signal: null, said: "" });
  });

  it("keeps the process alive until a put that nobody waits for is done", async () => {
    const child = startChild(
      `const { blobs } = await openStorage(args[0]);
       blobs.put([new Uint8Array(5), new Uint8Array(3 * 1024 * 1024)]).then(() => console.log("put"));`,
      ground.stateDir,
    );
    expect(await child.line()).toBe("put");
    expect(await child.ended).toEqual({ code: 0, signal: null, said: "" });
    expect(await blobs.missing([digestOf(new Uint8Array(5)), digestOf(new Uint8Array(3 * MiB))])).toEqual([]);
  });

  it("finishes what was asked for before close, into the database's one file", async () => {
    const storage = await ground.open();
    const items = [bytesOf(100, 1), bytesOf(3 * MiB, 2)];
    const put = storage.blobs.put(items);
    await storage.close();
    expect(await put).toEqual(items.map(digestOf));
    await ground.closeAll();
    expect(await readdir(ground.stateDir)).not.toContainEqual(expect.stringContaining("-wal"));
    ({ blobs } = await ground.open());
    expect((await all(blobs.getStream(digestOf(items[1] ?? bytesOf(1, 1))))).length).toBe(3);
  });
});
