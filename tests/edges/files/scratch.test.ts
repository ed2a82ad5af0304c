import { realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Blobs } from "../../../src/core/ports.ts";
import { defaultExclude, importDirectory } from "../../../src/edges/files/import.ts";
import { openWorkspaces } from "../../../src/edges/files/workspaces.ts";
import { linesOf } from "../../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { tempDir, writeFiles } from "./ground.ts";
import type { Specs } from "./ground.ts";

/** A run's base, as the command line imports it. */
const baseOf = async (blobs: Blobs, dir: string, scratch: readonly string[]): Promise<string> =>
  (await importDirectory({ dir, exclude: [...defaultExclude, ...scratch], blobs, onProgress: () => {} }))
    .tree;

const workspacesOf = (blobs: Blobs, scratch: readonly string[]) =>
  openWorkspaces({ root: join(realpathSync(tempDir()), "slots"), blobs, scratch });

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
