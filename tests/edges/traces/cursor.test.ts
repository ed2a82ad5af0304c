import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openCursors } from "../../../src/edges/traces/cursor.ts";
import { cursorsAt, place } from "./ground.ts";

test("a cursor never goes back, whoever moves it, and is there after a reopening", async () => {
  const path = join(await place(), "traces.db");
  const [one, other] = [cursorsAt(path), cursorsAt(path)];
  let highest = 0;
  fc.assert(
    fc.property(fc.nat(1000), fc.boolean(), (seq, isOther) => {
      (isOther ? other : one).move("t", "7k2m", seq);
      highest = Math.max(highest, seq);
      expect([one.sent("t", "7k2m"), other.sent("t", "7k2m")]).toEqual([highest, highest]);
    }),
  );
  expect(cursorsAt(path).sent("t", "7k2m")).toBe(highest);
  expect([one.sent("u", "7k2m"), one.sent("t", "9x3p")]).toEqual([0, 0]);
});

test("dead letters and troubles are kept, each once", async () => {
  const cursors = cursorsAt(join(await place(), "traces.db"));
  const letter = { run: "7k2m", id: "a", why: "HTTP 400", at: 1 };
  cursors.bury("t", [letter, { ...letter, id: "b" }]);
  cursors.bury("t", [{ ...letter, at: 2 }]);
  expect(cursors.dead("t").map(({ id, at }) => [id, at])).toEqual([
    ["b", 1],
    ["a", 2],
  ]);
  cursors.setTrouble("t", { why: "HTTP 401", at: 5 });
  expect(cursors.trouble("t")).toEqual({ why: "HTTP 401", at: 5 });
  cursors.setTrouble("t", null);
  expect(cursors.trouble("t")).toBeNull();
});

test("it is for nobody else to read", async () => {
  const path = join(await place(), "traces.db");
  cursorsAt(path);
  expect((await stat(path)).mode & 0o077).toBe(0);
});

const broken: readonly [string, (path: string) => Promise<void> | void][] = [
  [
    "no database",
    async (path) => writeFile(path, "not a database, but longer than a header of one is\n".repeat(40)),
  ],
  [
    "torn",
    async (path) => {
      const cursors = openCursors(path);
      for (let at = 0; at < 500; at += 1)
        cursors.bury("t", [{ run: "7k2m", id: `${at}`, why: "x".repeat(100), at }]);
      cursors.close();
      await writeFile(path, (await readFile(path)).fill(0x55, 4096));
    },
  ],
  [
    "another program's",
    (path) => {
      const db = new Database(path);
      db.exec("CREATE TABLE theirs (a)");
      db.close();
    },
  ],
  [
    "without a column",
    (path) => {
      openCursors(path).close();
      const db = new Database(path);
      db.exec("ALTER TABLE sent RENAME COLUMN seq TO other");
      db.close();
    },
  ],
];

test.each(broken)("a file that is %s is set aside, and one is made anew", async (_, spoil) => {
  const path = join(await place(), "traces.db");
  await spoil(path);
  const cursors = cursorsAt(path);
  expect([cursors.sent("t", "7k2m"), cursors.dead("t")]).toEqual([0, []]);
  cursors.move("t", "7k2m", 4);
  expect(cursors.sent("t", "7k2m")).toBe(4);
  expect((await stat(`${path}.broken`)).size).toBeGreaterThan(0);
});

test("an empty file, as a crash leaves one, is used", async () => {
  const path = join(await place(), "traces.db");
  await writeFile(path, "");
  expect(cursorsAt(path).sent("t", "7k2m")).toBe(0);
});

test("a directory in its place, or none to lie in, is an error for the caller", async () => {
  const dir = await place();
  await mkdir(join(dir, "traces.db"));
  expect(() => openCursors(join(dir, "traces.db"))).toThrow("unable to open database file");
  await rm(join(dir, "traces.db"), { recursive: true });
  expect(() => openCursors(join(dir, "gone", "traces.db"))).toThrow("ENOENT");
});
