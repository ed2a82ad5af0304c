import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addedPaths,
  addedTo,
  environment,
  environmentText,
  noEnvironment,
  pathsBesides,
  withEnvironment,
} from "../../src/core/environment.ts";
import type { Added, Environment } from "../../src/core/environment.ts";
import type { TreeStore } from "../../src/core/tree.ts";
import { lookup } from "../../src/core/tree-diff.ts";
import { anyTree, countingStore, editsOf, flat, harvest, plant } from "./tree-script.ts";
import type { Flat } from "./tree-script.ts";

type Lines = Readonly<Record<string, string>>;

/** What `whole` has more than `tree`. */
async function environmentOf(store: TreeStore, tree: Flat, whole: Flat): Promise<Environment> {
  const { added } = await addedTo(store, await plant(store, tree), await plant(store, whole));
  return { v: 1, added };
}

const without = (lines: ReadonlyMap<string, string>, paths: readonly string[]): Map<string, string> =>
  new Map([...lines].filter(([at]) => !paths.some((path) => at === path || at.startsWith(`${path}/`))));

const inOrder = (added: readonly Added[]): string[] => added.map((one) => JSON.stringify(one)).toSorted();

/** A tree, what a command left in it, and the tree as it is later. */
const worlds = anyTree.chain((tree) => fc.tuple(fc.constant(tree), editsOf(tree), editsOf(tree)));

describe("an environment in a tree", () => {
  test("left out again, it gives the tree back exactly", async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ([tree, whole, later]) => {
        const store = countingStore();
        const made = await environmentOf(store, tree, whole);
        const now = await plant(store, later);
        const filled = await withEnvironment(store, now, made);
        const besides = await pathsBesides(store, now, made);
        expect(without(await harvest(store, filled), besides)).toEqual(await harvest(store, now));
      }),
    );
  });

  test("is what it added to a tree that has nothing of it", async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ([tree, whole]) => {
        const store = countingStore();
        const made = await environmentOf(store, tree, whole);
        const before = await plant(store, tree);
        const found = await addedTo(store, before, await withEnvironment(store, before, made));
        expect(inOrder(found.added)).toEqual(inOrder(made.added));
        expect(found.changed).toEqual([]);
      }),
    );
  });

  test("adds every entry where its directory is and its name is free, and none anywhere else", async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ([tree, whole, later]) => {
        const store = countingStore();
        const made = await environmentOf(store, tree, whole);
        const now = await plant(store, later);
        const has = async (dir: string): Promise<boolean> =>
          dir === "" || (await lookup(store, now, dir))?.type === "dir";
        const free = await pathsBesides(store, now, made);
        const due: Added[] = [];
        for (const [n, one] of made.added.entries())
          if (free.includes(addedPaths(made)[n] ?? "") && (await has(one.dir))) due.push(one);
        const found = await addedTo(store, now, await withEnvironment(store, now, made));
        expect(inOrder(found.added)).toEqual(inOrder(due));
        expect(found.changed).toEqual([]);
      }),
    );
  });

  test("is stored as text that reads back as it was", async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ([tree, whole]) => {
        const made = await environmentOf(countingStore(), tree, whole);
        expect(environment.parse(JSON.parse(environmentText(made)))).toEqual(made);
      }),
    );
  });
});

const tree: Lines = { "a/x": "f:1", "a/deep/y": "f:1", "b/z": "f:1", top: "f:1" };
const whole: Lines = { ...tree, "a/deep/made": "d", "a/deep/made/in": "f:2", lib: "d:700", "lib/l": "l:x" };

describe("an environment, by hand", () => {
  const ground = async (): Promise<{
    store: TreeStore;
    made: Environment;
    now: (lines: Lines) => Promise<string>;
  }> => {
    const store = countingStore();
    const made = await environmentOf(store, flat(tree), flat(whole));
    return { store, made, now: async (lines) => plant(store, flat(lines)) };
  };

  test("an added directory is one entry, whatever it holds", async () => {
    const { made } = await ground();
    expect(addedPaths(made)).toEqual(["lib", "a/deep/made"]);
  });

  test("what a command changed and removed is named", async () => {
    const { store, now } = await ground();
    const { "a/x": _, top: __, ...left } = whole;
    const after = { ...left, "a/deep/y": "f:2", b: "d:700", top: "d" };
    expect((await addedTo(store, await now(tree), await now(after))).changed).toEqual([
      "a/deep/y",
      "a/x",
      "b",
      "top",
    ]);
  });

  test("the tree's own wins, of whatever kind", async () => {
    const { store, made, now } = await ground();
    const own = await now({ ...tree, lib: "f:2", "a/deep/made": "l:x" });
    expect(await withEnvironment(store, own, made)).toBe(own);
    expect(await pathsBesides(store, own, made)).toEqual([]);
  });

  test("a tree that lost the directory gets nothing there, and is still not to hand it in", async () => {
    const { store, made, now } = await ground();
    for (const lines of [{ "b/z": "f:1" }, { a: "f:1" }, { "a/deep": "l:../b", "b/z": "f:1" }] as Lines[]) {
      const filled = await harvest(store, await withEnvironment(store, await now(lines), made));
      expect(filled).toEqual(await harvest(store, await now({ ...lines, lib: "d:700", "lib/l": "l:x" })));
      expect(await pathsBesides(store, await now(lines), made)).toEqual(["lib", "a/deep/made"]);
    }
  });

  test("directories that get nothing keep their digests and are not even looked at", async () => {
    const { store, made, now } = await ground();
    const before = await now(tree);
    const after = await withEnvironment(store, before, made);
    expect(await lookup(store, after, "b")).toEqual(await lookup(store, before, "b"));
    const b = await lookup(store, before, "b");
    const loaded: string[] = [];
    const watched: TreeStore = { ...store, load: async (one) => (loaded.push(one), store.load(one)) };
    await withEnvironment(watched, before, made);
    expect(loaded).toHaveLength(3);
    expect(loaded).not.toContain(b?.type === "dir" ? b.tree : "");
  });

  test("none adds nothing", async () => {
    const { store, now } = await ground();
    const before = await now(tree);
    expect(await withEnvironment(store, before, noEnvironment)).toBe(before);
    expect(await pathsBesides(store, before, noEnvironment)).toEqual([]);
  });

  test.each([
    ["a name that is no step", { dir: "", entry: { name: "..", type: "symlink", target: "x" } }],
    ["a name with a slash", { dir: "", entry: { name: "a/b", type: "symlink", target: "x" } }],
    ["a directory that leads out", { dir: "a/..", entry: { name: "a", type: "symlink", target: "x" } }],
    ["an absolute directory", { dir: "/a", entry: { name: "a", type: "symlink", target: "x" } }],
    ["a setuid mode", { dir: "", entry: { name: "a", type: "dir", mode: 0o4755, tree: "0".repeat(64) } }],
  ])("%s is refused where one is read", (_, added) => {
    expect(environment.safeParse({ v: 1, added: [added] }).success).toBe(false);
  });
});
