import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bytesOf } from "../../contracts/blobs.contract.ts";
import { linesOf } from "../../contracts/workspaces.contract.ts";
import { slotGround } from "./slot.ts";

const MiB = 1024 * 1024;
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
