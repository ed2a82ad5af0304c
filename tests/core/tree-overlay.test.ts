import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lookup } from "../../src/core/tree-diff.ts";
import { overlay } from "../../src/core/tree-overlay.ts";
import { anyTree, countingStore, editsOf, flat, harvest, isDir, plant } from "./tree-script.ts";

type Lines = Readonly<Record<string, string>>;

async function overlaid(
  candidate: Lines,
  base: Lines,
  matches: (path: string) => boolean,
): Promise<{ tree: string; changed: readonly string[] }> {
  const store = countingStore();
  return overlay(store, await plant(store, flat(candidate)), await plant(store, flat(base)), matches);
}

const isTest = (path: string): boolean => /(^|\/)test(s\/|$|_)/.test(path);

describe("overlay, by hand", () => {
  const base = { "src/a": "f:1", "tests/t": "f:1", "tests/run": "x:1", "tests/deep/u": "f:1", l: "l:tests" };

  test.each<[string, Lines, Lines, string[]]>([
    ["nothing", base, base, []],
    ["other files changed", { ...base, "src/a": "f:2" }, { ...base, "src/a": "f:2" }, []],
    ["a changed test", { ...base, "tests/t": "f:2" }, base, ["tests/t"]],
    ["a mode", { ...base, "tests/run": "f:1" }, base, ["tests/run (mode 755 made 644)"]],
    [
      "a deleted directory",
      { "src/a": "f:1", l: "l:tests" },
      base,
      [
        "tests (deleted)",
        "tests/deep (deleted)",
        "tests/deep/u (deleted)",
        "tests/run (deleted)",
        "tests/t (deleted)",
      ],
    ],
    [
      "a directory that became a symlink",
      { ...base, "tests/deep": "l:/etc", "tests/deep/u": "f:1" },
      base,
      ["tests/deep (replaced by a symlink)", "tests/deep/u (deleted)"],
    ],
    [
      "a test that became a directory",
      { ...base, "tests/t": "d", "tests/t/x": "f:1" },
      base,
      ["tests/t (replaced by a directory)"],
    ],
    ["a directory nobody can list", { ...base, tests: "d:311" }, base, ["tests (mode 755 made 311)"]],
    ["a new test: it stays", { ...base, "tests/new": "f:9" }, { ...base, "tests/new": "f:9" }, []],
    ["the mode of another directory", { ...base, src: "d:700" }, { ...base, src: "d:700" }, []],
  ])("puts back %s", async (_, candidate, expected, changed) => {
    const store = countingStore();
    const result = await overlaid(candidate, base, isTest);
    expect(result.changed).toEqual(changed);
    expect(result.tree).toBe(await plant(store, flat(expected)));
  });

  test("puts back symlinks, and tells each path on one line", async () => {
    const base = { "test_\nl\u0085": "l:1" };
    const { changed } = await overlaid({ "test_\nl\u0085": "l:2" }, base, isTest);
    expect(changed).toEqual([String.raw`test_\u000al\u0085 (pointed elsewhere)`]);
  });
});

test("in general: what matches is as in base, new files stay unless in the way, and only differences are told", async () => {
  const pair = anyTree.chain((base) => fc.tuple(fc.constant(base), editsOf(base)));
  const globs = fc.constantFrom<(path: string) => boolean>(
    (path) => path.includes("a"),
    (path) => path.endsWith("b"),
    (path) => path.startsWith("b/"),
    () => true,
    () => false,
  );
  await fc.assert(
    fc.asyncProperty(pair, globs, async ([base, candidate], matches) => {
      const store = countingStore();
      const [from, to] = [await plant(store, base), await plant(store, candidate)];
      const { tree, changed } = await overlay(store, to, from, matches);
      const guarded = [...base].filter(([path, line]) => !isDir(line) && matches(path)).map(([path]) => path);
      for (const path of guarded)
        expect(await lookup(store, tree, path)).toEqual(await lookup(store, from, path));
      const after = await harvest(store, tree);
      const inTheWay = (path: string): boolean =>
        guarded.some(
          (other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`) || path === other,
        );
      for (const [path, line] of await harvest(store, to))
        if (!inTheWay(path)) expect(after.get(path)).toBe(line);
      expect(changed.length === 0).toBe(tree === to);
      expect(await overlay(store, tree, from, matches)).toEqual({ tree, changed: [] });
    }),
    { numRuns: 500 },
  );
});
