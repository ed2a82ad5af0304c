import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeTrees } from "../../src/core/tree-merge.ts";
import { anyTree, countingStore, editsOf, flat, harvest, isDir, plant } from "./tree-script.ts";
import type { Flat } from "./tree-script.ts";

type Lines = Readonly<Record<string, string>>;

async function merged(
  base: Flat,
  ours: Flat,
  theirs: Flat,
): Promise<{ tree: ReadonlyMap<string, string>; digest: string; conflicts: readonly string[] }> {
  const store = countingStore();
  const [b, o, t] = [await plant(store, base), await plant(store, ours), await plant(store, theirs)];
  const { tree, conflicts } = await mergeTrees(store, b, o, t);
  return { tree: await harvest(store, tree), digest: tree, conflicts };
}

const digestOf = async (tree: Flat): Promise<string> => plant(countingStore(), tree);

describe("mergeTrees, by hand", () => {
  const base = { a: "f:1", "d/x": "f:1", "d/y": "f:1" };

  test.each<[string, Lines, Lines, Lines, Lines]>([
    [
      "different files",
      base,
      { ...base, a: "f:2" },
      { ...base, "d/x": "f:2" },
      { ...base, a: "f:2", "d/x": "f:2" },
    ],
    ["the same change", base, { ...base, a: "f:2" }, { ...base, a: "f:2" }, { ...base, a: "f:2" }],
    ["both add the same", {}, { a: "x:1" }, { a: "x:1" }, { a: "x:1" }],
    ["both add to a new directory", {}, { "n/a": "f:1" }, { "n/b": "f:1" }, { "n/a": "f:1", "n/b": "f:1" }],
    ["both remove", { a: "f:1", b: "f:1" }, { b: "f:1" }, { b: "f:1" }, { b: "f:1" }],
    ["both remove all of a directory, one the directory too", { "d/a": "f:1" }, { d: "d" }, {}, {}],
    [
      "one file of a directory each: it stays, empty",
      { "d/a": "f:1", "d/b": "f:1" },
      { "d/a": "f:1" },
      { "d/b": "f:1" },
      { d: "d" },
    ],
    [
      "removed here, new file in it there: it stays for that",
      { "d/a": "f:1" },
      {},
      { "d/a": "f:1", "d/b": "f:1" },
      { "d/b": "f:1" },
    ],
    [
      "removed here, new empty directory in it there",
      { "d/a": "f:1" },
      {},
      { "d/a": "f:1", "d/e": "d" },
      { "d/e": "d" },
    ],
    ["an empty directory here, a file there", {}, { e: "d" }, { a: "f:1" }, { a: "f:1", e: "d" }],
    [
      "the mode of a directory here, a file in it there",
      { "d/a": "f:1" },
      { d: "d:700", "d/a": "f:1" },
      { "d/a": "f:2" },
      { d: "d:700", "d/a": "f:2" },
    ],
    [
      "the mode of a file here, another file there",
      base,
      { ...base, a: "x:1" },
      { ...base, "d/x": "f:2" },
      { ...base, a: "x:1", "d/x": "f:2" },
    ],
    [
      "a directory replaced by a file, nothing there",
      { "d/a": "f:1" },
      { d: "f:1" },
      { "d/a": "f:1" },
      { d: "f:1" },
    ],
    [
      "a directory replaced by a file, emptied there",
      { "d/a": "f:1" },
      { d: "f:1" },
      { d: "d" },
      { d: "f:1" },
    ],
    [
      "a file replaced by a directory, nothing there",
      { a: "f:1" },
      { "a/b": "f:1" },
      { a: "f:1" },
      { "a/b": "f:1" },
    ],
    [
      "a file replaced by a directory on both sides",
      { a: "f:1" },
      { "a/b": "f:1" },
      { "a/c": "f:1" },
      { "a/b": "f:1", "a/c": "f:1" },
    ],
    [
      "moved here, another file there",
      { "d/a": "f:1", b: "f:1" },
      { "e/a": "f:1", b: "f:1" },
      { "d/a": "f:1", b: "f:2" },
      { "e/a": "f:1", b: "f:2" },
    ],
  ])("takes %s", async (_, base, ours, theirs, expected) => {
    for (const [o, t] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      const { digest, conflicts } = await merged(flat(base), flat(o), flat(t));
      expect(conflicts).toEqual([]);
      expect(digest).toBe(await digestOf(flat(expected)));
    }
  });

  test.each<[string, Lines, Lines, Lines, string[]]>([
    ["two contents", base, { ...base, a: "f:2" }, { ...base, a: "f:3" }, ["a"]],
    ["deleted here, changed there", base, { "d/x": "f:1", "d/y": "f:1" }, { ...base, a: "f:2" }, ["a"]],
    ["a mode here, bytes there", base, { ...base, a: "x:1" }, { ...base, a: "f:2" }, ["a"]],
    ["both add, differently", {}, { a: "f:1" }, { a: "f:2" }, ["a"]],
    ["both add, a file and a directory", {}, { a: "f:1" }, { "a/b": "f:1" }, ["a"]],
    ["a file changed here, a directory there", { a: "f:1" }, { a: "f:2" }, { "a/b": "f:1" }, ["a"]],
    ["a file deleted here, a directory there", { a: "f:1" }, {}, { "a/b": "f:1" }, ["a"]],
    ["a directory removed here, changed inside there", { "d/a": "f:1" }, {}, { "d/a": "f:2" }, ["d/a"]],
    [
      "a directory removed here, its mode changed there",
      { "d/a": "f:1" },
      {},
      { d: "d:700", "d/a": "f:1" },
      ["d"],
    ],
    [
      "a directory replaced here, a new file in it there",
      { "d/a": "f:1" },
      { d: "f:1" },
      { "d/a": "f:1", "d/b": "f:1" },
      ["d"],
    ],
    [
      "a directory replaced here, changed inside there",
      { "d/a": "f:1" },
      { d: "l:1" },
      { "d/a": "f:2" },
      ["d", "d/a"],
    ],
    ["a directory removed here, replaced there", { "d/a": "f:1" }, {}, { d: "f:1" }, ["d"]],
    [
      "two modes of a directory",
      { "d/a": "f:1" },
      { d: "d:700", "d/a": "f:1" },
      { d: "d:711", "d/a": "f:1" },
      ["d"],
    ],
    [
      "several, in order",
      base,
      { a: "f:2", "d/x": "f:2", "d/y": "f:1" },
      { a: "f:3", "d/x": "f:3", "d/y": "f:1" },
      ["a", "d/x"],
    ],
  ])("refuses %s", async (_, base, ours, theirs, expected) => {
    expect((await merged(flat(base), flat(ours), flat(theirs))).conflicts).toEqual(expected);
    expect((await merged(flat(base), flat(theirs), flat(ours))).conflicts).toEqual(expected);
  });

  test("does not look into what only one side changed", async () => {
    const store = countingStore();
    const [b, o, t] = await Promise.all(
      [
        { "a/deep/x": "f:1", "b/deep/x": "f:1" },
        { "a/deep/x": "f:2", "b/deep/x": "f:1" },
        { "a/deep/x": "f:1", "b/deep/x": "f:2" },
      ].map(async (lines) => plant(store, flat(lines))),
    );
    await mergeTrees(store, b ?? "", o ?? "", t ?? "");
    expect(store.loads()).toBe(3);
  });

  test("merges 4,000 directories deep", async () => {
    const store = countingStore();
    const deep = async (...names: string[]): Promise<string> => {
      const entries = names.map((name) => ({ name, type: "symlink", target: "t" }) as const);
      let [tree = ""] = await store.store([{ v: 1, entries }]);
      for (let n = 0; n < 4000; n += 1)
        [tree = ""] = await store.store([{ v: 1, entries: [{ name: "d", type: "dir", mode: 0o755, tree }] }]);
      return tree;
    };
    const { tree, conflicts } = await mergeTrees(store, await deep(), await deep("a"), await deep("b"));
    expect({ tree, conflicts }).toEqual({ tree: await deep("a", "b"), conflicts: [] });
  });
});

const three = anyTree.chain((base) => fc.tuple(fc.constant(base), editsOf(base), editsOf(base)));

describe("mergeTrees, in general", () => {
  test("nothing against a change is the change", async () => {
    await fc.assert(
      fc.asyncProperty(three, async ([base, ours]) => {
        const wanted = { digest: await digestOf(ours), conflicts: [] };
        expect(await merged(base, base, ours)).toMatchObject(wanted);
        expect(await merged(base, ours, base)).toMatchObject(wanted);
        expect(await merged(base, ours, ours)).toMatchObject(wanted);
      }),
      { numRuns: 300 },
    );
  });

  test("it does not matter which side is ours", async () => {
    await fc.assert(
      fc.asyncProperty(three, async ([base, ours, theirs]) => {
        const [one, other] = [await merged(base, ours, theirs), await merged(base, theirs, ours)];
        expect(one.conflicts).toEqual(other.conflicts);
        if (one.conflicts.length === 0) expect(one.digest).toBe(other.digest);
      }),
      { numRuns: 500 },
    );
  });

  test("without a conflict, every path is as both edits together make it", async () => {
    let clean = 0;
    await fc.assert(
      fc.asyncProperty(three, async ([base, ours, theirs]) => {
        const { digest, conflicts } = await merged(base, ours, theirs);
        if (conflicts.length > 0) return;
        clean += 1;
        expect(digest).toBe(await digestOf(bothApplied(base, ours, theirs)));
      }),
      { numRuns: 1000 },
    );
    expect(clean).toBeGreaterThan(100);
  });

  test("a conflict names a path that both sides changed, or one that takes the place of what the other needs", async () => {
    await fc.assert(
      fc.asyncProperty(three, async ([base, ours, theirs]) => {
        const { conflicts } = await merged(base, ours, theirs);
        for (const path of conflicts) {
          expect([path, touches(base, ours, path), touches(base, theirs, path)]).toEqual([path, true, true]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("edits in different top-level directories never conflict", async () => {
    const under = (top: string, tree: Flat): Flat =>
      flat(
        new Map([[top, "d"] as const, ...[...tree].map(([path, line]) => [`${top}/${path}`, line] as const)]),
      );
    const both = (a: Flat, b: Flat): Flat => new Map([...under("a", a), ...under("b", b)]);
    const pair = anyTree.chain((base) => fc.tuple(fc.constant(base), editsOf(base)));
    await fc.assert(
      fc.asyncProperty(pair, pair, async ([a, editedA], [b, editedB]) => {
        expect(await merged(both(a, b), both(editedA, b), both(a, editedB))).toMatchObject({
          digest: await digestOf(both(editedA, editedB)),
          conflicts: [],
        });
      }),
      { numRuns: 300 },
    );
  });
});

/** Whether a side differs from the base at a path or below it. */
const touches = (base: Flat, side: Flat, path: string): boolean =>
  [...new Set([...base.keys(), ...side.keys()])].some(
    (other) => (other === path || other.startsWith(`${path}/`)) && base.get(other) !== side.get(other),
  );

/** Path by path, without regard to directories: who changed it has it. Directories stand as long as they are needed. */
function bothApplied(base: Flat, ours: Flat, theirs: Flat): Flat {
  const paths = new Set([...base.keys(), ...ours.keys(), ...theirs.keys()]);
  const made = new Map<string, string>();
  for (const path of paths) {
    const line = ours.get(path) === base.get(path) ? theirs.get(path) : ours.get(path);
    if (line !== undefined) made.set(path, line);
  }
  for (const path of made.keys()) keepParents(made, path, [ours, theirs]);
  return flat(made);
}

/** A directory that one side removed and the other put something into has the mode it still has there. */
function keepParents(made: Map<string, string>, path: string, sides: readonly Flat[]): void {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const parent = path.slice(0, end);
    const line = sides.map((side) => side.get(parent)).find(isDir);
    if (!made.has(parent) && line !== undefined) made.set(parent, line);
  }
}
