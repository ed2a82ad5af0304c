import { mkdir, readdir, rm, rmdir, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase, openDatabaseForReading } from "../../../src/edges/sqlite/database.ts";
import type { Schema } from "../../../src/edges/sqlite/database.ts";
import { StorageRefused } from "../../../src/edges/sqlite/refused.ts";
import { blobSchema, journalSchema } from "../../../src/edges/sqlite/schemas.ts";
import { checkStateDir } from "../../../src/edges/sqlite/state-dir.ts";
import { openStorageReader } from "../../../src/edges/sqlite/storage.ts";
import { note, sealed } from "../../contracts/journal.contract.ts";
import { startChild } from "./child.ts";
import { newGround } from "./ground.ts";
import type { Ground } from "./ground.ts";

const one: Schema = {
  applicationId: 7,
  incrementalVacuum: false,
  readableFrom: 1,
  migrations: ["CREATE TABLE a (x TEXT) STRICT"],
};
const two: Schema = {
  ...one,
  readableFrom: 2,
  migrations: [...one.migrations, "INSERT INTO a VALUES ('second')"],
};

let ground: Ground;
beforeEach(async () => {
  ground = await newGround();
});
afterEach(() => ground.remove());

const inState = (name: string): string => join(ground.stateDir, name);
const refusal = async (): Promise<string> => {
  const error: unknown = await ground.open().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(StorageRefused);
  return error instanceof Error ? error.message : "";
};
const again = (): string =>
  `put a backup back (harness restore), or move ${ground.stateDir} away to begin anew`;
const made = async (): Promise<void> => (await ground.open()).close();

describe("a state directory", () => {
  it("is made private and ignored by git, with two databases", async () => {
    await made();
    expect((await stat(ground.stateDir)).mode & 0o777).toBe(0o700);
    expect((await readdir(ground.stateDir)).filter((name) => !/-(wal|shm)$/.test(name)).toSorted()).toEqual([
      ".gitignore",
      "blobs.db",
      "harness.db",
      "locks",
    ]);
  });

  it("is made private when it was not", async () => {
    await mkdir(ground.stateDir, { mode: 0o755 });
    await made();
    expect((await stat(ground.stateDir)).mode & 0o777).toBe(0o700);
  });

  it("is refused when it is a file", async () => {
    await writeFile(ground.stateDir, "");
    expect(await refusal()).toBe(`${ground.stateDir} is not a directory; move it away`);
  });

  it("is refused when it is a link that leads nowhere, and nothing is made", async () => {
    await symlink("gone", ground.stateDir);
    expect(await refusal()).toBe(
      `${ground.stateDir} is a symbolic link that leads nowhere; mend it, or remove it`,
    );
    expect(await readdir(dirname(ground.stateDir))).toEqual([".harness"]);
  });

  it("is made once by processes that start together", async () => {
    const script = "const s = await openStorage(args[0]); await s.close(); console.log('ok');";
    const children = Array.from({ length: 3 }, () => startChild(script, ground.stateDir));
    expect((await Promise.all(children.map((child) => child.ended))).map((end) => end.said)).toEqual([
      "",
      "",
      "",
    ]);
    await made();
    expect(await readdir(ground.stateDir)).not.toContainEqual(expect.stringContaining(".new-"));
  });

  it("is no link that leads nowhere because another makes it this moment", async () => {
    for (let i = 0; i < 300; i++) {
      const [isThere] = await Promise.all([checkStateDir(ground.stateDir), mkdir(ground.stateDir)]);
      expect(typeof isThere).toBe("boolean");
      await rmdir(ground.stateDir);
    }
  });
});

describe("a database is refused in one sentence", () => {
  it("when it is empty", async () => {
    await made();
    await truncate(inState("harness.db"), 0);
    expect(await refusal()).toBe(`${inState("harness.db")} is empty: its content was lost; ${again()}`);
  });

  it("when it is no database", async () => {
    await made();
    await rm(inState("blobs.db"));
    await writeFile(inState("blobs.db"), "x".repeat(5000));
    expect(await refusal()).toBe(`${inState("blobs.db")} is not a database; ${again()}`);
  });

  it("when it is another program's, which is left as it was", async () => {
    await made();
    await rm(inState("harness.db"));
    const other = new Database(inState("harness.db"));
    other.exec("CREATE TABLE mine (x)");
    other.close();
    expect(await refusal()).toBe(
      `${inState("harness.db")} belongs to another program (application id 0x00000000, not 0x6861726e); move it away`,
    );
    const after = new Database(inState("harness.db"));
    expect(after.pragma("journal_mode", { simple: true })).toBe("delete");
    after.close();
  });

  it("when a newer harness wrote it", async () => {
    await made();
    const newer = new Database(inState("blobs.db"));
    newer.pragma("user_version = 9");
    newer.close();
    expect(await refusal()).toBe(
      `${inState("blobs.db")} has schema 9 of a newer harness, this one knows ${blobSchema.migrations.length}; update harness`,
    );
  });

  it("when somebody dropped a table, or set its version back", async () => {
    await made();
    const spoil = (text: string): void => {
      const db = new Database(inState("harness.db"));
      db.exec(text);
      db.close();
    };
    spoil("DROP TABLE answers");
    expect(await refusal()).toBe(
      `${inState("harness.db")} was changed by another program (without answers); ${again()}`,
    );
    spoil("PRAGMA user_version = 0");
    expect(await refusal()).toBe(
      `${inState("harness.db")} was changed by another program (schema 0); ${again()}`,
    );
  });

  it("when it is a link that leads nowhere", async () => {
    await made();
    await rm(inState("harness.db"));
    await symlink("gone", inState("harness.db"));
    expect(await refusal()).toBe(
      `${inState("harness.db")} is a symbolic link that leads nowhere; mend it, or remove it`,
    );
    expect(await readdir(ground.stateDir)).not.toContain("gone");
  });

  it("when the blobs are gone", async () => {
    await made();
    await rm(inState("blobs.db"));
    expect(await refusal()).toBe(
      `${inState("blobs.db")} is gone, but ${inState("harness.db")} needs it; ${again()}`,
    );
  });

  it("when only its -wal is left", async () => {
    await made();
    await rm(inState("harness.db"));
    await writeFile(inState("harness.db-wal"), "x");
    expect(await refusal()).toContain("a part of the database was lost");
  });
});

describe("a connection", () => {
  it.each([journalSchema, blobSchema])("is durable and checks foreign keys", async (schema) => {
    await made();
    const db = openDatabase(inState("x.db"), schema);
    const pragma = (name: string): unknown => db.pragma(name, { simple: true });
    expect(pragma("synchronous")).toBe(2);
    expect(pragma("journal_mode")).toBe("wal");
    expect(pragma("foreign_keys")).toBe(1);
    expect(pragma("application_id")).toBe(schema.applicationId);
    expect(pragma("user_version")).toBe(schema.migrations.length);
    expect(pragma("auto_vacuum")).toBe(schema.incrementalVacuum ? 2 : 0);
    db.close();
  });

  it("migrates an old database, each step once, and reads it only then", async () => {
    await made();
    const path = inState("x.db");
    openDatabase(path, one).close();
    expect(() => openDatabaseForReading(path, two)).toThrow("schema 1 of an older harness");
    openDatabase(path, two).close();
    openDatabase(path, two).close();
    const db = openDatabaseForReading(path, two);
    expect(db.prepare("SELECT x FROM a").pluck().all()).toEqual(["second"]);
    expect(() => db.exec("INSERT INTO a VALUES ('x')")).toThrow("readonly");
    db.close();
    expect(() => openDatabase(path, one)).toThrow("newer harness");
  });

  it("leaves an old database as it was when a migration fails", async () => {
    await made();
    const path = inState("x.db");
    openDatabase(path, one).close();
    const broken: Schema = { ...one, migrations: [...two.migrations, "NOT SQL"] };
    expect(() => openDatabase(path, broken)).toThrow("syntax error");
    const db = openDatabaseForReading(path, one);
    expect(db.prepare("SELECT x FROM a").all()).toEqual([]);
    db.close();
  });
});

describe("a reader", () => {
  it("sees what a writer commits, and makes nothing where there is nothing", async () => {
    await expect(openStorageReader(ground.stateDir)).rejects.toThrow(`there is no ${ground.stateDir}`);
    await expect(stat(ground.stateDir)).rejects.toThrow("ENOENT");
    await made();
    const reader = await openStorageReader(ground.stateDir);
    const writer = await ground.open();
    await writer.journal.append("aaaa", null, sealed("aaaa", null, [note("1")]));
    const [digest = ""] = await writer.blobs.put([new Uint8Array([1, 2])]);
    expect((await reader.journal.runs()).map((row) => row.headSeq)).toEqual([1]);
    expect(await reader.journal.answers("aaaa")).toEqual([]);
    expect([...(await reader.blobs.get(digest))]).toEqual([1, 2]);
    await reader.close();
  });
});
