import type { Digest } from "./id.ts";
import type { DirEntry, TreeEntry, TreeStore } from "./tree.ts";
import { entriesOf, namesOf, root, sameEntry } from "./tree-diff.ts";
import { joined } from "./tree-path.ts";
import { storeEntries } from "./tree-store.ts";

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
  base: DirEntry,
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
