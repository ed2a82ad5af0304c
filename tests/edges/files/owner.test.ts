import {
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { addedTo } from "../../../src/core/environment.ts";
import type { Environment } from "../../../src/core/environment.ts";
import type { Workspace } from "../../../src/core/workspace.ts";
import { treeStore } from "../../../src/core/tree-store.ts";
import { give } from "../../../src/edges/files/owner.ts";
import { treeOf } from "../../contracts/workspaces.contract.ts";
import type { Spec } from "../../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { tempDir } from "./ground.ts";
import { slotGround } from "./slot.ts";

const isRoot = process.geteuid?.() === 0;
const worker = { uid: 12_345, gid: 54_321 };

const spec: Spec = {
  "a.txt": "a",
  "sub/b.sh": { text: "b", mode: 0o755 },
  "sub/deep/closed": { dir: 0o500 },
  "sub/deep/closed/frozen": { text: "f", mode: 0o400 },
  "sub/link": { target: "../a.txt" },
  dangling: { target: "/nowhere" },
};

/** Adds `lib/`. */
async function anEnvironment(): Promise<{ blobs: ReturnType<typeof memoryBlobs>; environment: Environment }> {
  const blobs = memoryBlobs();
  const made = { ...spec, "lib/x.js": "x", "lib/bin": { target: "x.js" } };
  const { added } = await addedTo(treeStore(blobs), await treeOf(blobs, spec), await treeOf(blobs, made));
  return { blobs, environment: { v: 1, added } };
}

const ownerOf = (path: string): string => {
  const { uid, gid } = lstatSync(path);
  return `${uid}:${gid}`;
};

/** Whom a workspace and everything in it belongs to. */
function owners({ dir }: Workspace): string[] {
  const below = readdirSync(dir, { recursive: true, encoding: "utf8" });
  return [...new Set([dir, ...below.map((path) => join(dir, path))].map(ownerOf))];
}

async function checkout(): Promise<{ slot: Workspace; base: string; tree: string }> {
  const { blobs, environment } = await anEnvironment();
  const ground = slotGround({ blobs, environment, owner: worker });
  const tree = await treeOf(blobs, spec);
  return { slot: await ground.workspaces.checkout("run/task/a/1", tree), base: ground.base, tree };
}

describe.skipIf(!isRoot)("workspaces of another owner (needs root)", () => {
  test("all of it belongs to them, itself and the environment included; modes are as in the tree", async () => {
    const { slot, tree } = await checkout();
    expect(owners(slot)).toEqual(["12345:54321"]);
    expect(lstatSync(join(slot.dir, "lib/bin")).isSymbolicLink()).toBe(true);
    expect(await slot.snapshot()).toEqual({ tree, skipped: [] });
  });

  test("and again after a reset, whatever was there and whoever it belonged to", async () => {
    const { slot, tree } = await checkout();
    const at = (path: string): string => join(slot.dir, path);
    for (const path of ["a.txt", "sub", "sub/deep/closed", "lib"]) chownSync(at(path), 0, 0);
    chownSync(slot.dir, 7, 7);
    rmSync(at("sub/link"));
    symlinkSync("../a.txt", at("sub/link"));
    rmSync(at("dangling"));
    mkdirSync(at("dangling"));
    renameSync(at("lib/x.js"), at("lib/y.js"));
    writeFileSync(at("lib/x.js"), "x");
    await slot.reset(tree);
    expect(owners(slot)).toEqual(["12345:54321"]);
    expect(await slot.snapshot()).toEqual({ tree, skipped: [] });
  });

  test("nothing outside gets another owner: neither through symlinks nor through hard links", async () => {
    const { slot, base, tree } = await checkout();
    const at = (path: string): string => join(slot.dir, path);
    mkdirSync(join(base, "outside/deep"), { recursive: true });
    writeFileSync(join(base, "outside/deep/closed"), "o");
    writeFileSync(join(base, "outside/file"), "a", { mode: 0o644 });
    rmSync(at("sub"), { recursive: true });
    symlinkSync(join(base, "outside"), at("sub"));
    rmSync(at("a.txt"));
    linkSync(join(base, "outside/file"), at("a.txt"));
    await slot.reset(tree);
    expect(owners(slot)).toEqual(["12345:54321"]);
    for (const path of ["outside", "outside/deep", "outside/deep/closed", "outside/file"])
      expect([path, ownerOf(join(base, path))]).toEqual([path, "0:0"]);
  });
});

describe.skipIf(!isRoot)("give (needs root)", () => {
  test("gives a symlink itself, not what it points to", () => {
    const dir = tempDir();
    writeFileSync(join(dir, "file"), "f");
    symlinkSync("file", join(dir, "link"));
    give(dir, "link", worker);
    expect([ownerOf(join(dir, "link")), ownerOf(join(dir, "file"))]).toEqual(["12345:54321", "0:0"]);
  });

  test("refuses a path whose directory was swapped for a symlink that leads out", () => {
    const [dir, outside] = [tempDir(), tempDir()];
    mkdirSync(join(outside, "etc"));
    symlinkSync(outside, join(dir, "sub"));
    expect(() => give(dir, "sub/etc", worker)).toThrow('"sub/etc" led out of its workspace');
    expect(ownerOf(join(outside, "etc"))).toBe("0:0");
  });

  test("null gives nothing to anybody", () => {
    expect(() => give("/nowhere", "at/all", null)).not.toThrow();
  });
});
