import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TreeStore } from "../../src/core/tree.ts";
import { diffTrees, listTree, lookup } from "../../src/core/tree-diff.ts";
import type { Change } from "../../src/core/tree-diff.ts";
import { anyTree, countingStore, editsOf, flat, harvest, plant, told } from "./tree-script.ts";

type Lines = Readonly<Record<string, string>>;

const pathsOf = async (store: TreeStore, lines: Lines): Promise<string[]> =>
  (await Array.fromAsync(listTree(store, await plant(store, flat(lines))))).map(({ path }) => path);

/** `+ path`, `- path`, `~ path`, with `/` for a directory. */
async function marks(before: Lines, after: Lines): Promise<string[]> {
  const store = countingStore();
  const changes = await diffTrees(store, await plant(store, flat(before)), await plant(store, flat(after)));
  return changes.map(({ path, before, after }) => {
    const mark = before === null ? "+" : after === null ? "-" : "~";
    return `${mark} ${path}${(after ?? before)?.type === "dir" ? "/" : ""}`;
  });
}

describe("listTree", () => {
  test("lists depth first in name order, a directory before what it holds", async () => {
    const lines = { b: "f:1", "a/z": "f:1", "a/b/c": "f:1", "a-": "f:1", "a.b": "f:1", "a/e": "d" };
    expect(await pathsOf(countingStore(), lines)).toEqual([
      "a",
      "a/b",
      "a/b/c",
      "a/e",
      "a/z",
      "a-",
      "a.b",
      "b",
    ]);
  });

  test("lists nothing of an empty tree", async () => {
    expect(await pathsOf(countingStore(), {})).toEqual([]);
  });

  test("reads no more than what is taken", async () => {
    const store = countingStore();
    const tree = await plant(store, flat({ a: "f:1", "b/c": "f:1", "d/e": "f:1" }));
    for await (const { path } of listTree(store, tree)) if (path === "a") break;
    expect(store.loads()).toBe(1);
  });
});

describe("diffTrees", () => {
  test.each<[string, Lines, Lines, string[]]>([
    ["nothing", { a: "f:1", d: "d" }, { a: "f:1", d: "d" }, []],
    ["bytes", { a: "f:1" }, { a: "f:2" }, ["~ a"]],
    ["a mode", { a: "f:1" }, { a: "x:1" }, ["~ a"]],
    ["a target", { a: "l:1" }, { a: "l:2" }, ["~ a"]],
    ["a file that became a symlink", { a: "f:1" }, { a: "l:1" }, ["~ a"]],
    ["inside a directory: only what is inside", { "d/a": "f:1" }, { "d/a": "f:2" }, ["~ d/a"]],
    ["the mode of a directory", { "d/a": "f:1" }, { d: "d:700", "d/a": "f:1" }, ["~ d/"]],
    [
      "a new directory with all it holds",
      {},
      { "d/e/a": "f:1", "d/z": "f:1" },
      ["+ d/", "+ d/e/", "+ d/e/a", "+ d/z"],
    ],
    ["a removed one", { "d/a": "f:1", e: "d" }, {}, ["- d/", "- d/a", "- e/"]],
    ["a file in the place of a directory", { "d/a": "f:1" }, { d: "f:1" }, ["- d/", "- d/a", "+ d"]],
    ["a directory in the place of a file", { d: "f:1" }, { "d/a": "f:1" }, ["- d", "+ d/", "+ d/a"]],
    [
      "several, in order",
      { b: "f:1", "a/x": "f:1" },
      { "a/x": "f:2", "a-": "f:1", c: "f:1" },
      ["~ a/x", "+ a-", "- b", "+ c"],
    ],
  ])("tells %s", async (_, before, after, expected) => {
    expect(await marks(before, after)).toEqual(expected);
  });

  test("does not look into directories that are the same", async () => {
    const store = countingStore();
    const [from, to] = [
      { "same/deep/a": "f:1", b: "f:1" },
      { "same/deep/a": "f:1", b: "f:2" },
    ];
    const [before, after] = [await plant(store, flat(from)), await plant(store, flat(to))];
    await diffTrees(store, before, after);
    expect(store.loads()).toBe(2);
  });

  test("applied to the one tree it gives the other, and no path is there twice but for a swap", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyTree.chain((base) => fc.tuple(fc.constant(base), editsOf(base))),
        async ([a, b]) => {
          const store = countingStore();
          const [from, to] = [await plant(store, a), await plant(store, b)];
          const changes = await diffTrees(store, from, to);
          const [before, after] = [await harvest(store, from), await harvest(store, to)];
          expect(applied(before, changes)).toEqual(after);
          expect(changes.length === 0).toBe(from === to);
          const back = await diffTrees(store, to, from);
          expect(back.map(mirrored).toSorted()).toEqual(changes.map(mark).toSorted());
        },
      ),
      { numRuns: 500 },
    );
  });
});

const mark = ({ path, before, after }: Change): string =>
  `${path}: ${before && told(before)} → ${after && told(after)}`;
const mirrored = ({ path, before, after }: Change): string => mark({ path, before: after, after: before });

function applied(before: ReadonlyMap<string, string>, changes: readonly Change[]): Map<string, string> {
  const tree = new Map(before);
  for (const { path, before: was, after: is } of changes) {
    if (was !== null) expect(tree.get(path)).toBe(told(was));
    if (is === null) tree.delete(path);
    else tree.set(path, told(is));
  }
  return tree;
}

describe("lookup", () => {
  const lines = { a: "f:1", "d/e/f": "x:2", l: "l:d" };

  test.each([
    ["a", "file"],
    ["d", "dir"],
    ["d/e/f", "file"],
    ["l", "symlink"],
    ["", undefined],
    ["b", undefined],
    ["a/b", undefined],
    ["l/e", undefined],
    ["d/../a", undefined],
    ["d/e/f/g", undefined],
  ])("finds at %j %s", async (path, type) => {
    const store = countingStore();
    expect((await lookup(store, await plant(store, flat(lines)), path))?.type).toBe(type);
  });
});

test("a tree 4,000 directories deep is listed, compared and looked up", async () => {
  const store = countingStore();
  const deep = async (mode: number): Promise<string> => {
    let [tree = ""] = await store.store([
      { v: 1, entries: [{ name: "l", type: "symlink", target: `${mode}` }] },
    ]);
    for (let n = 0; n < 4000; n += 1)
      [tree = ""] = await store.store([{ v: 1, entries: [{ name: "d", type: "dir", mode: 0o755, tree }] }]);
    return tree;
  };
  const [a, b] = [await deep(1), await deep(2)];
  expect((await Array.fromAsync(listTree(store, a))).length).toBe(4001);
  const changes = await diffTrees(store, a, b);
  expect(changes.map(({ path }) => path)).toEqual([`${"d/".repeat(4000)}l`]);
  expect((await lookup(store, a, `${"d/".repeat(4000)}l`))?.type).toBe("symlink");
});
