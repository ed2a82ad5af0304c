import { noEnvironment, pathsBesides, withEnvironment } from "../../src/core/environment.ts";
import type { Environment } from "../../src/core/environment.ts";
import type { Digest } from "../../src/core/id.ts";
import type { Blobs } from "../../src/core/ports.ts";
import type { FileRead, Snapshot, Workspace, Workspaces } from "../../src/core/workspace.ts";
import { isReservedAtTop } from "../../src/core/reserved-name.ts";
import type { TreeEntry, TreeStore } from "../../src/core/tree.ts";
import { listTree } from "../../src/core/tree-diff.ts";
import { treeStore } from "../../src/core/tree-store.ts";

type MemoryFile =
  | { readonly type: "file"; readonly mode: number; readonly bytes: Uint8Array }
  | { readonly type: "dir"; readonly mode: number }
  | { readonly type: "symlink"; readonly target: string };

/** By path. Directories need not be named for what is in them: they are 0755 then. */
export type MemoryFiles = Map<string, MemoryFile>;

export interface MemoryWorkspaces extends Workspaces {
  /** What a workspace holds, to be changed by tests and by the memory sandbox. */
  files(name: string): MemoryFiles;
}

export function memoryWorkspaces(
  blobs: Blobs,
  isScratch: (path: string) => boolean = () => false,
  environment: Environment = noEnvironment,
): MemoryWorkspaces {
  const held = new Map<string, MemoryFiles>();
  const world: World = { trees: treeStore(blobs), blobs, isScratch, environment };
  return {
    files: (name) => {
      const files = held.get(name);
      if (files === undefined) throw new Error(`no workspace ${name}`);
      return files;
    },
    checkout: async (name, tree) => {
      const files: MemoryFiles = new Map();
      held.set(name, files);
      const made = workspace(world, files, name, () => held.delete(name));
      await made.reset(tree);
      return made;
    },
    left: async () => [...held.keys()],
    sweep: async (prefix) => {
      for (const [name, files] of held) {
        if (!name.startsWith(prefix)) continue;
        files.clear();
        held.delete(name);
      }
    },
  };
}

interface World {
  readonly trees: TreeStore;
  readonly blobs: Blobs;
  readonly isScratch: (path: string) => boolean;
  readonly environment: Environment;
}

function workspace(world: World, files: MemoryFiles, name: string, forget: () => void): Workspace {
  let besides: readonly string[] = [];
  return {
    dir: `/memory/${name}`,
    reset: async (tree) => {
      besides = await pathsBesides(world.trees, tree, world.environment);
      await fill(world, files, await withEnvironment(world.trees, tree, world.environment));
    },
    snapshot: async () => snapshot(world, files, new Set(besides)),
    read: async (path, offset, limit) => read(files, path, offset, limit),
    remove: async () => {
      files.clear();
      forget();
    },
  };
}

async function fill({ trees, blobs }: World, files: MemoryFiles, tree: Digest): Promise<void> {
  files.clear();
  for await (const { path, entry } of listTree(trees, tree)) files.set(path, await fileOf(blobs, entry));
}

async function fileOf(blobs: Blobs, entry: TreeEntry): Promise<MemoryFile> {
  switch (entry.type) {
    case "file":
      return { type: "file", mode: entry.mode, bytes: await blobs.get(entry.content) };
    case "dir":
      return { type: "dir", mode: entry.mode };
    case "symlink":
      return { type: "symlink", target: entry.target };
  }
}

async function snapshot(
  { trees, blobs, isScratch }: World,
  files: MemoryFiles,
  besides: ReadonlySet<string>,
): Promise<Snapshot> {
  const kept: MemoryFiles = new Map();
  const reserved = new Set<string>();
  for (const [path, file] of files) {
    const parents = parentsOf(path);
    const [top = path] = parents;
    if ([...parents, path].some((one) => besides.has(one))) continue;
    if (isReservedAtTop(top)) {
      reserved.add(top);
      continue;
    }
    if ([...parents, path].some(isScratch)) continue;
    for (const parent of parents) if (!kept.has(parent)) kept.set(parent, { type: "dir", mode: 0o755 });
    kept.set(path, file);
  }
  return { tree: await storeDirectory(kept, trees, blobs, ""), skipped: [...reserved].toSorted() };
}

/** `a/b/c` → `a`, `a/b`. */
const parentsOf = (path: string): string[] =>
  path
    .split("/")
    .slice(0, -1)
    .map((_, n, names) => names.slice(0, n + 1).join("/"));

/** Stores the directory whose paths begin with `prefix`. */
async function storeDirectory(
  files: MemoryFiles,
  trees: TreeStore,
  blobs: Blobs,
  prefix: string,
): Promise<Digest> {
  const paths = [...files.keys()].filter(
    (path) => path.startsWith(prefix) && !path.slice(prefix.length).includes("/"),
  );
  const entries = await Promise.all(
    paths
      .toSorted()
      .map(async (path) =>
        entryOf(files, trees, blobs, path, path.slice(prefix.length), files.get(path) as MemoryFile),
      ),
  );
  const [tree = ""] = await trees.store([{ v: 1, entries }]);
  return tree;
}

async function entryOf(
  files: MemoryFiles,
  trees: TreeStore,
  blobs: Blobs,
  path: string,
  name: string,
  file: MemoryFile,
): Promise<TreeEntry> {
  switch (file.type) {
    case "file": {
      const [content = ""] = await blobs.put([file.bytes]);
      return { name, type: "file", mode: file.mode, size: file.bytes.length, content };
    }
    case "dir":
      return {
        name,
        type: "dir",
        mode: file.mode,
        tree: await storeDirectory(files, trees, blobs, `${path}/`),
      };
    case "symlink":
      return { name, type: "symlink", target: file.target };
  }
}

function read(files: MemoryFiles, asked: string, offset: number, limit: number): FileRead {
  const names = asked.split("/").filter((name) => name !== "" && name !== ".");
  if (asked.startsWith("/") || names.includes(".."))
    return { type: "refused", why: "is outside the workspace" };
  const path = names.join("/");
  const file = files.get(path);
  const isDirectory =
    path === "" || file?.type === "dir" || [...files.keys()].some((other) => other.startsWith(`${path}/`));
  if (isDirectory) return { type: "refused", why: "is a directory" };
  if (file === undefined) return { type: "missing" };
  if (file.type !== "file") return { type: "refused", why: "is a symlink" };
  return { type: "file", bytes: file.bytes.slice(offset, offset + limit), size: file.bytes.length };
}
