import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MissingBlob } from "../../../src/core/ports.ts";
import { treeStore } from "../../../src/core/tree-store.ts";
import { exportTree } from "../../../src/edges/files/export-tree.ts";
import { FilesRefused } from "../../../src/edges/files/refused.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { filesOf, readFiles, tempDir, treeOf } from "./ground.ts";
import type { Specs } from "./ground.ts";

const files: Specs = {
  a: { text: "1", mode: 0o644 },
  "d/private": { text: "2", mode: 0o600 },
  "d/run": { text: "#!", mode: 0o755 },
  "d/e": { dir: 0o700 },
  "d/link": { link: "../../outside" },
  "locked/x": { text: "3", mode: 0o400 },
  large: { text: "0123456789".repeat(300_000), mode: 0o644 },
  'é "\n': { text: "odd", mode: 0o644 },
};
/** `files` as they come out: directories too. */
const whole = { ...files, d: { dir: 0o755 }, locked: { dir: 0o555 } };

async function filesTree(blobs: ReturnType<typeof memoryBlobs>): Promise<string> {
  return treeOf(blobs, { ...Object.fromEntries(Object.entries(files)), locked: { dir: 0o555 } });
}

describe("exportTree", () => {
  it.each<[string, (dir: string) => string]>([
    ["a new directory", (dir) => join(dir, "new")],
    ["a new directory in new directories", (dir) => join(dir, "x/y/new")],
    ["an empty directory", (dir) => (mkdirSync(join(dir, "empty")), join(dir, "empty"))],
    [
      "an empty directory behind a symlink",
      (dir) => (mkdirSync(join(dir, "e")), symlinkSync("e", join(dir, "l")), join(dir, "l")),
    ],
  ])("writes all of a tree, exactly, into %s", async (_name, place) => {
    const blobs = memoryBlobs();
    const to = place(tempDir());
    expect(await exportTree({ blobs, tree: await filesTree(blobs), to })).toEqual({ files: 7, leftOut: [] });
    expect(readFiles(to)).toEqual(whole);
    expect(readdirSync(join(to, "..")).filter((name) => name.startsWith(".harness"))).toEqual([]);
  });

  it("writes an empty tree", async () => {
    const blobs = memoryBlobs();
    const to = join(tempDir(), "new");
    expect(await exportTree({ blobs, tree: await treeOf(blobs, {}), to })).toEqual({ files: 0, leftOut: [] });
    expect(readdirSync(to)).toEqual([]);
  });

  it("gives a new directory the mode the user gives theirs, and keeps an empty one as it is", async () => {
    const blobs = memoryBlobs();
    const dir = tempDir();
    mkdirSync(join(dir, "plain"));
    mkdirSync(join(dir, "empty"));
    chmodSync(join(dir, "empty"), 0o711);
    const { ino } = statSync(join(dir, "empty"));
    const tree = await treeOf(blobs, { a: "1" });
    for (const name of ["new", "empty"]) await exportTree({ blobs, tree, to: join(dir, name) });
    expect(statSync(join(dir, "new")).mode).toBe(statSync(join(dir, "plain")).mode);
    expect(statSync(join(dir, "empty"))).toMatchObject({ ino, mode: 0o40711 });
  });

  it("takes names that are not UTF-8", async () => {
    const blobs = memoryBlobs();
    const tree = await treeOf(blobs, { "\0ff": "x", "\0fe/\0fd": "y" });
    for (const name of ["new", "empty"]) {
      const to = join(tempDir(), name);
      if (name === "empty") mkdirSync(to);
      await exportTree({ blobs, tree, to });
      expect(readdirSync(to, "latin1")).toEqual(["\xfe", "\xff"]);
    }
  });

  it.each<[string, (dir: string) => string, RegExp]>([
    [
      "a directory that is not empty",
      (dir) => (writeFileSync(join(dir, "x"), "mine"), dir),
      /is not empty; name a new/,
    ],
    [
      "a file",
      (dir) => (writeFileSync(join(dir, "x"), "mine"), join(dir, "x")),
      /is not a directory; name a new/,
    ],
    [
      "a place below a file",
      (dir) => (writeFileSync(join(dir, "x"), "mine"), join(dir, "x/y")),
      /is not a directory/,
    ],
    ["a dangling symlink", (dir) => (symlinkSync("nowhere", join(dir, "l")), join(dir, "l")), /; name a new/],
  ])("refuses %s, and changes nothing", async (_name, place, message) => {
    const blobs = memoryBlobs();
    const dir = tempDir();
    const to = place(dir);
    const before = readFiles(dir);
    const refused = await exportTree({ blobs, tree: await treeOf(blobs, { x: "1" }), to }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(FilesRefused);
    expect((refused as FilesRefused).message).toMatch(message);
    expect(readFiles(dir)).toEqual(before);
  });

  const start: Specs = {
    a: "1",
    "same/.git/config": "user's",
    "changed/.git/config": "user's",
    "changed/.git/HEAD": "main",
    "gone/.git/config": "user's",
    "gone/x": "1",
    "file/.git": "gitdir: ../store",
    "moved/sub/.git/config": "user's",
  };
  const end: Specs = {
    a: "2",
    "same/.git/config": "user's",
    "same/new": "x",
    "changed/.git/config": "fsmonitor",
    "changed/.git/hooks/post-checkout": { text: "#!", mode: 0o755 },
    "changed/.GIT/config": "fsmonitor",
    "gone/x": "1",
    "file/.git": { link: "../evil" },
    "elsewhere/.git/config": "user's",
    "n/deep/git~1": "gitdir: ../evil",
    "n/deep/.g\u200cit/config": "fsmonitor",
    "n/.gitignore": "kept",
    "n/.harness": "kept",
    ".git/config": "fsmonitor",
    ".git. ": "fsmonitor",
    ".harness/runs": "x",
    ".Harness": "x",
  };
  const made = ["elsewhere/.git", "n/deep/.g\u200cit", "n/deep/git~1"];
  const atTop = [".Harness", ".git", ".git. ", ".harness"];

  it.each<[string, boolean, Specs, readonly string[]]>([
    [
      "as at the start",
      true,
      {
        "same/.git/config": "user's",
        "changed/.git/config": "user's",
        "changed/.git/HEAD": "main",
        "file/.git": "gitdir: ../store",
      },
      [...atTop, "changed/.GIT", "changed/.git", ...made, "file/.git"],
    ],
    [
      "out when no start is known",
      false,
      { changed: { dir: 0o755 }, file: { dir: 0o755 } },
      [...atTop, "changed/.GIT", "changed/.git", ...made, "file/.git", "same/.git"],
    ],
  ])("leaves each .git %s, in every spelling, and says so", async (_name, isKnown, git, leftOut) => {
    const blobs = memoryBlobs();
    const [startTree, tree] = [await treeOf(blobs, start), await treeOf(blobs, end)];
    const to = join(tempDir(), "new");
    const before = new Set(blobs.disk.keys());
    const exported = await exportTree({ blobs, tree, to, ...(isKnown ? { startTree } : {}) });
    const kept: Specs = {
      a: "2",
      "same/new": "x",
      "gone/x": "1",
      "n/.gitignore": "kept",
      "n/.harness": "kept",
    };
    const dirs = { elsewhere: { dir: 0o755 }, "n/deep": { dir: 0o755 } };
    const wanted = await treeOf(blobs, { ...kept, ...git, ...dirs });
    expect(readFiles(to)).toEqual(await filesOf(blobs, wanted));
    expect(exported.leftOut.toSorted()).toEqual(leftOut.toSorted());
    expect(exported.files).toBe(
      Object.keys(kept).length + Object.values(git).filter((one) => typeof one === "string").length,
    );
    for (const digest of before) expect(blobs.disk.has(digest)).toBe(true);
  });

  it.each<[string, (dir: string) => string]>([
    ["at the top", (dir) => join(dir, ".harness")],
    ["deep in it", (dir) => join(dir, ".harness/runs/new")],
    ["in another spelling", (dir) => join(dir, ".Harness/new")],
    [
      "behind a symlink",
      (dir) => (
        mkdirSync(join(dir, ".harness")),
        symlinkSync(".harness", join(dir, "l")),
        join(dir, "l/x/y")
      ),
    ],
  ])("refuses a target in .harness: %s", async (_name, place) => {
    const blobs = memoryBlobs();
    const dir = tempDir();
    const to = place(dir);
    const before = readFiles(dir);
    const refused = exportTree({ blobs, tree: await treeOf(blobs, { x: "1" }), to });
    await expect(refused).rejects.toThrow(
      new FilesRefused(`${to} lies in a .harness directory; name another directory`),
    );
    expect(readFiles(dir)).toEqual(before);
  });

  it.skipIf(!existsSync("/proc/self")).each(["/proc/x", "/proc/x/y"])(
    "says to name another directory for %s, which cannot be made",
    async (to) => {
      const blobs = memoryBlobs();
      const refused = exportTree({ blobs, tree: await treeOf(blobs, { x: "1" }), to });
      await expect(refused).rejects.toThrow(FilesRefused);
      await expect(refused).rejects.toThrow(
        /^\/proc\/x\S* (cannot be made|may not be written); name another directory$/,
      );
    },
  );

  it("leaves nothing behind when it fails on the way", async () => {
    const blobs = memoryBlobs();
    const dir = tempDir();
    const tree = await treeOf(blobs, { a: "1", "d/b": "2", last: "3" });
    const last = (await treeStore(blobs).load(tree)).entries.find(({ name }) => name === "last");
    if (last?.type === "file") blobs.disk.delete(last.content);
    mkdirSync(join(dir, "empty"));
    for (const name of ["new", "empty"]) {
      await expect(exportTree({ blobs, tree, to: join(dir, name) })).rejects.toThrow(MissingBlob);
    }
    expect(readFiles(dir)).toEqual({ empty: { dir: 0o755 } });
  });

  it("writes nothing outside for a tree with bad names", async () => {
    const blobs = memoryBlobs();
    const dir = tempDir();
    const [content = ""] = await blobs.put([Buffer.from("x")]);
    for (const name of ["..", "../x", ".", "\0", "\x002f", "\x002e2e"]) {
      const [tree = ""] = await treeStore(blobs).store([
        { v: 1, entries: [{ name, type: "file", mode: 0o644, size: 1, content }] },
      ]);
      await expect(exportTree({ blobs, tree, to: join(dir, "out") })).rejects.toThrow(
        /which no directory can hold|is none/,
      );
    }
    expect(existsSync(join(dir, "out"))).toBe(false);
    expect(readdirSync(dir)).toEqual([]);
  });
});
