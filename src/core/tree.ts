import { decodeJson, encodeJson } from "./canonical.ts";
import type { Digest } from "./id.ts";
import { isStep } from "./tree-path.ts";

/**
 * A snapshot is a Merkle tree: one node per directory, each stored as a blob of canonical JSON and named by its
 * digest, so unchanged directories are shared. Times, owners and the root's own mode are not part of it.
 *
 * A name that is not valid UTF-8 is written as NUL followed by its bytes in hex: no file name contains NUL,
 * so the two never meet. Symlink targets likewise. Entries are sorted by name in UTF-16 code unit order.
 */
export type TreeEntry =
  /** `mode`: the nine permission bits. `content`: digest of all its bytes. */
  | {
      readonly name: string;
      readonly type: "file";
      readonly mode: number;
      readonly size: number;
      readonly content: Digest;
    }
  | { readonly name: string; readonly type: "dir"; readonly mode: number; readonly tree: Digest }
  | { readonly name: string; readonly type: "symlink"; readonly target: string };

export type DirEntry = Extract<TreeEntry, { type: "dir" }>;

export interface TreeNode {
  readonly v: 1;
  readonly entries: readonly TreeEntry[];
}

export const encodeTree = (node: TreeNode): Uint8Array => encodeJson(node);

/** @throws SyntaxError when the bytes are no tree, or a name of it could lead out of its directory. */
export function decodeTree(bytes: Uint8Array): TreeNode {
  const node = decodeJson(bytes) as TreeNode;
  if (node?.v !== 1 || !Array.isArray(node.entries)) throw new SyntaxError("not a tree of version 1");
  if (!node.entries.every(({ name }) => isName(name))) throw new SyntaxError("a name in this tree is none");
  return node;
}

const isName = (name: unknown): boolean => typeof name === "string" && isStep(name);

/** Where tree algorithms read and write nodes. Made of a `Blobs` port by whoever calls them. */
export interface TreeStore {
  load(tree: Digest): Promise<TreeNode>;
  /** Durable when it resolves. */
  store(nodes: readonly TreeNode[]): Promise<readonly Digest[]>;
}
