import { realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noEnvironment } from "../../../src/core/environment.ts";
import type { Blobs } from "../../../src/core/ports.ts";
import type { Workspace } from "../../../src/core/workspace.ts";
import { treeStore } from "../../../src/core/tree-store.ts";
import { defaultExclude, importDirectory } from "../../../src/edges/files/import.ts";
import { ignoreRules } from "../../../src/edges/files/ignore-rules.ts";
import { openWorkspaces } from "../../../src/edges/files/workspaces.ts";
import { linesOf } from "../../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import type { MemoryBlobs } from "../../memory/blobs.ts";
import { tempDir, treeOf, writeFiles } from "./ground.ts";
import type { Specs } from "./ground.ts";

/** A run's base, as the command line imports it. */
const baseOf = async (blobs: Blobs, dir: string, scratch: readonly string[]): Promise<string> =>
  (await importDirectory({ dir, exclude: [...defaultExclude, ...scratch], blobs, onProgress: () => {} }))
    .tree;

const workspacesOf = (blobs: Blobs, scratch: readonly string[]) =>
  openWorkspaces({
    root: join(realpathSync(tempDir()), "slots"),
    blobs,
    scratch,
    base: null,
    environment: noEnvironment,
    owner: null,
  });

const names = fc.constantFrom("a", "a.log", "keep.log", "cache", ".cache", "out", "d", "line\nfeed.log", "é");
const paths = fc.array(names, { minLength: 1, maxLength: 4 }).map((all) => all.join("/"));

/** A path that leads through a file is left out. */
const world: fc.Arbitrary<Specs> = fc
  .array(paths, { maxLength: 12 })
  .map((all) =>
    Object.fromEntries(
      all.filter((path) => !all.some((other) => other.startsWith(`${path}/`))).map((path) => [path, "x"]),
    ),
  );

const patterns = fc.array(
  fc.constantFrom(
    "**/cache/**",
    "cache/",
    "*.log",
    "/out",
    "out",
    "./d",
    "d/**",
    "d/*",
    "{a,é}",
    "**/.cache/**",
    "!keep.log",
    "!**/cache/**",
    "!d/",
    "",
  ),
  { maxLength: 4 },
);

test("a base that was imported without scratch snapshots back to itself, whatever the patterns", async () => {
  await fc.assert(
    fc.asyncProperty(world, patterns, async (specs, scratch) => {
      const [blobs, dir] = [memoryBlobs(), tempDir()];
      writeFiles(dir, specs);
      const base = await baseOf(blobs, dir, scratch);
      const workspace = await workspacesOf(blobs, scratch).checkout("run/task/a/1", base);
      expect(await workspace.snapshot()).toEqual({ tree: base, skipped: [] });
    }),
    { numRuns: 100 },
  );
});

test("what an import leaves out as scratch, a snapshot does not take either", async () => {
  await fc.assert(
    fc.asyncProperty(world, patterns, async (specs, scratch) => {
      const [blobs, dir] = [memoryBlobs(), tempDir()];
      const workspace = await workspacesOf(blobs, scratch).checkout(
        "run/task/a/1",
        await baseOf(blobs, dir, scratch),
      );
      writeFiles(dir, specs);
      writeFiles(workspace.dir, specs);
      expect(await linesOf(blobs, (await workspace.snapshot()).tree)).toEqual(
        await linesOf(blobs, await baseOf(blobs, dir, scratch)),
      );
    }),
    { numRuns: 100 },
  );
});

test("names that are not UTF-8 are scratch too", async () => {
  const [blobs, dir, scratch] = [memoryBlobs(), tempDir(), ["*.log"]];
  const base = await baseOf(blobs, dir, scratch);
  const workspace = await workspacesOf(blobs, scratch).checkout("run/task/a/1", base);
  writeFileSync(
    Buffer.concat([Buffer.from(`${workspace.dir}/`), Buffer.from([0xff]), Buffer.from(".log")]),
    "x",
  );
  expect((await workspace.snapshot()).tree).toBe(base);
});

describe("with a base", () => {
  const specs: Specs = {
    ".gitignore": "build/\n*.log\nmodules\n",
    "sub/.gitignore": "/out\n!keep.log\n",
    "build/tracked/a.txt": "a",
    "build/hollow": { dir: 0o755 },
    "tracked.log": "t",
    "sub/out": "o",
    "src/x": "x",
  };

  /** A workspace of a run whose scratch is what its base ignores. */
  const started = async (): Promise<{ blobs: MemoryBlobs; base: string; slot: Workspace }> => {
    const blobs = memoryBlobs();
    const base = await treeOf(blobs, specs);
    const scratch = await ignoreRules(treeStore(blobs), blobs, base);
    const root = join(realpathSync(tempDir()), "slots");
    const workspaces = openWorkspaces({
      root,
      blobs,
      scratch,
      base,
      environment: noEnvironment,
      owner: null,
    });
    return { blobs, base, slot: await workspaces.checkout("run/task/a/1", base) };
  };

  test("what it tracks is content, though its own rules fit it", async () => {
    const { base, slot } = await started();
    expect(await slot.snapshot()).toEqual({ tree: base, skipped: [] });
  });

  test("changes of what it tracks are taken; what is new beside it is scratch", async () => {
    const { blobs, slot } = await started();
    writeFiles(slot.dir, {
      "build/tracked/a.txt": "A",
      "build/tracked/new": "n",
      "build/tracked/deep/new": "n",
      "build/hollow/new": "n",
      "build/new": "n",
      "tracked.log": "T",
      "new.log": "n",
      "sub/new.log": "n",
      "sub/keep.log": "k",
      "sub/out": "O",
      "src/out": "o",
      "src/build/new": "n",
      "modules/m/index.js": "m",
    });
    expect(await linesOf(blobs, (await slot.snapshot()).tree)).toEqual([
      ".gitignore 644 build/\n*.log\nmodules\n",
      "build/ 755",
      "build/hollow/ 755",
      "build/tracked/ 755",
      "build/tracked/a.txt 644 A",
      "src/ 755",
      "src/out 644 o",
      "src/x 644 x",
      "sub/ 755",
      "sub/.gitignore 644 /out\n!keep.log\n",
      "sub/keep.log 644 k",
      "sub/out 644 O",
      "tracked.log 644 T",
    ]);
  });

  test("removals of what it tracks are taken", async () => {
    const { blobs, slot } = await started();
    for (const path of ["build", "tracked.log", "sub/out"]) rmSync(join(slot.dir, path), { recursive: true });
    const lines = await linesOf(blobs, (await slot.snapshot()).tree);
    expect(lines.map((line) => line.split(" ")[0])).toEqual([
      ".gitignore",
      "src/",
      "src/x",
      "sub/",
      "sub/.gitignore",
    ]);
  });
});
