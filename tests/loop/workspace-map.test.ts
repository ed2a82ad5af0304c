import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { longestMap, workspaceTree } from "../../src/loop/workspace-map.ts";
import type { MapEntry } from "../../src/loop/workspace-map.ts";
import { character } from "./characters.ts";

const entry = (path: string): MapEntry => ({ path, what: "1 bytes" });
const name = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,12}$/).filter((text) => !/^\.+$/.test(text));
const path = fc.array(name, { minLength: 1, maxLength: 6 }).map((names) => names.join("/"));
/** Paths of which none is a directory of another. */
const paths = fc
  .uniqueArray(path, { maxLength: 300 })
  .map((all) => all.filter((one) => !all.some((other) => other.startsWith(`${one}/`))));
const tops = (all: readonly string[]): string[] => [...new Set(all.map((one) => one.split("/")[0] ?? ""))];

describe("the map of a workspace", () => {
  test("is never longer than it may be", () => {
    const names = fc.array(fc.string({ unit: character, minLength: 1, maxLength: 150 }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(names, fc.integer({ min: 100, max: 3000 }), (all, most) => {
        expect(workspaceTree(all.map(entry), most).length).toBeLessThanOrEqual(most);
      }),
    );
    fc.assert(
      fc.property(paths, (all) => {
        expect(workspaceTree(all.map(entry)).length).toBeLessThanOrEqual(longestMap);
      }),
    );
  });

  test("names every entry of the top, and the same files give the same map in any order", () => {
    fc.assert(
      fc.property(paths, fc.integer({ min: 0, max: 1000 }), (all, seed) => {
        const lines = workspaceTree(all.map(entry), 20_000).split("\n");
        const named = lines.filter((line) => !line.startsWith(" ")).map((line) => line.split(/[/ ]/)[0]);
        expect(new Set(named)).toEqual(new Set(all.length === 0 ? ["(empty)"] : tops(all)));
        expect(named.length).toBe(new Set(named).size);
        const mixed = all.toSorted((a, b) => ((a.length * 7 + seed) % 5) - ((b.length * 7 + seed) % 5));
        expect(workspaceTree(mixed.map(entry), 20_000)).toBe(lines.join("\n"));
      }),
    );
  });

  test("counts what it does not show", () => {
    fc.assert(
      fc.property(paths, (all) => {
        const lines = workspaceTree(all.map(entry), 20_000)
          .split("\n")
          .filter((line) => !line.startsWith(" "));
        const counted = lines.map((line) => /\/ {2}(\d+) files?$/.exec(line)?.[1] ?? "1");
        expect(counted.reduce((sum, count) => sum + Number(count), 0)).toBe(Math.max(1, all.length));
      }),
    );
  });

  test("shows a small workspace whole, what matters first", () => {
    const all = [
      "a.txt",
      "src/main/java/App.java",
      "src/main/java/Util.java",
      "README.md",
      "package.json",
      "vendor/x.js",
    ];
    expect(workspaceTree(all.map(entry))).toBe(
      [
        "README.md  1 bytes",
        "package.json  1 bytes",
        "src/main/java/  2 files",
        "  App.java  1 bytes",
        "  Util.java  1 bytes",
        "vendor/  1 file",
        "  x.js  1 bytes",
        "a.txt  1 bytes",
      ].join("\n"),
    );
  });

  test("of a big repository tells every part of the top, and source before what others made", () => {
    const many = (at: string, count: number): string[] =>
      Array.from({ length: count }, (_, n) => `${at}/f${n}.ts`);
    const all = [
      ...many("vendor/a", 5000),
      ...many("src/core", 20),
      ...many("src/edges/files", 30),
      ...many("docs", 3000),
      "README.md",
    ];
    const map = workspaceTree(all.map(entry));
    expect(map.length).toBeLessThanOrEqual(longestMap);
    expect(map).toContain("vendor/a/  5000 files");
    expect(map).toContain("src/  50 files\n  core/  20 files\n    f0.ts  1 bytes");
    expect(map).toContain("… and 2960 more entries");
  });

  test("says how many of a crowded top have no room", () => {
    const map = workspaceTree(Array.from({ length: 10_000 }, (_, n) => entry(`file-${n}`)));
    expect(map.length).toBeLessThanOrEqual(longestMap);
    expect(map).toMatch(/\n… and \d+ more entries$/);
  });

  test("goes down a directory of any depth", () => {
    const deep = Array.from({ length: 20_000 }, () => "d").join("/");
    expect(workspaceTree([entry(`${deep}/f`)]).length).toBeLessThanOrEqual(longestMap);
  });

  test("keeps a name on its line", () => {
    expect(workspaceTree([entry("a\nsrc/  9 files")])).not.toMatch(/^src/m);
  });
});
