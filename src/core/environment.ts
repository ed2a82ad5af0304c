import { z } from "zod";
import { canonical } from "./canonical.ts";
import { digest } from "./id.ts";
import type { Digest } from "./id.ts";
import type { TreeEntry, TreeStore } from "./tree.ts";
import { entriesOf, lookup, root, sameEntry } from "./tree-diff.ts";
import { isStep, joined } from "./tree-path.ts";
import { storeEntries } from "./tree-store.ts";

/**
 * What every slot holds besides its tree: what `sandbox.setup` made (dependencies), and the `.git` for reading. It is
 * no part of any tree of a run: a snapshot leaves it out, and a new slot has it again as it was.
 * `dir`: the path of the directory, "" for the top, that `entry` stands in.
 */
export interface Environment {
  readonly v: 1;
  readonly added: readonly Added[];
}
export interface Added {
  readonly dir: string;
  readonly entry: TreeEntry;
}

const name = z.string().refine(isStep, "is no name");
const dir = z.string().refine((path) => path === "" || path.split("/").every(isStep), "is no path");
const mode = z.int().min(0).max(0o777);
const entry = z.discriminatedUnion("type", [
  z.strictObject({ name, type: z.literal("file"), mode, size: z.int().min(0), content: digest }),
  z.strictObject({ name, type: z.literal("dir"), mode, tree: digest }),
  z.strictObject({ name, type: z.literal("symlink"), target: z.string() }),
]);
/** As it is stored: canonical JSON. */
export const environment = z.strictObject({
  v: z.literal(1),
  added: z.array(z.strictObject({ dir, entry })),
});

export const noEnvironment: Environment = { v: 1, added: [] };

/** Paths of what an environment adds. */
export const addedPaths = ({ added }: Environment): readonly string[] =>
  added.map((one) => joined(one.dir, one.entry.name));

/** What a command added to a tree, topmost first, and which paths of the tree it changed or removed. */
export interface Difference {
  readonly added: readonly Added[];
  readonly changed: readonly string[];
}

/** How `after` differs from `before`: an added directory is one entry, whatever it holds. */
export async function addedTo(store: TreeStore, before: Digest, after: Digest): Promise<Difference> {
  const added: Added[] = [];
  const changed: string[] = [];
  const open: { dir: string; before: Digest; after: Digest }[] = [{ dir: "", before, after }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { dir } = next;
    const [olds, news] = await Promise.all([
      entriesOf(store, root(next.before)),
      entriesOf(store, root(next.after)),
    ]);
    for (const [found, old] of olds) {
      const now = news.get(found);
      if (now !== undefined && sameEntry(old, now)) continue;
      const path = joined(dir, found);
      const isKept = now?.type === "dir" && old.type === "dir";
      if (isKept) open.push({ dir: path, before: old.tree, after: now.tree });
      if (!isKept || old.mode !== now.mode) changed.push(path);
    }
    for (const [found, now] of news) if (!olds.has(found)) added.push({ dir, entry: now });
  }
  return { added, changed: changed.toSorted() };
}

/**
 * A tree with an environment in it. Where the tree has something of that name, the tree's stays; where it no longer has
 * the directory, nothing is added.
 */
export async function withEnvironment(
  store: TreeStore,
  tree: Digest,
  { added }: Environment,
): Promise<Digest> {
  return added.length === 0 ? tree : addInto(store, "", tree, byDirectory(added));
}

/**
 * Paths of an environment that a tree has nothing of its own at: what stands there later is no part of a result. They
 * are more than `withEnvironment` adds where the tree lost a directory, so that one who makes it again, and
 * in it what the environment had there, need not hand that in.
 */
export async function pathsBesides(
  store: TreeStore,
  tree: Digest,
  environment: Environment,
): Promise<readonly string[]> {
  const besides: string[] = [];
  for (const path of addedPaths(environment))
    if ((await lookup(store, tree, path)) === null) besides.push(path);
  return besides;
}

/** What is added to each directory; one with no entries of its own leads to one that has. */
type Additions = ReadonlyMap<string, readonly TreeEntry[]>;

function byDirectory(added: readonly Added[]): Additions {
  const found = new Map<string, TreeEntry[]>();
  for (const { dir, entry } of added) {
    for (let end = dir.indexOf("/"); end !== -1; end = dir.indexOf("/", end + 1))
      if (!found.has(dir.slice(0, end))) found.set(dir.slice(0, end), []);
    const inDirectory = found.get(dir);
    if (inDirectory === undefined) found.set(dir, [entry]);
    else inDirectory.push(entry);
  }
  return found;
}

async function addInto(store: TreeStore, path: string, tree: Digest, additions: Additions): Promise<Digest> {
  const added = additions.get(path);
  if (added === undefined && path !== "") return tree;
  const entries = new Map(await entriesOf(store, root(tree)));
  const before = [...entries.values()];
  for (const one of before) {
    if (one.type !== "dir") continue;
    const filled = await addInto(store, joined(path, one.name), one.tree, additions);
    if (filled !== one.tree) entries.set(one.name, { ...one, tree: filled });
  }
  for (const one of added ?? []) if (!entries.has(one.name)) entries.set(one.name, one);
  const after = [...entries.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const isSame = after.length === before.length && after.every((one, n) => one === before[n]);
  return isSame ? tree : storeEntries(store, after);
}

/** One spelling, so that equal environments have equal digests. */
export const environmentText = (one: Environment): string => canonical(one);
