import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeBackup } from "../../../src/edges/sqlite/backup.ts";
import { openEvaluations, openEvaluationsReader } from "../../../src/edges/sqlite/evaluations.ts";
import { StorageRefused } from "../../../src/edges/sqlite/refused.ts";
import { restoreBackup } from "../../../src/edges/sqlite/restore.ts";
import { openStorage } from "../../../src/edges/sqlite/storage.ts";
import { headerOf, readHeader } from "../../../src/edges/sqlite/tar.ts";
import { bytesOf } from "../../contracts/blobs.contract.ts";
import { all, note, sealed } from "../../contracts/journal.contract.ts";
import { startChild } from "./child.ts";
import { newGround } from "./ground.ts";
import type { Ground } from "./ground.ts";

const MiB = 1024 * 1024;
const about = { harness: "0.1.0", at: 1_700_000_000_123 };
const verified = { isVerified: () => true };
let ground: Ground;
let file: string;
let target: string;

beforeEach(async () => {
  ground = await newGround();
  file = join(dirname(ground.stateDir), "backup.tar");
  target = join(dirname(ground.stateDir), "other", ".harness");
  await mkdir(dirname(target));
});
afterEach(() => ground.remove());

const entries = sealed("aaaa", null, [note("one"), note("two")]);

/** A state directory with a run and blobs, and a backup of it. @returns the digest of a blob of two chunks */
async function backedUp(): Promise<string> {
  const { journal, blobs, environments } = await ground.open();
  await journal.append("aaaa", null, entries);
  const [digest = ""] = await blobs.put([bytesOf(2 * MiB, 1, true)]);
  environments.keep("k", digest);
  const { bytes } = await writeBackup(ground.stateDir, file, about);
  expect(bytes).toBe((await stat(file)).size);
  return digest;
}

async function refusal(): Promise<string> {
  const error: unknown = await restoreBackup(file, target, verified).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(StorageRefused);
  expect(await readdir(dirname(target))).toEqual([]);
  return (error as Error).message;
}

async function flip(at: number): Promise<() => Promise<void>> {
  const handle = await open(file, "r+");
  const byte = new Uint8Array(1);
  await handle.read(byte, 0, 1, at);
  const write = async (value: number): Promise<void> =>
    void (await handle.write(new Uint8Array([value]), 0, 1, at));
  await write((byte[0] ?? 0) ^ 1);
  return async () => {
    await write(byte[0] ?? 0);
    await handle.close();
  };
}

describe("a backup", () => {
  it("is one private file, of which everything is restored, private and ignored by git", async () => {
    const digest = await backedUp();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.part`)).toBe(false);
    const { manifest, damaged } = await restoreBackup(file, target, verified);
    expect(damaged).toEqual([]);
    expect(manifest).toMatchObject({ ...about, runs: [{ id: "aaaa", seq: 2, hash: entries[1]?.hash }] });
    expect((await stat(target)).mode & 0o777).toBe(0o700);
    expect(await readFile(join(target, ".gitignore"), "utf8")).toBe("*\n");
    expect(await readdir(dirname(target))).toEqual([".harness"]);
    const restored = await openStorage(target);
    expect(await all(restored.journal.read("aaaa", 0))).toEqual(entries);
    expect(restored.environments.find("k")).toBe(digest);
    expect(Buffer.compare(await restored.blobs.get(digest), bytesOf(2 * MiB, 1, true))).toBe(0);
    await restored.blobs.put([bytesOf(10, 2)]);
    await restored.close();
    const db = new Database(join(target, "blobs.db"));
    expect(db.pragma("auto_vacuum", { simple: true })).toBe(2);
    db.close();
  });

  it("can be unpacked by anybody's tar", async (context) => {
    await backedUp();
    try {
      execFileSync("tar", ["--version"]);
    } catch {
      return context.skip("tar is not installed");
    }
    expect(execFileSync("tar", ["-tf", file], { encoding: "utf8" })).toBe(
      "harness.db\nblobs.db\nmanifest.json\n",
    );
    await mkdir(target);
    execFileSync("tar", ["-xf", file, "-C", target]);
    const unpacked = await openStorage(target);
    expect(await all(unpacked.journal.read("aaaa", 0))).toEqual(entries);
    await unpacked.close();
  });

  it("brings answers and reports of evaluations back, which were paid for; every byte of them is checked", async () => {
    await (await ground.open()).close();
    const evaluations = await openEvaluations(ground.stateDir);
    const answer = { key: "a".repeat(64), evaluation: "e1", at: 5, value: { text: "yes" } };
    await evaluations.put(answer);
    await evaluations.putReport({ id: "e1", at: 6, suite: "core", head: {} }, { found: "much" });
    await writeBackup(ground.stateDir, file, about);
    evaluations.close();
    const { manifest } = await restoreBackup(file, target, verified);
    expect(manifest.files.map(({ name }) => name)).toEqual(["harness.db", "blobs.db", "evals.db"]);
    const restored = await openEvaluations(target);
    expect((await restored.find([answer.key])).get(answer.key)).toEqual([answer]);
    expect(await restored.report("e1")).toEqual({ found: "much" });
    restored.close();
    await rm(target, { recursive: true });
    const start = (await readFile(file)).indexOf("evals.db\0");
    for (const at of [start, start + 512 + 5000]) {
      const back = await flip(at);
      expect(await refusal()).toMatch(/is damaged: (?:evals\.db|manifest\.json) is not what was backed up/);
      await back();
    }
  });

  it("of a state without a run holds what was evaluated alone; a part of a state that had runs is not taken for it", async () => {
    const evaluations = await openEvaluations(ground.stateDir);
    evaluations.begin({ id: "e1", at: 5, suite: "core", candidate: "a".repeat(64), isGated: true });
    await evaluations.putReport({ id: "e1", at: 6, suite: "core", head: {} }, { found: "much" });
    expect(await writeBackup(ground.stateDir, file, about)).toMatchObject({ evaluations: 1 });
    const { manifest, evaluations: count, damaged } = await restoreBackup(file, target, verified);
    expect(manifest).toMatchObject({ files: [{ name: "evals.db" }], runs: [] });
    expect({ count, damaged }).toEqual({ count: 1, damaged: [] });
    const restored = await openEvaluationsReader(target);
    expect(restored.begun()).toEqual(evaluations.begun());
    expect(await restored.report("e1")).toEqual({ found: "much" });
    restored.close();
    evaluations.close();
    await rm(target, { recursive: true });
    const start = (await readFile(file)).indexOf("evals.db\0");
    for (const at of [start, start + 512 + 5000]) {
      const back = await flip(at);
      expect(await refusal()).toMatch(/is not a backup that harness made|is damaged/);
      await back();
    }
    await (await ground.open()).close();
    await rm(join(ground.stateDir, "harness.db"));
    await expect(writeBackup(ground.stateDir, `${file}2`, about)).rejects.toThrow(
      /there is no \S+harness\.db/,
    );
  });

  it("never takes another file's place, nor that of one that is being written", async () => {
    await (await ground.open()).close();
    await writeFile(file, "mine");
    await expect(writeBackup(ground.stateDir, file, about)).rejects.toThrow(
      `${file} exists; name a new file`,
    );
    expect(await readFile(file, "utf8")).toBe("mine");
    const other = `${file}2`;
    await mkdir(`${other}.part`);
    await expect(writeBackup(ground.stateDir, other, about)).rejects.toThrow(`${other}.part is there`);
    const nowhere = join(file, "x");
    await expect(writeBackup(ground.stateDir, nowhere, about)).rejects.toThrow(StorageRefused);
    await expect(writeBackup(ground.stateDir, join(target, "x", "y"), about)).rejects.toThrow(
      `${join(target, "x")} is not a directory`,
    );
  });

  it("of a journal that is written meanwhile has every blob that it names", async () => {
    await (await ground.open()).close();
    const child = startChild(
      `const { seal, headOf } = await import(${JSON.stringify(new URL("../../../src/core/chain.ts", import.meta.url).href)});
       const { createHash } = await import("node:crypto");
       const { journal, blobs } = await openStorage(args[0]);
       const sha256 = (text) => createHash("sha256").update(text).digest("hex");
       let after = null;
       for (let n = 0; ; n++) {
         const [text] = await blobs.put([new TextEncoder().encode("note " + n)]);
         const event = { type: "note-added", body: { thread: null, text, by: { type: "harness" } } };
         const entries = seal("aaaa", after, 1, n, [event], sha256);
         await journal.append("aaaa", after, entries);
         after = headOf(entries[0]);
         if (n === 20) console.log("at work");
       }`,
      ground.stateDir,
    );
    expect(await child.line()).toBe("at work");
    let seen = 0;
    for (let n = 0; n < 6; n++) {
      const [one, place] = [`${file}${n}`, `${target}${n}`];
      await writeBackup(ground.stateDir, one, about);
      await restoreBackup(one, place, verified);
      const restored = await openStorage(place);
      const named = (await all(restored.journal.read("aaaa", 0))).map((entry) =>
        entry.type === "note-added" ? entry.body.text : "",
      );
      expect(named.length).toBeGreaterThan(seen);
      seen = named.length;
      expect(await restored.blobs.missing(named)).toEqual([]);
      await restored.close();
    }
    child.process.kill("SIGKILL");
    await child.ended;
  }, 60_000);
});

describe("a backup is refused in one sentence, and nothing is made", () => {
  it("when any byte of it is flipped", async () => {
    await backedUp();
    const { size } = await stat(file);
    const step = Math.floor(size / 60);
    const places = Array.from({ length: 60 }, (_, n) => n * step + (n % 7));
    // The bytes of a header that its own sum does not cover, and a version that nobody needs, among them.
    const version = (await readFile(file, "latin1")).lastIndexOf('"harness":"0.1.0"') + 12;
    for (const at of [
      ...places,
      154,
      155,
      version,
      size - 1,
      size - 1024,
      size - 1025,
      size - 1200,
      size - 1500,
    ]) {
      const back = await flip(at);
      expect(await refusal()).toMatch(/ (is damaged: |is not a backup|is cut short)/);
      await back();
    }
    expect((await restoreBackup(file, target, verified)).damaged).toEqual([]);
  });

  it("when it is cut, or goes on", async () => {
    await backedUp();
    const { size } = await stat(file);
    await writeFile(file, "x", { flag: "a" });
    expect(await refusal()).toBe(
      `${file} is damaged: what follows its end is not what was backed up; take another backup`,
    );
    for (const [length, where] of [
      [size - 1, "its end"],
      [size - 1100, "manifest.json"],
      [size - 10_000, "blobs.db"],
      [5_000, "harness.db"],
      [600, "harness.db"],
    ] as const) {
      await truncate(file, length);
      expect(await refusal()).toBe(`${file} is cut short: it ends in ${where}`);
    }
    await truncate(file, 100);
    expect(await refusal()).toBe(`${file} is not a backup that harness made`);
  });

  it("when it is something else, or nothing", async () => {
    expect(await refusal()).toBe(`there is no ${file}`);
    await writeFile(file, "x".repeat(5_000));
    expect(await refusal()).toBe(`${file} is not a backup that harness made`);
    file = dirname(target);
    expect(await refusal()).toBe(`${file} is not a file`);
  });

  it("when there is state already, which stays", async () => {
    await backedUp();
    await mkdir(target);
    await writeFile(join(target, "mine"), "");
    await expect(restoreBackup(file, target, verified)).rejects.toThrow(`${target} is there already`);
    expect(await readdir(target)).toEqual(["mine"]);
  });
});

describe("what was damaged before it was backed up", () => {
  it("is found among the blobs when they are read, and restored as it is", async () => {
    const { journal, blobs } = await ground.open();
    await journal.append("aaaa", null, entries);
    const [digest = ""] = await blobs.put([bytesOf(100, 1)]);
    const db = new Database(join(ground.stateDir, "blobs.db"));
    db.exec("UPDATE chunks SET bytes = zeroblob(100)");
    db.close();
    await writeBackup(ground.stateDir, file, about);
    expect((await restoreBackup(file, target, verified)).damaged).toEqual([digest]);
    const unread = await restoreBackup(file, `${target}2`, { isVerified: (bytes) => bytes < 100 });
    expect(unread.damaged).toBeNull();
  });

  it("is refused in the journal: the run is named", async () => {
    const { journal } = await ground.open();
    await journal.append("aaaa", null, entries);
    const db = new Database(join(ground.stateDir, "harness.db"));
    db.exec("UPDATE events SET at = at + 1 WHERE seq = 1");
    db.close();
    await writeBackup(ground.stateDir, file, about);
    await expect(restoreBackup(file, target, verified)).rejects.toThrow("run aaaa is damaged: entry 1");
    expect(await readdir(dirname(target))).toEqual([]);
  });
});

describe("a header of a tar archive", () => {
  it.each([0, 511, 8 ** 11 - 1, 8 ** 11, 2 ** 45])("tells a size of %i bytes", (size) => {
    expect(readHeader(headerOf({ name: "blobs.db", size }, 1_700_000_000))).toEqual({
      name: "blobs.db",
      size,
    });
  });
});
