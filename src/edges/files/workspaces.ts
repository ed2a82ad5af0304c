import { mkdirSync, readdirSync, realpathSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { pathsBesides, withEnvironment } from "../../core/environment.ts";
import type { Environment } from "../../core/environment.ts";
import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import type { Snapshot, Workspace, Workspaces } from "../../core/workspace.ts";
import { isReservedAtTop } from "../../core/reserved-name.ts";
import { treeStore } from "../../core/tree-store.ts";
import type { TreeStore } from "../../core/tree.ts";
import { datesOf } from "./dates.ts";
import { setMode } from "./inside.ts";
import { nothingKnown } from "./known.ts";
import { matchTree } from "./match-tree.ts";
import { memoryOver } from "./memory-over.ts";
import type { Owner } from "./owner.ts";
import { mountQuota, unmountQuota } from "./quota.ts";
import { readFileAt } from "./read-file.ts";
import { removeTree } from "./remove.ts";
import { scratchOf } from "./scratch.ts";
import type { IsScratch } from "./scratch.ts";
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
  /** What the run started from: no path of it is scratch. */
  readonly base: Digest | null;
  /** What every workspace holds besides its tree, and no snapshot takes. */
  readonly environment: Environment;
  /** Whom everything in a workspace belongs to, itself included; takes root. null: whoever this process is. */
  readonly owner: Owner | null;
  /** Most bytes of one workspace, kept by a file system of its own; takes the right to mount. Without: the disk's. */
  readonly quota?: number | null;
}

/** Workspaces as directories on this machine. Nothing in them is trusted: they are walked, never asked. */
export function openWorkspaces(options: WorkspacesOptions): Workspaces {
  const { root, blobs } = options;
  const trees = treeStore(blobs);
  let isScratch: IsScratch | null = null;
  let dates: ReturnType<typeof datesOf> | null = null;
  const dated = async (): ReturnType<typeof datesOf> =>
    (dates ??= datesOf(trees, options.base, options.environment));
  const scratch = async (): Promise<IsScratch> =>
    (isScratch ??= await scratchOf(options.scratch, trees, options.base));
  return {
    checkout: async (name, tree) => {
      const dir = await newDirectory(root, name, options.quota ?? null);
      const workspace = open({ ...options, dir, trees, isScratch: scratch, dated });
      await workspace.reset(tree);
      return workspace;
    },
    left: async () => directoriesIn(root).flatMap((directory) => nameOf(directory) ?? []),
    sweep: async (prefix) => {
      for (const directory of directoriesIn(root))
        if (nameOf(directory)?.startsWith(prefix) === true) await discard(join(root, directory));
    },
  };
}

/** Of the workspace itself; its parent lets nobody else in. */
const rootMode = 0o755;

async function newDirectory(root: string, name: string, quota: number | null): Promise<string> {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  setMode(realpathSync(root), 0o700);
  const dir = join(realpathSync(root), directoryOf(name));
  await discard(dir);
  mkdirSync(dir);
  if (quota !== null) await mountQuota(dir, quota);
  return dir;
}

async function discard(dir: string): Promise<void> {
  await unmountQuota(dir);
  await removeTree(dir);
}

const directoriesIn = (root: string): readonly string[] =>
  lstatSync(root, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(root);

interface Opening extends Pick<WorkspacesOptions, "blobs" | "environment" | "owner"> {
  readonly dir: string;
  readonly trees: TreeStore;
  readonly isScratch: () => Promise<IsScratch>;
  readonly dated: () => ReturnType<typeof datesOf>;
}

function open({ dir, blobs, trees, isScratch, dated, environment, owner }: Opening): Workspace {
  /** From the last walk, and from the last reset: what snapshots leave out is in that one only. */
  let [known, written] = [nothingKnown(), nothingKnown()];
  /** What of the environment is no part of a snapshot. */
  let besides: ReadonlySet<string> = new Set();
  return {
    dir,
    reset: async (tree: Digest): Promise<void> => {
      // Of what a snapshot found, a mapped file may have changed unseen since.
      const before = written;
      [known, written] = [nothingKnown(), nothingKnown()];
      besides = new Set(await pathsBesides(trees, tree, environment));
      const store = memoryOver(trees);
      const whole = await withEnvironment(store, tree, environment);
      const walked = await walk({ root: dir, skip: () => false, own: true });
      const dateOf = (await dated())(besides);
      written = await matchTree(
        { root: dir, rootMode, store, blobs, known: before, owner, dateOf },
        walked.dir,
        whole,
      );
      known = written;
    },
    snapshot: async ({ anew } = { anew: false }): Promise<Snapshot> => {
      const reserved: string[] = [];
      const skip = skipping(besides, reserved, await isScratch());
      const walked = await walk({ root: dir, skip, own: true });
      try {
        const stored = await storeFound({ root: dir, blobs, known: anew ? written : known }, walked.dir);
        known = stored.known;
        const others = walked.others.map(({ path }) => path);
        return { tree: stored.tree, skipped: [...reserved, ...others].toSorted() };
      } finally {
        walked.relock();
      }
    },
    read: async (path, offset, limit) => readFileAt(dir, path, offset, limit),
    remove: async () => discard(dir),
  };
}

/** What a snapshot does not look at; notes what a worker made and never becomes part of a result. */
const skipping =
  (besides: ReadonlySet<string>, reserved: string[], isScratch: IsScratch): WalkOptions["skip"] =>
  (path, isDirectory) => {
    if (besides.has(path)) return true;
    if (!isReservedAtTop(path)) return isScratch(path, isDirectory);
    reserved.push(path);
    return true;
  };
