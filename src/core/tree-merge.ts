import type { Digest } from "./id.ts";
import type { DirEntry, TreeEntry, TreeStore } from "./tree.ts";
import { entriesOf, namesOf, root, sameEntry } from "./tree-diff.ts";
import { joined } from "./tree-path.ts";
import { storeEntries } from "./tree-store.ts";

export interface Merged {
  /** Where there are conflicts, this has ours at their paths. */
  readonly tree: Digest;
  /** Paths both sides changed in different ways, in the order of `listTree`. */
  readonly conflicts: readonly string[];
}

/**
 * Three-way per path: where one side only changed, its version; where both did the same, that; else a conflict.
 * Nothing is merged inside a file, and its mode is part of it: new bytes here and a new mode there conflict.
 *
 * A directory is a path like any other, with its mode. One that a side removed is gone unless the other side has
 * something new in it; then it stays. Where something else took its place, that is a conflict.
 */
export async function mergeTrees(
  store: TreeStore,
  base: Digest,
  ours: Digest,
  theirs: Digest,
): Promise<Merged> {
  const { entry, conflicts } = await mergeEntry(store, "", {
    base: root(base),
    ours: root(ours),
    theirs: root(theirs),
  });
  if (entry?.type !== "dir") throw new Error("a merge of directories is a directory");
  return { tree: entry.tree, conflicts };
}

/** What stands at one path in the three trees. */
interface Sides {
  readonly base: TreeEntry | null;
  readonly ours: TreeEntry | null;
  readonly theirs: TreeEntry | null;
}

interface Outcome {
  readonly entry: TreeEntry | null;
  readonly conflicts: readonly string[];
}

const taken = (entry: TreeEntry | null): Outcome => ({ entry, conflicts: [] });

async function mergeEntry(store: TreeStore, path: string, sides: Sides): Promise<Outcome> {
  const { base, ours, theirs } = sides;
  if (sameEntry(ours, theirs) || sameEntry(base, theirs)) return taken(ours);
  if (sameEntry(base, ours)) return taken(theirs);
  if (ours?.type === "dir" && theirs?.type === "dir") return mergeBoth(store, path, base, ours, theirs);
  if (base?.type === "dir" && ours?.type === "dir") return mergeRemoved(store, path, base, sides, ours);
  if (base?.type === "dir" && theirs?.type === "dir") return mergeRemoved(store, path, base, sides, theirs);
  return { entry: ours, conflicts: [path] };
}

/** A directory on both sides. */
async function mergeBoth(
  store: TreeStore,
  path: string,
  base: TreeEntry | null,
  ours: DirEntry,
  theirs: DirEntry,
): Promise<Outcome> {
  const inside = await mergeInside(store, path, { base, ours, theirs });
  const mode = mergeMode(base?.type === "dir" ? base.mode : null, ours.mode, theirs.mode);
  return {
    entry: { ...ours, mode: mode ?? ours.mode, tree: inside.tree },
    conflicts: mode === null ? [path, ...inside.conflicts] : inside.conflicts,
  };
}

function mergeMode(base: number | null, ours: number, theirs: number): number | null {
  if (ours === theirs || base === theirs) return ours;
  return base === ours ? theirs : null;
}

/** A directory that one side still has, as `kept`, and the other removed or replaced. */
async function mergeRemoved(
  store: TreeStore,
  path: string,
  base: DirEntry,
  sides: Sides,
  kept: DirEntry,
): Promise<Outcome> {
  const instead = sides.ours === kept ? sides.theirs : sides.ours;
  const inside = await mergeInside(store, path, sides);
  const isInTheWay = instead !== null && !inside.isEmpty;
  const conflicts = isInTheWay || kept.mode !== base.mode ? [path, ...inside.conflicts] : inside.conflicts;
  if (conflicts.length > 0) return { entry: sides.ours, conflicts };
  return taken(inside.isEmpty ? instead : { ...kept, tree: inside.tree });
}

interface Inside {
  readonly tree: Digest;
  /** Neither side has anything to keep here, for certain. */
  readonly isEmpty: boolean;
  readonly conflicts: readonly string[];
}

/** Merges name by name what the sides hold at a path; a side that is no directory holds nothing. */
async function mergeInside(store: TreeStore, path: string, sides: Sides): Promise<Inside> {
  const [base, ours, theirs] = await Promise.all([
    entriesOf(store, sides.base),
    entriesOf(store, sides.ours),
    entriesOf(store, sides.theirs),
  ]);
  const merged = await Promise.all(
    namesOf(base, ours, theirs).map(async (name) =>
      mergeEntry(store, joined(path, name), {
        base: base.get(name) ?? null,
        ours: ours.get(name) ?? null,
        theirs: theirs.get(name) ?? null,
      }),
    ),
  );
  const entries = merged.flatMap(({ entry }) => (entry === null ? [] : [entry]));
  const conflicts = merged.flatMap((one) => one.conflicts);
  return {
    tree: await storeEntries(store, entries),
    isEmpty: entries.length === 0 && conflicts.length === 0,
    conflicts,
  };
}
