import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/edges/sqlite/database.ts";
import { journalSchema } from "../../../src/edges/sqlite/schemas.ts";
import { openStorageReader } from "../../../src/edges/sqlite/storage.ts";
import { note, sealed } from "../../contracts/journal.contract.ts";
import { newGround } from "./ground.ts";
import type { Ground } from "./ground.ts";

let ground: Ground;
beforeEach(async () => {
  ground = await newGround();
});
afterEach(() => ground.remove());

const a = "a".repeat(64);
const b = "b".repeat(64);

describe("environments by key", () => {
  it("are found again, by other processes too, until another takes the key", async () => {
    const first = await ground.open();
    expect(first.environments.find("k")).toBeNull();
    first.environments.keep("k", a);
    first.environments.keep("other", b);
    await ground.closeAll();
    const second = await ground.open();
    expect(second.environments.find("k")).toBe(a);
    second.environments.keep("k", b);
    expect(second.environments.find("k")).toBe(b);
    expect(second.environments.find("other")).toBe(b);
  });

  it("know when they were last used", async () => {
    const dates = [10, 20, 30];
    const storage = await ground.open(undefined, () => dates.shift() ?? 0);
    storage.environments.keep("k", a);
    storage.environments.keep("l", a);
    storage.environments.find("k");
    await ground.closeAll();
    const db = openDatabase(join(ground.stateDir, "harness.db"), journalSchema);
    expect(db.prepare("SELECT key, used_at FROM environments ORDER BY key").raw().all()).toEqual([
      ["k", 30],
      ["l", 20],
    ]);
    db.close();
  });
});

describe("a journal of before there were environments", () => {
  it("is read as it is, and has them once it is opened for writing", async () => {
    const path = join(ground.stateDir, "harness.db");
    await (await ground.open()).close();
    const old = openDatabase(path, journalSchema);
    old.exec("DROP TABLE environments");
    old.pragma("user_version = 1");
    old.close();
    const reader = await openStorageReader(ground.stateDir);
    expect(await reader.journal.runs()).toEqual([]);
    await reader.close();
    const storage = await ground.open();
    await storage.journal.append("aaaa", null, sealed("aaaa", null, [note("1")]));
    storage.environments.keep("k", a);
    expect(storage.environments.find("k")).toBe(a);
    expect((await storage.journal.runs()).map((row) => row.id)).toEqual(["aaaa"]);
  });
});
