import { mkdirSync, readdirSync, realpathSync, lstatSync } from "node:fs";
import { join } from "node:path";
import type { Digest } from "../../core/id.ts";
import type { Blobs, Snapshot, Workspace, Workspaces } from "../../core/ports.ts";
import { isReservedAtTop } from "../../core/reserved-name.ts";
import { treeStore } from "../../core/tree-store.ts";
import type { TreeStore } from "../../core/tree.ts";
import { excludes } from "./exclude.ts";
import { setMode } from "./inside.ts";
import { nothingKnown } from "./known.ts";
import type { Known } from "./known.ts";
import { matchTree } from "./match-tree.ts";
import { textOfPath } from "./names.ts";
import { readFileAt } from "./read-file.ts";
import { removeTree } from "./remove.ts";
import { directoryOf, nameOf } from "./slot-name.ts";
import { storeFound } from "./store-found.ts";
import { walk } from "./walk.ts";
import type { WalkOptions } from "./walk.ts";

export interface WorkspacesOptions {
  /** The directory of all workspaces, made when first needed, for its owner only. */
  readonly root: string;
  readonly blobs: Blobs;
  /**
   * Paths that no snapshot takes, directories with all they hold. Read as `exclude` of an import is, so that a base
   * imported with these at the end of its `exclude` has none of them.
   */
  readonly scratch: readonly string[];
}

/** Workspaces as directories on this machine. Nothing in them is trusted: they are walked, never asked. */
export function openWorkspaces({ root, blobs, scratch }: WorkspacesOptions): Workspaces {
  const trees = treeStore(blobs);
  const skip = skipping(scratch);
  return {
    checkout: async (name, tree) => {
      const dir = await newDirectory(root, name);
      const workspace = open({ dir, blobs, trees, skip });
      await workspace.reset(tree);
      return workspace;
    },
    sweep: async (prefix) => {
      for (const directory of directoriesIn(root))
        if (nameOf(directory)?.startsWith(prefix) === true) await removeTree(join(root, directory));
    },
  };
}

function skipping(scratch: readonly string[]): WalkOptions["skip"] {
  const isScratch = excludes(scratch);
  return (path, isDirectory) => isScratch(textOfPath(path), isDirectory) !== null;
}

/** Skips what never becomes part of a result too, and notes it. */
const withoutReserved =
  (skip: WalkOptions["skip"], reserved: string[]): WalkOptions["skip"] =>
  (path, isDirectory) => {
    if (!isReservedAtTop(path)) return skip(path, isDirectory);
    reserved.push(path);
    return true;
  };

/** Of the workspace itself; its parent lets nobody else in. */
const rootMode = 0o755;

async function newDirectory(root: string, name: string): Promise<string> {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  setMode(realpathSync(root), 0o700);
  const dir = join(realpathSync(root), directoryOf(name));
  await removeTree(dir);
  mkdirSync(dir);
  return dir;
}

const directoriesIn = (root: string): readonly string[] =>
  lstatSync(root, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(root);

interface Opening {
  readonly dir: string;
  readonly blobs: Blobs;
  readonly trees: TreeStore;
  /** Whether a snapshot leaves a path out. */
  readonly skip: WalkOptions["skip"];
}

function open({ dir, blobs, trees, skip }: Opening): Workspace {
  let known: Known = nothingKnown();
  return {
    dir,
    reset: async (tree: Digest): Promise<void> => {
      const before = known;
      known = nothingKnown();
      const walked = await walk({ root: dir, skip: () => false, own: true });
      known = await matchTree({ root: dir, rootMode, store: trees, blobs, known: before }, walked.dir, tree);
    },
    snapshot: async (): Promise<Snapshot> => {
      const reserved: string[] = [];
      const walked = await walk({ root: dir, skip: withoutReserved(skip, reserved), own: true });
      try {
        const stored = await storeFound({ root: dir, blobs, known }, walked.dir);
        known = stored.known;
        const others = walked.others.map(({ path }) => path);
        return { tree: stored.tree, skipped: [...reserved, ...others].toSorted() };
      } finally {
        walked.relock();
      }
    },
    read: async (path, offset, limit) => readFileAt(dir, path, offset, limit),
    remove: async () => removeTree(dir),
  };
}
