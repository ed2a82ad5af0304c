import { isDotGit, isReservedAtTop } from "../../core/reserved-name.ts";
import type { Digest } from "../../core/id.ts";
import { encodeTree } from "../../core/tree.ts";
import type { TreeEntry, TreeNode, TreeStore } from "../../core/tree.ts";
import { entriesOf, root, sameEntry } from "../../core/tree-diff.ts";
import { joined } from "../../core/tree-path.ts";
import { digestOf } from "./file-content.ts";

export interface StartGit {
  readonly tree: Digest;
  /** Reads the tree; its new nodes are in memory only. */
  readonly store: TreeStore;
  /** Paths of the entries that are not as in the tree that was given. */
  readonly leftOut: readonly string[];
}

/**
 * A tree in which every `.git`, and a `.harness` at the top, is as it was in the tree a run started from, or is not
 * there. One that the run removed stays removed: nothing runs because of what is not there.
 */
export async function withStartGit(
  store: TreeStore,
  startTree: Digest | null,
  tree: Digest,
): Promise<StartGit> {
  const made = new Map<Digest, TreeNode>();
  const restoring: Restoring = { store, made, leftOut: [] };
  return {
    tree: await restored(restoring, "", startTree === null ? null : root(startTree), tree),
    store: { ...store, load: async (digest) => made.get(digest) ?? store.load(digest) },
    leftOut: restoring.leftOut,
  };
}

interface Restoring {
  readonly store: TreeStore;
  readonly made: Map<Digest, TreeNode>;
  readonly leftOut: string[];
}

/** Recursive: a tree's paths are at most 1,500 names deep. */
async function restored(
  restoring: Restoring,
  path: string,
  before: TreeEntry | null,
  tree: Digest,
): Promise<Digest> {
  if (before?.type === "dir" && before.tree === tree) return tree;
  const starts = await entriesOf(restoring.store, before);
  const { entries } = await restoring.store.load(tree);
  const kept: TreeEntry[] = [];
  for (const entry of entries) {
    const start = starts.get(entry.name) ?? null;
    const one = await restoredEntry(restoring, joined(path, entry.name), start, entry);
    if (one !== null) kept.push(one);
  }
  if (kept.every((entry, n) => entry === entries[n]) && kept.length === entries.length) return tree;
  const node: TreeNode = { v: 1, entries: kept };
  const digest = digestOf(encodeTree(node));
  restoring.made.set(digest, node);
  return digest;
}

async function restoredEntry(
  restoring: Restoring,
  path: string,
  start: TreeEntry | null,
  entry: TreeEntry,
): Promise<TreeEntry | null> {
  const isReserved = path === entry.name ? isReservedAtTop : isDotGit;
  if (isReserved(entry.name)) {
    if (sameEntry(start, entry)) return entry;
    restoring.leftOut.push(path);
    return start;
  }
  if (entry.type !== "dir") return entry;
  const tree = await restored(restoring, path, start, entry.tree);
  return tree === entry.tree ? entry : { ...entry, tree };
}
