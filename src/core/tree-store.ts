import type { Digest } from "./id.ts";
import type { Blobs } from "./ports.ts";
import { decodeTree, encodeTree } from "./tree.ts";
import type { TreeEntry, TreeNode, TreeStore } from "./tree.ts";

/** Nodes kept in memory, least recently used dropped first. */
const mostNodes = 4096;

/** Nodes of trees as blobs. A node never changes, so one that was read or written once is kept. */
export function treeStore(blobs: Pick<Blobs, "get" | "put">): TreeStore {
  const kept = new Map<Digest, TreeNode>();
  return {
    load: async (tree) => {
      const node = kept.get(tree) ?? decodeTree(await blobs.get(tree));
      keep(kept, tree, node);
      return node;
    },
    store: async (nodes) => {
      const digests = await blobs.put(nodes.map(encodeTree));
      for (const [n, digest] of digests.entries()) keep(kept, digest, nodes[n]);
      return digests;
    },
  };
}

/** A Map remembers the order of insertion: the first key is the one that was not used for longest. */
function keep(kept: Map<Digest, TreeNode>, tree: Digest, node: TreeNode | undefined): void {
  if (node === undefined) return;
  kept.delete(tree);
  kept.set(tree, node);
  const [oldest] = kept.keys();
  if (kept.size > mostNodes && oldest !== undefined) kept.delete(oldest);
}

/** Stores one directory. `entries` must be in the order of a tree's. */
export async function storeEntries(store: TreeStore, entries: readonly TreeEntry[]): Promise<Digest> {
  const [tree] = await store.store([{ v: 1, entries }]);
  if (tree === undefined) throw new Error("the store named no tree");
  return tree;
}
