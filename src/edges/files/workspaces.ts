import { mkdirSync, readdirSync, realpathSync, lstatSync } from "node:fs";
import { join } from "node:path";
import picomatch from "picomatch";
import type { Digest } from "../../core/id.ts";
import type { Blobs, Snapshot, Workspace, Workspaces } from "../../core/ports.ts";
import { treeStore } from "../../core/tree-store.ts";
import type { TreeStore } from "../../core/tree.ts";
import { setMode } from "./inside.ts";
import { nothingKnown } from "./known.ts";
import type { Known } from "./known.ts";
import { matchTree } from "./match-tree.ts";
import { readFileAt } from "./read-file.ts";
import { removeTree } from "./remove.ts";
import { directoryOf, nameOf } from "./slot-name.ts";
import { storeFound } from "./store-found.ts";
import { walk } from "./walk.ts";

export interface WorkspacesOptions {
  /** The directory of all workspaces, made when first needed, for its owner only. */
  readonly root: string;
  readonly blobs: Blobs;
  /** Globs of paths that no snapshot takes, directories with all they hold. */
  readonly scratch: readonly string[];
}

/** Workspaces as directories on this machine. Nothing in them is trusted: they are walked, never asked. */
export function openWorkspaces({ root, blobs, scratch }: WorkspacesOptions): Workspaces {
  const trees = treeStore(blobs);
  const isScratch = scratchOf(scratch);
  return {
    checkout: async (name, tree) => {
      const dir = await newDirectory(root, name);
      const workspace = open({ dir, blobs, trees, isScratch });
      await workspace.reset(tree);
      return workspace;
    },
    sweep: async (prefix) => {
      for (const directory of directoriesIn(root))
        if (nameOf(directory)?.startsWith(prefix) === true) await removeTree(join(root, directory));
    },
  };
}

/** A line break in a name is a character like any other (`s`). */
function scratchOf(globs: readonly string[]): (path: string) => boolean {
  const matches = picomatch([...globs], { dot: true, flags: "s" });
  return (path) => matches(path);
}

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
  readonly isScratch: (path: string) => boolean;
}

function open({ dir, blobs, trees, isScratch }: Opening): Workspace {
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
      const walked = await walk({ root: dir, skip: isScratch, own: true });
      try {
        const stored = await storeFound({ root: dir, blobs, known }, walked.dir);
        known = stored.known;
        return { tree: stored.tree, skipped: walked.others.map(({ path }) => path).toSorted() };
      } finally {
        walked.relock();
      }
    },
    read: async (path, offset, limit) => readFileAt(dir, path, offset, limit),
    remove: async () => removeTree(dir),
  };
}
