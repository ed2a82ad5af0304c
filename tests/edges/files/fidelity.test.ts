import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Digest } from "../../../src/core/id.ts";
import type { Workspaces } from "../../../src/core/workspace.ts";
import { listTree } from "../../../src/core/tree-diff.ts";
import { treeStore } from "../../../src/core/tree-store.ts";
import { bytesOf } from "../../contracts/blobs.contract.ts";
import { linesOf, treeOf } from "../../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { tempDir } from "./ground.ts";
import { isAnyones, kinds } from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import { plainLook } from "./plain-look.ts";
import { plainWorkspaces } from "./plain-workspaces.ts";
import { steps, take } from "./random-trees.ts";
import { roundTrip } from "./round-trip.ts";
import type { RoundTrip } from "./round-trip.ts";
import { slotGround } from "./slot.ts";

const MiB = 1024 * 1024;
const nobody = 65534;
const asNobody = fileURLToPath(new URL("./as-nobody.ts", import.meta.url));
const largeFile = fileURLToPath(new URL("./large-file.ts", import.meta.url));
const isLong = process.env["HARNESS_LONG"] === "1";
const patience = isLong ? 1_800_000 : 120_000;
const noPython = spawnSync("python3", ["--version"]).status !== 0;
const realPlace = (): string => realpathSync(tempDir());
const bytes = (dir: string, ...name: (string | number)[]): Buffer =>
  Buffer.concat([
    Buffer.from(`${dir}/`),
    ...name.map((part) => (typeof part === "number" ? Buffer.from([part]) : Buffer.from(part))),
  ]);

afterEach(() => vi.useRealTimers());

/** Lets every file that is there now count as unchanged for long: only the date moves. */
const later = (): unknown => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });

describe("names", () => {
  test("that are not UTF-8, hold line breaks or look like our spelling come back byte for byte", async () => {
    const ground = slotGround();
    const one = await ground.checkout({});
    const names = [
      bytes(one.dir, "latin-", 0xe9),
      bytes(one.dir, "line\nbreak"),
      bytes(one.dir, "\uFFFD"),
      bytes(one.dir, "ff"),
      bytes(one.dir, 0xff),
      bytes(one.dir, 'tab\tand \\ and " and é'),
    ];
    for (const [n, name] of names.entries()) writeFileSync(name, `${n}`);
    mkdirSync(bytes(one.dir, "d", 0xff));
    symlinkSync(Buffer.from([0x2e, 0x2f, 0xfe]), bytes(one.dir, "d", 0xff, "/l", 0xfe));
    const { tree } = await one.snapshot();
    const two = await ground.workspaces.checkout("run/task/b/1", tree);
    expect((await two.snapshot()).tree).toBe(tree);
    expect(readdirSync(two.dir, "hex" as "buffer")).toEqual(readdirSync(one.dir, "hex" as "buffer"));
    expect(readFileSync(bytes(two.dir, 0xff), "utf8")).toBe("4");
    expect(readlinkSync(bytes(two.dir, "d", 0xff, "/l", 0xfe), "buffer")).toEqual(
      Buffer.from([0x2e, 0x2f, 0xfe]),
    );
    await two.reset(await ground.tree({}));
    expect(readdirSync(two.dir)).toEqual([]);
  });

  test("of a damaged tree lead nowhere else", async () => {
    const ground = slotGround();
    for (const name of ["..", ".", "", "\u00002e2e", "\u0000", "a\u0000b", "\u0000612f62"]) {
      const [content = ""] = await ground.blobs.put([new Uint8Array()]);
      const node = { v: 1, entries: [{ name, type: "file", mode: 0o644, size: 0, content }] };
      const [tree = ""] = await ground.blobs.put([Buffer.from(JSON.stringify(node))]);
      await expect(ground.workspaces.checkout("run/task/a/1", tree)).rejects.toThrow(
        /no directory can hold|a name in this tree is none/,
      );
    }
    expect(readdirSync(ground.base)).toEqual(["slots"]);
  });
});

describe("modes and links", () => {
  test("setuid and the like are no part of a tree, and a reset takes them away", async () => {
    const ground = slotGround();
    const slot = await ground.checkout({ run: { text: "r", mode: 0o755 }, "d/x": "x" });
    chmodSync(join(slot.dir, "run"), 0o4755);
    chmodSync(join(slot.dir, "d"), 0o1755);
    const { tree } = await slot.snapshot();
    expect(await linesOf(ground.blobs, tree)).toEqual(["d/ 755", "d/x 644 x", "run 755 r"]);
    await slot.reset(tree);
    expect(lstatSync(join(slot.dir, "run")).mode & 0o7777).toBe(0o755);
    expect(lstatSync(join(slot.dir, "d")).mode & 0o7777).toBe(0o755);
  });

  test("a reset parts hard links", async () => {
    const ground = slotGround();
    const slot = await ground.checkout({ a: "same", b: "same" });
    const tree = await ground.tree({ a: "same", b: "same" });
    const { dir } = slot;
    await slot.reset(await ground.tree({ a: "same" }));
    linkSync(join(dir, "a"), join(dir, "b"));
    await slot.reset(tree);
    appendFileSync(join(dir, "a"), "!");
    expect(readFileSync(join(dir, "b"), "utf8")).toBe("same");
  });

  test("the directory itself gets its mode back, and lets nobody else in above it", async () => {
    const ground = slotGround();
    const slot = await ground.checkout({ a: "a" });
    chmodSync(slot.dir, 0o000);
    await slot.reset(await ground.tree({ a: "a" }));
    expect(statSync(slot.dir).mode & 0o777).toBe(0o755);
    expect(statSync(join(ground.base, "slots")).mode & 0o777).toBe(0o700);
  });

  test("a reset leaves alone what is as it should be", async () => {
    const ground = slotGround();
    const spec = { a: "a", "d/b": "b", "d/l": { target: "b" } };
    const slot = await ground.checkout(spec);
    const inode = (path: string): number => lstatSync(join(slot.dir, path)).ino;
    const before = [inode("a"), inode("d"), inode("d/b"), inode("d/l")];
    writeFileSync(join(slot.dir, "d/c"), "c");
    await slot.reset(await ground.tree(spec));
    expect([inode("a"), inode("d"), inode("d/b"), inode("d/l")]).toEqual(before);
  });
});

describe("large and many files", () => {
  test("large ones pass through in pieces, and are stored only when they changed", async () => {
    const ground = slotGround();
    const slot = await ground.checkout({});
    const large = bytesOf(9 * MiB + 7, 1);
    writeFileSync(join(slot.dir, "large"), large);
    writeFileSync(join(slot.dir, "edge"), large.subarray(0, MiB));
    ground.puts.sizes.length = 0;
    const { tree } = await slot.snapshot();
    expect(ground.puts.streams).toBe(1);
    expect(Math.max(...ground.puts.sizes.flat())).toBe(MiB);
    await slot.snapshot();
    expect(ground.puts.streams).toBe(1);
    const two = await ground.workspaces.checkout("run/task/b/1", tree);
    expect(Buffer.compare(readFileSync(join(two.dir, "large")), large)).toBe(0);
    truncateSync(join(two.dir, "large"), 2 * MiB);
    expect((await two.snapshot()).tree).not.toBe(tree);
    await two.reset(tree);
    expect(Buffer.compare(readFileSync(join(two.dir, "large")), large)).toBe(0);
  });

  test("many small ones go in batches of at most 5 MiB", async () => {
    const ground = slotGround();
    const slot = await ground.checkout({});
    for (let n = 0; n < 40; n += 1) writeFileSync(join(slot.dir, `f${n}`), bytesOf(300_000, n));
    for (let n = 0; n < 1500; n += 1) writeFileSync(join(slot.dir, `g${n}`), `${n}`);
    ground.puts.sizes.length = 0;
    const { tree } = await slot.snapshot();
    const sums = ground.puts.sizes.map((sizes) => sizes.reduce((sum, size) => sum + size, 0));
    expect(Math.max(...sums)).toBeLessThanOrEqual(5 * MiB);
    expect(ground.puts.sizes.length).toBeLessThan(10);
    expect((await linesOf(ground.blobs, tree)).length).toBe(1540);
  });

  test("what did not change is not stored again", async () => {
    const ground = slotGround();
    const slot = await ground.checkout({ a: "a", "d/b": "b", "e/c": "c" });
    await slot.snapshot();
    ground.puts.sizes.length = 0;
    await slot.snapshot();
    expect(ground.puts.sizes).toEqual([]);
    writeFileSync(join(slot.dir, "d/b"), "B");
    await slot.snapshot();
    // The file, then the nodes of `d` and of the root.
    expect(ground.puts.sizes.map(({ length }) => length)).toEqual([1, 2]);
  });

  test("a change that puts size and mtime back is seen, by its ctime", async () => {
    const ground = slotGround();
    const slot = await ground.checkout({ a: "good" });
    const at = join(slot.dir, "a");
    later();
    await slot.snapshot();
    const { atimeMs, mtimeMs } = statSync(at);
    writeFileSync(at, "evil");
    utimesSync(at, atimeMs / 1000, mtimeMs / 1000);
    expect(await linesOf(ground.blobs, (await slot.snapshot()).tree)).toEqual(["a 644 evil"]);
    writeFileSync(at, "mean");
    utimesSync(at, atimeMs / 1000, mtimeMs / 1000);
    await slot.reset(await ground.tree({ a: "evil" }));
    expect(readFileSync(at, "utf8")).toBe("evil");
  });
});

/** The trip lost nothing: our own digests say so, and so does a look that knows nothing of them. */
function expectFaithful(kind: Kind, trip: RoundTrip): void {
  const skipped = [...(kind.skipped ?? [])];
  expect(trip.first.skipped).toEqual(skipped);
  expect(trip.again).toBe(trip.first.tree);
  expect(trip.second).toEqual({ tree: trip.first.tree, skipped: [] });
  const isKept = (line: string): boolean => !line.endsWith(" other");
  const there = plainLook(trip.from, 0o777);
  expect(there.filter((line) => !isKept(line)).length).toBe(skipped.length);
  expect(plainLook(trip.to)).toEqual(there.filter(isKept));
}

const isRoot = process.geteuid?.() === 0;

describe("every kind of tree, through a snapshot and back", () => {
  test.for(kinds)("$name", async (kind, { skip }) => {
    skip(kind.root === true && !isRoot, "only root can make a device");
    const trip = await roundTrip(join(realPlace(), "slots"), kind);
    expect(trip.second).toEqual({ tree: trip.first.tree, skipped: [] });
    expectFaithful(kind, trip);
  });

  test("all of them as a user whom modes bind, in a process that is nobody's", async ({ skip }) => {
    skip(!isRoot, "the tests above run as one");
    const place = realPlace();
    chownSync(place, nobody, nobody);
    const { stdout } = await promisify(execFile)(process.execPath, [asNobody, place, `${nobody}`], {
      maxBuffer: 64 * MiB,
    });
    const trips = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as RoundTrip & { name: string; uid: number });
    const possible = kinds.filter(isAnyones);
    expect(trips.map(({ name, uid }) => [name, uid])).toEqual(possible.map(({ name }) => [name, nobody]));
    for (const [n, kind] of possible.entries()) expectFaithful(kind, trips[n] as RoundTrip);
  });
});

describe("any tree", { timeout: patience }, () => {
  /** Lets the file system's clock move on, so that a change from now on shows in `ctime`. */
  function tick(dir: string): void {
    const at = join(dir, "tick");
    const times = new Set<bigint>();
    while (times.size < 2) {
      writeFileSync(at, "");
      times.add(statSync(at, { bigint: true }).ctimeNs);
    }
  }

  test("is reset to from whatever was there, as if it were written anew", async () => {
    const isHere = { numRuns: isLong ? 1500 : 25 };
    const place = realPlace();
    const fifo = join(place, "fifo");
    execFileSync("mkfifo", [fifo]);
    let nth = 0;
    const fresh = async (workspaces: Workspaces, tree: Digest): Promise<readonly string[]> => {
      const made = await workspaces.checkout("fresh", tree);
      expect((await made.snapshot()).tree).toBe(tree);
      return plainLook(made.dir);
    };
    const property = fc.asyncProperty(steps, steps, steps, steps, fc.boolean(), async (a, b, c, d, waits) => {
      const blobs = memoryBlobs();
      const workspaces = plainWorkspaces(join(place, `${(nth += 1)}`), blobs);
      const [one, two] = [
        await workspaces.checkout("one", await treeOf(blobs, {})),
        await workspaces.checkout("two", await treeOf(blobs, {})),
      ];
      take(one.dir, fifo, a);
      take(two.dir, fifo, b);
      tick(place);
      // What counts as long unchanged is not read again.
      if (waits) later();
      const [treeA, treeB] = [(await one.snapshot()).tree, (await two.snapshot()).tree];
      for (const [slot, changes, tree] of [[one, c, treeA] as const, [one, d, treeB] as const]) {
        tick(place);
        take(slot.dir, fifo, changes);
        await slot.reset(tree);
        const there = plainLook(slot.dir);
        expect((await slot.snapshot()).tree).toBe(tree);
        expect(there).toEqual(await fresh(workspaces, tree));
      }
      await workspaces.sweep("");
      vi.useRealTimers();
    });
    await fc.assert(property, isHere);
  });
});

describe("while others write", { timeout: patience }, () => {
  /** Writes, renames, removes and replaces without end; says a line when it has begun. */
  const busy = `
    const fs = require("node:fs");
    const quietly = (act) => { try { act(); } catch (error) { if (!error.code) throw error; } };
    fs.writeFileSync("torn", "A".repeat(65536));
    const torn = fs.openSync("torn", "r+"), log = fs.openSync("log", "a"), grown = fs.openSync("grown", "w");
    console.log("begun");
    for (let n = 0; ; n += 1) {
      const name = "whole-" + (n % 20);
      fs.writeFileSync("../next", (name + " " + n + "\\n").repeat(1 + (n * 37) % 3000));
      fs.renameSync("../next", name);
      fs.writeSync(torn, (n % 2 === 0 ? "B" : "A").repeat(65536), 0);
      fs.writeSync(log, n + "\\n");
      if (n % 500 === 499) fs.ftruncateSync(log, 0);
      if (n % 50 === 0) fs.ftruncateSync(grown, 0);
      fs.writeSync(grown, "x".repeat(1000), (n % 50) * 1000);
      quietly(() => fs.rmSync("turns", { recursive: true, force: true }));
      if (n % 3 === 0) quietly(() => fs.writeFileSync("turns", "turns"));
      if (n % 3 === 1) quietly(() => { fs.mkdirSync("turns"); fs.writeFileSync("turns/below", "turns/below"); });
      if (n % 3 === 2) quietly(() => fs.symlinkSync("elsewhere", "turns"));
    }`;

  const isLines = (text: string): boolean => /^(\d+\n)*$/.test(text);
  /** What each file may hold, whenever it is read. */
  const fits = (path: string, text: string): boolean => {
    if (path.startsWith("whole-")) return text.startsWith(`${path} `) && isRepeated(text);
    if (path === "torn") return text.length === 65_536 && /^[AB]*$/.test(text);
    if (path === "log") return isLines(text);
    return path === "grown" ? /^x*$/.test(text) && text.length <= 50_000 : text === path || text === "";
  };
  const isRepeated = (text: string): boolean => {
    const line = text.slice(0, text.indexOf("\n") + 1);
    return text === line.repeat(text.length / line.length);
  };

  test("a snapshot holds what was there, each under its own name, and the last one holds all of it", async () => {
    const ground = slotGround();
    const slot = await ground.checkout({});
    const child = spawn(process.execPath, ["-e", busy], {
      cwd: slot.dir,
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    const turns = new Set<string>();
    const trees = new Set<Digest>();
    for (let n = 0; n < (isLong ? 3000 : 60) || turns.size < 3; n += 1) {
      const { tree, skipped } = await slot.snapshot();
      expect(skipped).toEqual([]);
      trees.add(tree);
      for await (const { path, entry } of listTree(treeStore(ground.blobs), tree)) {
        if (path === "turns") turns.add(entry.type);
        if (entry.type !== "file") continue;
        const bytes = await ground.blobs.get(entry.content);
        expect([path, bytes.length]).toEqual([path, entry.size]);
        const text = new TextDecoder().decode(bytes);
        if (!fits(path, text)) expect.fail(`${path} holds ${JSON.stringify(text.slice(0, 200))}`);
      }
    }
    child.kill("SIGKILL");
    await once(child, "close");
    expect(trees.size).toBeGreaterThan(20);
    const { tree } = await slot.snapshot();
    const two = await ground.workspaces.checkout("run/task/b/1", tree);
    expect(plainLook(two.dir)).toEqual(plainLook(slot.dir));
  });

  const mapping = `import mmap, sys
with open("m", "r+b") as file:
    mapped = mmap.mmap(file.fileno(), 4)
    for line in sys.stdin:
        mapped[0:4] = line.encode()[0:4]
        print("written", flush=True)
`;

  /**
   * A page that is dirty already is written to without the file system's knowledge: no time of the file changes, and
   * nothing but reading it shows it.
   */
  test.skipIf(noPython)(
    "a second write through a shared mapping is seen by a snapshot that looks anew",
    async () => {
      const ground = slotGround();
      const slot = await ground.checkout({ m: "0000" });
      const child = spawn("python3", ["-c", mapping], { cwd: slot.dir, stdio: ["pipe", "pipe", "inherit"] });
      onTestFinished(() => void child.kill("SIGKILL"));
      const write = async (text: string): Promise<void> => {
        child.stdin.write(`${text}\n`);
        await once(child.stdout, "data");
      };
      await write("1111");
      later();
      expect(await linesOf(ground.blobs, (await slot.snapshot()).tree)).toEqual(["m 644 1111"]);
      await write("2222");
      child.stdin.end();
      await once(child, "close");
      expect(readFileSync(join(slot.dir, "m"), "utf8")).toBe("2222");
      expect(await linesOf(ground.blobs, (await slot.snapshot({ anew: true })).tree)).toEqual(["m 644 2222"]);
    },
  );

  test("hard links that were both written to come back as two files of the same bytes", async () => {
    const ground = slotGround();
    const slot = await ground.checkout({ a: "same" });
    linkSync(join(slot.dir, "a"), join(slot.dir, "b"));
    later();
    const { tree } = await slot.snapshot();
    appendFileSync(join(slot.dir, "a"), " and a");
    appendFileSync(join(slot.dir, "b"), " and b");
    const after = (await slot.snapshot()).tree;
    const both = ["a 644 same and a and b", "b 644 same and a and b"];
    expect(await linesOf(ground.blobs, after)).toEqual(both);
    const two = await ground.workspaces.checkout("run/task/b/1", after);
    expect(lstatSync(join(two.dir, "a")).nlink).toBe(1);
    await slot.reset(tree);
    expect(await linesOf(ground.blobs, (await slot.snapshot()).tree)).toEqual(["a 644 same", "b 644 same"]);
  });
});

/** In a process of its own, whose memory is its own too. `HARNESS_LONG=1`: 1 GiB. */
test(
  "a large file passes through real storage and back in little memory",
  { timeout: patience },
  async () => {
    const [size, most] = isLong ? [1024, 200] : [64, 48];
    const { stdout } = await promisify(execFile)(process.execPath, [largeFile, realPlace(), `${size}`], {
      // Compiled code that is kept takes memory that is not the file's.
      env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: "1" },
    });
    const { grownMiB, ...same } = JSON.parse(stdout) as { grownMiB: number };
    expect(same).toEqual({ isSame: true, isBack: true });
    expect(grownMiB).toBeLessThanOrEqual(most);
  },
);
