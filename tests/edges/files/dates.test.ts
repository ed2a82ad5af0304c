import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Environment } from "../../../src/core/environment.ts";
import { lookup } from "../../../src/core/tree-diff.ts";
import { treeStore } from "../../../src/core/tree-store.ts";
import type { DirEntry } from "../../../src/core/tree.ts";
import { openWorkspaces } from "../../../src/edges/files/workspaces.ts";
import { treeOf } from "../../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../../memory/blobs.ts";

const seconds = (dir: string, path: string): number => statSync(join(dir, path)).mtimeMs / 1000;

/** Tools build anew what is older than its source. */
test("what was changed is newer than what a setup built, and that is newer than what it was built of", async () => {
  const blobs = memoryBlobs();
  const root = mkdtempSync(join(tmpdir(), "harness-dates-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const base = await treeOf(blobs, { "src/a": "a", "src/b": "b" });
  const built = await treeOf(blobs, { "target/a": "built of a", "target/b": "built of b" });
  const target = (await lookup(treeStore(blobs), built, "target")) as DirEntry;
  const environment: Environment = { v: 1, added: [{ dir: "", entry: target }] };
  const workspaces = openWorkspaces({ root, blobs, scratch: [], base, environment, owner: null });
  const changed = await treeOf(blobs, { "src/a": "changed", "src/b": "b" });
  const judged = await workspaces.checkout("run/checks/a", changed);
  const expectInOrder = (): void => {
    const [old, made, also, fresh] = ["src/b", "target/b", "target/a", "src/a"].map((path) =>
      seconds(judged.dir, path),
    );
    expect(made).toBeGreaterThan(old ?? 0);
    expect(also).toBe(made);
    expect(fresh).toBeGreaterThan(also ?? 0);
  };
  expectInOrder();

  // A check builds anew, a worker dates what it likes: set back, all is as it was.
  writeFileSync(join(judged.dir, "target/a"), "built anew");
  utimesSync(join(judged.dir, "src/a"), 1, 1);
  utimesSync(join(judged.dir, "src/b"), 4_000_000_000, 4_000_000_000);
  await judged.reset(changed);
  expectInOrder();
  expect((await judged.snapshot()).tree).toBe(changed);

  await judged.reset(base);
  expect(seconds(judged.dir, "target/a")).toBeGreaterThan(seconds(judged.dir, "src/a"));
});
