import { addedPaths } from "../../core/environment.ts";
import type { Environment } from "../../core/environment.ts";
import type { Digest } from "../../core/id.ts";
import type { TreeEntry, TreeStore } from "../../core/tree.ts";
import { listTree } from "../../core/tree-diff.ts";

type FileEntry = Extract<TreeEntry, { type: "file" }>;

/** When a file was last changed, in s since the epoch, as far as whoever looks at it in a workspace can tell. */
export type DateOf = (path: string, entry: FileEntry) => number;

/** 2001-01-01. Any time that no clock of today gives would do. */
const start = 978_307_200;

/**
 * Tools rebuild what is older than its source, so dates decide what a check runs. They follow from the trees alone, never
 * from who wrote when: files of the base are oldest, what the environment made of them is newer, and what differs from
 * the base is newest.
 * @param besides paths of the environment that the tree has nothing of its own at
 */
export async function datesOf(
  store: TreeStore,
  base: Digest | null,
  environment: Environment,
): Promise<(besides: ReadonlySet<string>) => DateOf> {
  const olds = new Map<string, Digest>();
  // Without an environment nothing was built of anything, and one date will do.
  if (base !== null && environment.added.length > 0)
    for await (const { path, entry } of listTree(store, base))
      if (entry.type === "file") olds.set(path, entry.content);
  const added = new Set(addedPaths(environment));
  return (besides) => (path, entry) => {
    if (prefixesOf(path).some((prefix) => added.has(prefix) && besides.has(prefix))) return start + 1;
    return olds.get(path) === entry.content ? start : start + 2;
  };
}

/** `a/b/c` → `a`, `a/b`, `a/b/c`. */
const prefixesOf = (path: string): readonly string[] =>
  path.split("/").map((_, n, names) => names.slice(0, n + 1).join("/"));
