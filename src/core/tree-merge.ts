import type { Digest } from "./id.ts";
import type { TreeEntry, TreeStore } from "./tree.ts";
import { entriesOf, joined, namesOf, sameEntry } from "./tree-diff.ts";

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

type Dir = Extract<TreeEntry, { type: "dir" }>;

const root = (tree: Digest): Dir => ({ name: "", type: "dir", mode: 0, tree });

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
  ours: Dir,
  theirs: Dir,
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
  base: Dir,
  sides: Sides,
  kept: Dir,
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

async function storeEntries(store: TreeStore, entries: readonly TreeEntry[]): Promise<Digest> {
  const [tree] = await store.store([{ v: 1, entries }]);
  if (tree === undefined) throw new Error("the store named no tree");
  return tree;
}

export interface Overlaid {
  readonly tree: Digest;
  /** A line for each path that was put back: the path, and what had become of it when more than its bytes had changed. */
  readonly changed: readonly string[];
}

/**
 * Puts the files and symlinks of `base` that match into `candidate` exactly as they were, and the modes of the
 * directories that hold them (a directory nobody can list hides its files). What stands in their way gives way.
 * Paths that match and were not in `base` stay as the candidate has them.
 */
export async function overlay(
  store: TreeStore,
  candidate: Digest,
  base: Digest,
  matches: (path: string) => boolean,
): Promise<Overlaid> {
  const { entry, changed } = await putBack(store, "", root(candidate), root(base), matches);
  if (entry?.type !== "dir") throw new Error("an overlay of directories is a directory");
  return { tree: entry.tree, changed };
}

interface Restored {
  readonly entry: TreeEntry | null;
  readonly changed: readonly string[];
  /** Whether anything of the base below or at this path matches. */
  readonly holds: boolean;
}

async function putBack(
  store: TreeStore,
  path: string,
  candidate: TreeEntry | null,
  base: TreeEntry,
  matches: (path: string) => boolean,
): Promise<Restored> {
  if (sameEntry(candidate, base))
    return { entry: candidate, changed: [], holds: base.type !== "dir" && matches(path) };
  if (base.type === "dir") return putBackInside(store, path, candidate, base, matches);
  if (!matches(path)) return { entry: candidate, changed: [], holds: false };
  return { entry: base, changed: [told(path, candidate, base)], holds: true };
}

async function putBackInside(
  store: TreeStore,
  path: string,
  candidate: TreeEntry | null,
  base: Dir,
  matches: (path: string) => boolean,
): Promise<Restored> {
  const [mine, olds] = await Promise.all([entriesOf(store, candidate), entriesOf(store, base)]);
  const restored = await Promise.all(
    [...olds].map(async ([name, old]): Promise<[string, Restored]> => [
      name,
      await putBack(store, joined(path, name), mine.get(name) ?? null, old, matches),
    ]),
  );
  if (!restored.some(([, { holds }]) => holds)) return { entry: candidate, changed: [], holds: false };
  const entries = new Map(mine);
  for (const [name, { entry }] of restored) if (entry !== null) entries.set(name, entry);
  const below = restored.flatMap(([, one]) => one.changed);
  const isMoved = candidate === null || candidate.type !== "dir" || candidate.mode !== base.mode;
  const sorted = namesOf(entries).flatMap((name) => entries.get(name) ?? []);
  return {
    entry: { ...base, tree: await storeEntries(store, sorted) },
    changed: isMoved ? [told(path, candidate, base), ...below] : below,
    holds: true,
  };
}

function told(path: string, candidate: TreeEntry | null, base: TreeEntry): string {
  const how = whatHappened(candidate, base);
  return how === null ? onOneLine(path) : `${onOneLine(path)} (${how})`;
}

const kinds = { file: "file", dir: "directory", symlink: "symlink" } as const;

/** null: other bytes in a file that is still there. */
function whatHappened(candidate: TreeEntry | null, base: TreeEntry): string | null {
  if (candidate === null) return "deleted";
  if (candidate.type !== base.type) return `replaced by a ${kinds[candidate.type]}`;
  if (candidate.type === "symlink" || base.type === "symlink") return "pointed elsewhere";
  const isSame = candidate.type === "dir" || (base.type === "file" && candidate.content === base.content);
  return isSame ? `mode ${base.mode.toString(8)} made ${candidate.mode.toString(8)}` : null;
}

/** Names may hold line breaks and other controls: they are written as JSON could, so that a path is one line. */
const onOneLine = (path: string): string =>
  path.replaceAll(
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
