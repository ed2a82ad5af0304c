import type { Digest } from "../../core/id.ts";
import type { TreeStore } from "../../core/tree.ts";
import { listTree } from "../../core/tree-diff.ts";
import { excludes } from "./exclude.ts";
import type { Excludes } from "./exclude.ts";
import { textOfPath } from "./names.ts";

/** Whether a path is scratch, when nothing above it is. `path` as trees spell it. */
export type IsScratch = (path: string, isDirectory: boolean) => boolean;

/**
 * What patterns leave out, but for paths that a run started from: those are content, though a pattern fits them or a
 * directory above them. What such a directory holds besides is scratch.
 */
export async function scratchOf(
  patterns: readonly string[],
  store: TreeStore,
  base: Digest | null,
): Promise<IsScratch> {
  const fits = excludes(patterns);
  const kept = base === null || patterns.length === 0 ? new Set() : await fittingPaths(fits, store, base);
  return (path, isDirectory) =>
    !kept.has(path) && (kept.has(parentOf(path)) || fits(textOfPath(path), isDirectory) !== null);
}

/** Paths of a tree that patterns leave out, with all below them. */
async function fittingPaths(fits: Excludes, store: TreeStore, tree: Digest): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const { path, entry } of listTree(store, tree))
    if (found.has(parentOf(path)) || fits(textOfPath(path), entry.type === "dir") !== null) found.add(path);
  return found;
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
