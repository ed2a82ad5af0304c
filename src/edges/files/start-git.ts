import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import { isDotGit, isReservedAtTop } from "../../core/reserved-name.ts";
import type { TreeEntry, TreeStore } from "../../core/tree.ts";
import { entriesOf, root, sameEntry } from "../../core/tree-diff.ts";
import { joined } from "../../core/tree-path.ts";
import { storeEntries } from "../../core/tree-store.ts";
import { strayPointers } from "./git-pointer.ts";
import { isGitPart, looksLikeGitDirectory } from "./git-shape.ts";
import { memoryOver } from "./memory-over.ts";

export interface StartGit {
  readonly tree: Digest;
  /** Reads the tree; its new nodes are in memory only. */
  readonly store: TreeStore;
  /** Paths of the entries that are not as in the tree that was given. */
  readonly leftOut: readonly string[];
}

/**
 * A tree in which all that git may start a program for is as it was in the tree a run started from, or is not there:
 * every `.git`, a `.harness` at the top, and what of a directory that git would take for a repository names programs.
 * A `.git` that leads to a place in the tree stays only if that place is as it was. What the run removed stays removed:
 * nothing runs because of what is not there.
 */
export async function withStartGit(
  store: TreeStore,
  blobs: Pick<Blobs, "get">,
  startTree: Digest | null,
  tree: Digest,
): Promise<StartGit> {
  const restoring: Restoring = { store: memoryOver(store), leftOut: [] };
  const restored = await restoredTree(restoring, "", startTree === null ? null : root(startTree), tree);
  const sides = { store: restoring.store, blobs, before: startTree, after: restored };
  const stray = startTree === restored ? [] : await strayPointers(sides);
  return {
    tree: await without(restoring.store, "", restored, new Set(stray)),
    store: restoring.store,
    leftOut: [...restoring.leftOut, ...stray].toSorted(),
  };
}

/** Paths of entries that a run made or changed and that git may start a program for; what is below belongs to them. */
export async function madeGit(store: TreeStore, startTree: Digest, tree: Digest): Promise<readonly string[]> {
  const restoring: Restoring = { store: memoryOver(store), leftOut: [] };
  await restoredTree(restoring, "", root(startTree), tree);
  return restoring.leftOut;
}

/** Whether a path is one of these or lies below one. */
export function isAtOrBelow(paths: readonly string[]): (path: string) => boolean {
  const all = new Set(paths);
  return (path) => {
    if (all.size === 0) return false;
    for (let end = path.indexOf("/"); end !== -1; end = path.indexOf("/", end + 1))
      if (all.has(path.slice(0, end))) return true;
    return all.has(path);
  };
}

interface Restoring {
  readonly store: TreeStore;
  readonly leftOut: string[];
}

/** Recursive: a tree's paths are at most 1,500 names deep. */
async function restoredTree(
  restoring: Restoring,
  path: string,
  before: TreeEntry | null,
  tree: Digest,
): Promise<Digest> {
  if (before?.type === "dir" && before.tree === tree) return tree;
  const starts = await entriesOf(restoring.store, before);
  const { entries } = await restoring.store.load(tree);
  const isGitDirectory = looksLikeGitDirectory(entries);
  const kept: TreeEntry[] = [];
  for (const entry of entries) {
    const start = starts.get(entry.name) ?? null;
    const isGits = (path === "" ? isReservedAtTop : isDotGit)(entry.name);
    const one =
      isGits || (isGitDirectory && isGitPart(entry.name))
        ? asAtStart(restoring, joined(path, entry.name), start, entry)
        : await restoredEntry(restoring, joined(path, entry.name), start, entry);
    if (one !== null) kept.push(one);
  }
  return isSame(kept, entries) ? tree : storeEntries(restoring.store, kept);
}

function asAtStart(
  restoring: Restoring,
  path: string,
  start: TreeEntry | null,
  entry: TreeEntry,
): TreeEntry | null {
  if (sameEntry(start, entry)) return entry;
  restoring.leftOut.push(path);
  return start;
}

async function restoredEntry(
  restoring: Restoring,
  path: string,
  start: TreeEntry | null,
  entry: TreeEntry,
): Promise<TreeEntry> {
  if (entry.type !== "dir") return entry;
  const tree = await restoredTree(restoring, path, start, entry.tree);
  return tree === entry.tree ? entry : { ...entry, tree };
}

const isSame = (kept: readonly TreeEntry[], entries: readonly TreeEntry[]): boolean =>
  kept.length === entries.length && kept.every((entry, n) => entry === entries[n]);

/** The tree without what lies at these paths. */
async function without(
  store: TreeStore,
  path: string,
  tree: Digest,
  paths: ReadonlySet<string>,
): Promise<Digest> {
  const below = path === "" ? "" : `${path}/`;
  if (![...paths].some((one) => one.startsWith(below))) return tree;
  const kept: TreeEntry[] = [];
  for (const entry of (await store.load(tree)).entries) {
    const at = joined(path, entry.name);
    if (paths.has(at)) continue;
    if (entry.type !== "dir") kept.push(entry);
    else kept.push({ ...entry, tree: await without(store, at, entry.tree, paths) });
  }
  return storeEntries(store, kept);
}
