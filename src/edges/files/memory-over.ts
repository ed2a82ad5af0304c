import type { Digest } from "../../core/id.ts";
import { encodeTree } from "../../core/tree.ts";
import type { TreeNode, TreeStore } from "../../core/tree.ts";
import { digestOf } from "./file-content.ts";

/** A store of trees that reads another one and keeps what it is given in memory: for trees that nobody names later. */
export function memoryOver(store: TreeStore): TreeStore {
  const made = new Map<Digest, TreeNode>();
  return {
    load: async (tree) => made.get(tree) ?? store.load(tree),
    store: async (nodes) =>
      nodes.map((node) => {
        const tree = digestOf(encodeTree(node));
        made.set(tree, node);
        return tree;
      }),
  };
}
