import type { Digest } from "./id.ts";
import type { DirEntry, TreeEntry, TreeStore } from "./tree.ts";
import { joined } from "./tree-path.ts";

export interface Listed {
  readonly path: string;
  readonly entry: TreeEntry;
}

/** Everything in a tree, depth first in name order, each directory before what it holds. */
export async function* listTree(store: TreeStore, tree: Digest): AsyncIterable<Listed> {
  const open: Listed[] = await inside(store, "", tree);
  for (let listed = open.pop(); listed !== undefined; listed = open.pop()) {
    yield listed;
    const { path, entry } = listed;
    if (entry.type === "dir") for (const child of await inside(store, path, entry.tree)) open.push(child);
  }
}

/** What a directory holds, last name first: a stack pops the first. */
async function inside(store: TreeStore, path: string, tree: Digest): Promise<Listed[]> {
  const { entries } = await store.load(tree);
  return entries.map((entry) => ({ path: joined(path, entry.name), entry })).toReversed();
}

export interface Change {
  readonly path: string;
  /** null: nothing was there. */
  readonly before: TreeEntry | null;
  /** null: nothing is there now. */
  readonly after: TreeEntry | null;
}

/**
 * What differs, in the order of `listTree`. An added or removed directory is listed with all it holds; one that is
 * in both is listed when its mode differs. Where a directory took the place of something else, or gave it up, that
 * is a removal and then an addition: one change never has a directory on one side and something else on the other.
 */
export async function diffTrees(store: TreeStore, from: Digest, to: Digest): Promise<readonly Change[]> {
  const changes: Change[] = [];
  const open: Change[] = [{ path: "", before: root(from), after: root(to) }];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const { path, before, after } = pair;
    if (sameEntry(before, after)) continue;
    if (before !== null && after !== null && (before.type === "dir") !== (after.type === "dir")) {
      open.push({ path, before: null, after }, { path, before, after: null });
      continue;
    }
    if (!isKeptDirectory(before, after)) changes.push(pair);
    for (const child of await children(store, pair)) open.push(child);
  }
  return changes;
}

/** A whole tree as an entry like any other. It has no name, and its mode is not recorded. */
export const root = (tree: Digest): DirEntry => ({ name: "", type: "dir", mode: 0, tree });

const isKeptDirectory = (before: TreeEntry | null, after: TreeEntry | null): boolean =>
  before?.type === "dir" && after?.type === "dir" && before.mode === after.mode;

/** The pairs below a pair, last name first. */
async function children(store: TreeStore, { path, before, after }: Change): Promise<Change[]> {
  const [olds, news] = await Promise.all([entriesOf(store, before), entriesOf(store, after)]);
  return namesOf(olds, news)
    .map((name) => ({
      path: joined(path, name),
      before: olds.get(name) ?? null,
      after: news.get(name) ?? null,
    }))
    .toReversed();
}

/** What a directory holds by name; nothing for anything else. */
export async function entriesOf(
  store: TreeStore,
  entry: TreeEntry | null,
): Promise<ReadonlyMap<string, TreeEntry>> {
  if (entry?.type !== "dir") return new Map();
  const { entries } = await store.load(entry.tree);
  return new Map(entries.map((child) => [child.name, child]));
}

/** All names, each once, in the order of a tree's entries. */
export const namesOf = (...sides: readonly ReadonlyMap<string, unknown>[]): string[] =>
  [...new Set(sides.flatMap((side) => [...side.keys()]))].toSorted();

/** Whether two entries of one name are alike in all a tree records. Directories are compared by digest. */
export function sameEntry(a: TreeEntry | null, b: TreeEntry | null): boolean {
  if (a === null || b === null) return a === b;
  switch (a.type) {
    case "file":
      return b.type === "file" && a.mode === b.mode && a.content === b.content;
    case "dir":
      return b.type === "dir" && a.mode === b.mode && a.tree === b.tree;
    case "symlink":
      return b.type === "symlink" && a.target === b.target;
  }
}

/** What stands at a path, null for nothing. Symlinks are not followed; the root itself is no entry. */
export async function lookup(store: TreeStore, tree: Digest, path: string): Promise<TreeEntry | null> {
  let at: TreeEntry = root(tree);
  for (const name of path.split("/")) {
    if (at.type !== "dir") return null;
    const found: TreeEntry | undefined = (await store.load(at.tree)).entries.find(
      (entry) => entry.name === name,
    );
    if (found === undefined) return null;
    at = found;
  }
  return at;
}
