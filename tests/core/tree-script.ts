import { createHash } from "node:crypto";
import * as fc from "fast-check";
import type { Digest } from "../../src/core/id.ts";
import type { TreeEntry, TreeStore } from "../../src/core/tree.ts";
import { encodeTree } from "../../src/core/tree.ts";
import type { TreeNode } from "../../src/core/tree.ts";
import { listTree } from "../../src/core/tree-diff.ts";

const digestOf = (bytes: Uint8Array | string): Digest => createHash("sha256").update(bytes).digest("hex");

/** A store of nodes in memory that counts how often it is read. */
export function countingStore(): TreeStore & { loads: () => number } {
  const nodes = new Map<Digest, TreeNode>();
  let loads = 0;
  return {
    loads: () => loads,
    load: async (tree) => {
      loads += 1;
      const node = nodes.get(tree);
      if (node === undefined) throw new Error(`no tree ${tree}`);
      return node;
    },
    store: async (stored) =>
      stored.map((node) => {
        const digest = digestOf(encodeTree(node));
        nodes.set(digest, node);
        return digest;
      }),
  };
}

/**
 * A tree as lines by path: `f:TEXT`, `x:TEXT` (executable), `d` (0755), `d:MODE` or `l:TARGET`.
 * Every directory is named.
 */
export type Flat = ReadonlyMap<string, string>;

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
export const isDir = (line: string | undefined): boolean => line?.startsWith("d") ?? false;

/** Adds what is missing above each path and drops what lies below something that is no directory. */
export function flat(lines: Readonly<Record<string, string>> | Flat): Flat {
  const made = new Map<string, string>();
  const given = lines instanceof Map ? [...(lines as Flat)] : Object.entries(lines as Record<string, string>);
  for (const [path, line] of given.toSorted(([a], [b]) => (a < b ? -1 : 1))) put(made, path, line);
  return made;
}

function put(made: Map<string, string>, path: string, line: string): void {
  const parent = parentOf(path);
  if (parent !== "" && !made.has(parent)) put(made, parent, "d");
  if (parent === "" || isDir(made.get(parent))) made.set(path, line);
}

/** Stores a flat tree. */
export async function plant(store: TreeStore, lines: Flat): Promise<Digest> {
  const make = async (dir: string): Promise<Digest> => {
    const paths = [...lines.keys()].filter((path) => parentOf(path) === dir).toSorted();
    const entries = await Promise.all(paths.map(async (path) => entryOf(path, lines.get(path) ?? "")));
    return (await store.store([{ v: 1, entries }]))[0] ?? "";
  };
  const entryOf = async (path: string, line: string): Promise<TreeEntry> => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const rest = line.slice(2);
    switch (line[0]) {
      case "d":
        return {
          name,
          type: "dir",
          mode: rest === "" ? 0o755 : Number.parseInt(rest, 8),
          tree: await make(path),
        };
      case "l":
        return { name, type: "symlink", target: rest };
      default:
        return {
          name,
          type: "file",
          mode: line.startsWith("x") ? 0o755 : 0o644,
          size: rest.length,
          content: digestOf(rest),
        };
    }
  };
  return make("");
}

/** What is at each path, with file contents as digests: enough to compare. */
export async function harvest(store: TreeStore, tree: Digest): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { path, entry } of listTree(store, tree)) found.set(path, told(entry));
  return found;
}

export function told(entry: TreeEntry): string {
  switch (entry.type) {
    case "file":
      return `file ${entry.mode} ${entry.content}`;
    case "dir":
      return `dir ${entry.mode}`;
    case "symlink":
      return `link ${entry.target}`;
  }
}

/** Few names, so that trees meet; names around `/` in the order of characters. */
const path = fc
  .array(fc.constantFrom("a", "b", "a-", "a.b", "é"), { minLength: 1, maxLength: 3 })
  .map((names) => names.join("/"));
const line = fc.constantFrom("f:1", "f:2", "x:1", "d", "d", "d:700", "l:1");

export const anyTree: fc.Arbitrary<Flat> = fc
  .array(fc.tuple(path, line), { maxLength: 12 })
  .map((lines) => flat(Object.fromEntries(lines)));

/** A tree and another that differs from it in some paths. */
export function editsOf(base: Flat): fc.Arbitrary<Flat> {
  const known = base.size === 0 ? path : fc.oneof(path, fc.constantFrom(...base.keys()));
  return fc
    .array(fc.tuple(known, fc.option(line)), { maxLength: 6 })
    .map((edits) => edits.reduce((tree, [at, to]) => edited(tree, at, to), base));
}

/** Sets or removes (null) one path with what lies below it. */
function edited(tree: Flat, at: string, to: string | null): Flat {
  const keeps = isDir(tree.get(at)) && to !== null && isDir(to);
  const kept = [...tree].filter(([path]) => path !== at && (keeps || !path.startsWith(`${at}/`)));
  const blocked = [...tree].some(([path, line]) => at.startsWith(`${path}/`) && !isDir(line));
  if (blocked) return tree;
  return flat(new Map(to === null ? kept : [...kept, [at, to]]));
}
