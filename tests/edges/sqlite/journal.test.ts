import { writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Entry } from "../../../src/core/event.ts";
import { DamagedJournal } from "../../../src/core/ports.ts";
import type { Journal } from "../../../src/core/ports.ts";
import { all, last, note, owned, sealed, sha256 } from "../../contracts/journal.contract.ts";
import { startChild } from "./child.ts";
import type { Child } from "./child.ts";
import { newGround } from "./ground.ts";
import type { Ground } from "./ground.ts";

let ground: Ground;
let journal: Journal;
let entries: Entry[];
const children: Child[] = [];

beforeEach(async () => {
  ground = await newGround();
  ({ journal } = await ground.open());
  entries = sealed("aaaa", null, [note("1"), owned(1), note("2"), note("3")]);
  await journal.append("aaaa", null, entries);
});
afterEach(async () => {
  for (const { process, ended } of children.splice(0)) {
    process.kill("SIGKILL");
    await ended;
  }
  await ground.remove();
});

const child = (script: string, ...args: string[]): Child => {
  const started = startChild(script, ground.stateDir, ...args);
  children.push(started);
  return started;
};

/** Writes into the database behind everybody's back. */
function tamper(sql: string, ...values: (string | number)[]): void {
  const db = new Database(join(ground.stateDir, "harness.db"));
  db.pragma("foreign_keys = OFF");
  db.prepare(sql).run(...values);
  db.close();
}

describe("a damaged journal is found by reading", () => {
  it.each([
    [
      "UPDATE events SET body = replace(body, '\"1\"', '\"2\"'), epoch = 2 WHERE seq = 2",
      "entry 2 does not hash to its name",
    ],
    ["UPDATE events SET body = '{' WHERE seq = 3", "the body of entry 3 is not JSON"],
    ["DELETE FROM events WHERE seq = 2", "entry 3 follows entry 1"],
    ["DELETE FROM events WHERE seq = 4", "entries 4 to 4 are missing at its end"],
    ["DELETE FROM events", "entries 1 to 4 are missing at its end"],
    ["UPDATE events SET prev = hash WHERE seq = 2", "entry 2 does not continue the chain"],
    [`UPDATE runs SET head_hash = '${"0".repeat(64)}'`, "entry 4 is not the one its head names"],
  ])("%s", async (sql, sentence) => {
    tamper(sql);
    const error: unknown = await all(journal.read("aaaa", 0)).catch((error: unknown) => error);
    expect(error).toEqual(new DamagedJournal(`run aaaa is damaged: ${sentence}`));
  });

  it("also when it is read from the middle", async () => {
    tamper("DELETE FROM events WHERE seq = 2");
    await expect(all(journal.read("aaaa", 2))).rejects.toThrow("run aaaa is damaged: entry 2 is missing");
  });

  it("whatever single value of whatever entry was changed", async () => {
    const change = fc.record({
      seq: fc.integer({ min: 1, max: 4 }),
      column: fc.constantFrom("at", "epoch", "v", "type", "body", "prev", "hash"),
      at: fc.nat(),
      by: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ seq, column, at, by }) => {
        const row = entries[seq - 1] as Entry;
        const original = column === "body" ? JSON.stringify(row.body) : row[column as "at" | "type"];
        const stored = tamperable(column, seq);
        tamper(`UPDATE events SET ${column} = ? WHERE seq = ?`, changed(stored, at, by), seq);
        await expect(all(journal.read("aaaa", 0))).rejects.toThrow(DamagedJournal);
        tamper(`UPDATE events SET ${column} = ? WHERE seq = ?`, stored, seq);
        expect(String(stored).length).toBe(String(original).length);
        expect(await all(journal.read("aaaa", 0))).toEqual(entries);
      }),
      { numRuns: 40 },
    );
  });

  it("and an event of a newer harness is named", async () => {
    const future = { ...note("x"), type: "wonder-worked" } as unknown as Entry;
    const [strange] = sealed("bbbb", null, [note("x")]) as [Entry];
    const { run, seq, at, epoch } = strange;
    const text = JSON.stringify({ at, body: future.body, epoch, run, seq, type: "wonder-worked", v: 1 });
    const body = JSON.stringify(future.body);
    const canonicalBody = JSON.stringify(
      JSON.parse(body),
      Object.keys(future.body).toSorted().concat("type"),
    );
    const hash = sha256(strange.prev + text.replace(body, canonicalBody));
    await journal.append("bbbb", null, [strange]);
    tamper("UPDATE events SET type = 'wonder-worked', hash = ? WHERE run = 'bbbb'", hash);
    tamper("UPDATE runs SET head_hash = ? WHERE id = 'bbbb'", hash);
    await expect(all(journal.read("bbbb", 0))).rejects.toThrow(
      'run bbbb cannot be read at entry 1: event type "wonder-worked" is not known to this harness',
    );
  });

  it("and an answer that nobody gave is not guessed", async () => {
    tamper(
      `INSERT INTO answers (run, subject, at, "by", value) VALUES ('aaaa', 's', 1, '{"type":"harness"}', '{"type":"approval","answer":"yes"}')`,
    );
    await expect(journal.answers("aaaa")).rejects.toThrow(/run aaaa: the answer to s cannot be read/);
  });
});

function tamperable(column: string, seq: number): string | number {
  const db = new Database(join(ground.stateDir, "harness.db"), { readonly: true });
  const value = db
    .prepare<[number], string | number>(`SELECT ${column} FROM events WHERE seq = ?`)
    .pluck()
    .get(seq);
  db.close();
  return value ?? 0;
}

/** Another value of the same kind and length. */
function changed(value: string | number, at: number, by: number): string | number {
  if (typeof value === "number") return value + by;
  const n = at % value.length;
  return (
    value.slice(0, n) +
    String.fromCodePoint(97 + ((((value.charCodeAt(n) - 96 + by) % 26) + 26) % 26)) +
    value.slice(n + 1)
  );
}

describe("group commit", () => {
  it("writes the batches of one tick in one commit and later ones in another", async () => {
    const wal = join(ground.stateDir, "harness.db-wal");
    const before = await commits(wal);
    await Promise.all(
      ["bbbb", "cccc", "dddd"].map((run) => journal.append(run, null, sealed(run, null, [note(run)]))),
    );
    expect((await commits(wal)) - before).toBe(1);
    await journal.append("aaaa", last(entries), sealed("aaaa", last(entries), [note("4")]));
    expect((await commits(wal)) - before).toBe(2);
  });

  it("is finished by close", async () => {
    const storage = await ground.open();
    const appended = storage.journal.append("bbbb", null, sealed("bbbb", null, [note("late")]));
    await storage.close();
    await appended;
    expect((await all(journal.read("bbbb", 0))).length).toBe(1);
  });

  it("rejects with the reason when the database cannot be written, and appends no more", async () => {
    tamper("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk is on fire'); END");
    const append = (): Promise<void> => journal.append("bbbb", null, sealed("bbbb", null, [note("x")]));
    await expect(append()).rejects.toThrow("disk is on fire");
    tamper("DROP TRIGGER full");
    await expect(append()).rejects.toThrow("disk is on fire");
    expect((await journal.runs()).length).toBe(1);
  });
});

/** Commits in a -wal file: frames whose header gives the size of the database after it (sqlite.org/fileformat2.html#walformat). */
async function commits(path: string): Promise<number> {
  const wal = await readFile(path);
  const frame = 24 + wal.readUInt32BE(8);
  let count = 0;
  for (let at = 32; at + frame <= wal.length; at += frame) count += Number(wal.readUInt32BE(at + 4) !== 0);
  return count;
}

describe("a run's lock", () => {
  const holder = `const { journal } = await openStorage(args[0]);
    const taken = await journal.own("aaaa");
    console.log("owned" in taken ? "mine" : JSON.stringify(taken));
    setInterval(() => {}, 1000);`;

  it("is free the moment its owner was killed", async () => {
    const { process, line, ended } = child(holder);
    expect(await line()).toBe("mine");
    expect(await journal.own("aaaa")).toEqual({ owner: { pid: process.pid, host: expect.any(String) } });
    process.kill("SIGKILL");
    await ended;
    expect(await journal.own("aaaa")).toHaveProperty("owned");
  });

  it("is kept by an owner that was stopped", async () => {
    const { process, line, ended } = child(holder);
    expect(await line()).toBe("mine");
    process.kill("SIGSTOP");
    expect(await journal.own("aaaa")).toEqual({ owner: { pid: process.pid, host: expect.any(String) } });
    process.kill("SIGCONT");
    expect(await journal.own("aaaa")).toHaveProperty("owner");
    process.kill("SIGKILL");
    await ended;
  });

  it("goes to one of many who want it, and the others name that one", async () => {
    const wanting = Array.from({ length: 3 }, () => child(holder));
    const said = await Promise.all(wanting.map(({ line }) => line()));
    const winner = wanting[said.indexOf("mine")];
    expect(said.filter((line) => line === "mine").length).toBe(1);
    for (const line of said.filter((line) => line !== "mine"))
      expect(JSON.parse(line)).toMatchObject({ owner: { pid: winner?.process.pid } });
  });

  it("does not believe the name that a dead owner left", async () => {
    const { process, line, ended } = child(holder);
    await line();
    const owner = join(ground.stateDir, "locks", "aaaa.owner");
    const left = await readFile(owner, "utf8");
    process.kill("SIGKILL");
    await ended;
    expect(await journal.own("aaaa")).toHaveProperty("owned");
    const mine = await readFile(owner, "utf8");
    await writeFile(owner, left);
    const asked = journal.own("aaaa");
    writeFileSync(owner, mine);
    expect(await asked).toEqual({ owner: JSON.parse(mine) });
    for (const useless of [left, ""]) {
      await writeFile(owner, useless);
      expect(await journal.own("aaaa")).toEqual({ owner: { pid: 0, host: "unknown" } });
    }
  });

  it("is not taken for what is no id", async () => {
    await expect(journal.own("../x")).rejects.toThrow(RangeError);
  });
});

describe("an append killed", () => {
  const append = (at: string): Child =>
    child(
      `import { seal } from ${JSON.stringify(new URL("../../../src/core/chain.ts", import.meta.url).href)};
      import { createHash } from "node:crypto";
      const { journal } = await openStorage(args[0], {
        failpoint: (at) => { if (at === args[1]) process.kill(process.pid, "SIGKILL"); },
      });
      const sha = (text) => createHash("sha256").update(text).digest("hex");
      const event = { type: "note-added", body: { thread: null, text: sha("x"), by: { type: "harness" } } };
      await journal.append("bbbb", null, seal("bbbb", null, 1, 1, [event, event], sha));`,
      at,
    );

  it.each([
    ["before", 0],
    ["after", 2],
  ])("%s its commit leaves %i entries", async (moment, left) => {
    const { signal, said } = await append(`append/${moment}/note-added`).ended;
    expect({ signal, said }).toEqual({ signal: "SIGKILL", said: "" });
    expect((await all(journal.read("bbbb", 0))).length).toBe(left);
  });
});
