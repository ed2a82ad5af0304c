import { execFileSync } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { noEnvironment } from "../../../src/core/environment.ts";
import type { Workspaces } from "../../../src/core/workspace.ts";
import { openWorkspaces } from "../../../src/edges/files/workspaces.ts";
import { treeOf } from "../../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../../memory/blobs.ts";

const mib = 2 ** 20;

/** Why no file system can be mounted here, or null. */
function noMount(): string | null {
  if (process.getuid?.() !== 0) return "mounting takes root";
  const dir = mkdtempSync(join(tmpdir(), "harness-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "none", dir], { stdio: "pipe" });
    execFileSync("umount", [dir]);
    return null;
  } catch (error) {
    return `nothing can be mounted here: ${(error as Error).message}`;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
const why = noMount();

describe("a workspace with a quota", () => {
  const blobs = memoryBlobs();
  const made = (): { root: string; workspaces: Workspaces } => {
    const above = mkdtempSync(join(tmpdir(), "harness-quota-"));
    const root = join(above, "slots");
    const workspaces = openWorkspaces({
      root,
      blobs,
      scratch: [],
      base: null,
      environment: noEnvironment,
      owner: null,
      quota: 16 * mib,
    });
    onTestFinished(async () => {
      await workspaces.sweep("");
      rmSync(above, { recursive: true, force: true });
    });
    return { root, workspaces };
  };
  const mounted = (root: string): boolean =>
    execFileSync("mount", { encoding: "utf8" }).includes(dirname(root));

  it("holds a tree exactly, and no more than its bytes", async ({ skip }) => {
    if (why !== null) return skip(why);
    const { root, workspaces } = made();
    const tree = await treeOf(blobs, { "a.txt": "a", "sub/b.sh": { text: "b", mode: 0o755 } });
    const workspace = await workspaces.checkout("run/task/a/1", tree);
    expect(await workspace.snapshot()).toEqual({ tree, skipped: [] });
    const large = (): void => writeFileSync(join(workspace.dir, "large"), Buffer.alloc(32 * mib, 1));
    expect(large).toThrow(/ENOSPC/);
    await workspace.reset(tree);
    expect(await workspace.snapshot()).toEqual({ tree, skipped: [] });
    expect(mounted(root)).toBe(true);
    await workspace.remove();
    expect(readdirSync(root)).toEqual([]);
    expect(mounted(root)).toBe(false);
  });

  it("is replaced and swept like any other, whoever made it", async ({ skip }) => {
    if (why !== null) return skip(why);
    const { root, workspaces } = made();
    const [one, two] = [await treeOf(blobs, { one: "1" }), await treeOf(blobs, { two: "2" })];
    await workspaces.checkout("run/task/a/1", one);
    const again = await workspaces.checkout("run/task/a/1", two);
    expect((await again.snapshot()).tree).toBe(two);
    expect(await workspaces.left()).toEqual(["run/task/a/1"]);
    await workspaces.sweep("run/");
    expect(await workspaces.left()).toEqual([]);
    expect(lstatSync(root).isDirectory() && readdirSync(root)).toEqual([]);
    expect(mounted(root)).toBe(false);
  });
});
