import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import { isDotGit } from "../../core/reserved-name.ts";
import type { TreeEntry, TreeStore } from "../../core/tree.ts";
import { entriesOf, listTree, root, sameEntry } from "../../core/tree-diff.ts";
import { foldedName } from "./git-shape.ts";
import { nameBytes, pathOfBytes } from "./names.ts";

export interface Sides {
  readonly store: TreeStore;
  readonly blobs: Pick<Blobs, "get">;
  /** null: there was nothing. */
  readonly before: Digest | null;
  readonly after: Digest;
}

/**
 * Paths of each `.git` that is a file or a symlink and leads to a place in the tree that is not as it was before: git
 * would read there whom to start.
 */
export async function strayPointers(sides: Sides): Promise<readonly string[]> {
  const stray: string[] = [];
  for await (const { path, entry } of listTree(sides.store, sides.after)) {
    const names = path.split("/");
    const name = names.pop() ?? "";
    if (entry.type === "dir" || !isDotGit(name)) continue;
    if (!(await isAsBefore(sides, names, await targetOf(sides, entry)))) stray.push(path);
  }
  return stray;
}

/** Longest file that git reads for this, in bytes. */
const longest = 1024 * 1024;

/** The path that a `.git` names; null: none, and git refuses it. */
async function targetOf({ blobs }: Sides, entry: TreeEntry): Promise<string | null> {
  if (entry.type === "symlink") return pathOfBytes(nameBytes(entry.target));
  if (entry.type === "dir" || entry.size > longest) return null;
  const line = withoutEnd(await blobs.get(entry.content));
  const prefix = Buffer.from("gitdir: ");
  return line.subarray(0, prefix.length).equals(prefix) ? pathOfBytes(line.subarray(prefix.length)) : null;
}

/** Without line ends, as git takes paths out of files. */
function withoutEnd(bytes: Uint8Array): Buffer {
  let end = bytes.length;
  while (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d) end -= 1;
  return Buffer.from(bytes.subarray(0, end));
}

/** Whether `target`, seen from a directory, is outside of the tree, or there as it was before, or not there at all. */
async function isAsBefore(sides: Sides, from: readonly string[], target: string | null): Promise<boolean> {
  const names = target === null ? "outside" : namesFrom(from, target);
  const place = await placeAt(sides, names);
  if (typeof place === "string" || typeof names === "string") return place !== "changed";
  const common = (await entriesOf(sides.store, place)).get("commondir");
  if (common?.type !== "file") return true;
  const elsewhere = pathOfBytes(withoutEnd(await sides.blobs.get(common.content)));
  return (await placeAt(sides, namesFrom(names, elsewhere))) !== "changed";
}

/** The way to a path seen from a directory. `unclear`: it goes up again, perhaps out of a symlink. */
function namesFrom(from: readonly string[], path: string): readonly string[] | "outside" | "unclear" {
  if (path.startsWith("/")) return "outside";
  const steps = path.split("/").filter((name) => name !== "" && name !== ".");
  const down = steps.findIndex((name) => name !== "..");
  const up = down === -1 ? steps.length : down;
  if (up > from.length) return "outside";
  const names = steps.slice(up);
  return names.includes("..") ? "unclear" : [...from.slice(0, from.length - up), ...names];
}

/**
 * What stands at a path, if it is as it was before. Symlinks on the way, and names that some file system takes for the
 * one that is asked for, count as changes.
 */
async function placeAt(
  { store, before, after }: Sides,
  names: readonly string[] | "outside" | "unclear",
): Promise<TreeEntry | "outside" | "absent" | "changed"> {
  if (typeof names === "string") return names === "outside" ? names : "changed";
  let was: TreeEntry | null = before === null ? null : root(before);
  let now: TreeEntry = root(after);
  for (const name of names) {
    const entries = await entriesOf(store, now);
    const meant = [...entries.values()].filter((entry) => foldedName(entry.name) === foldedName(name));
    const [next] = meant;
    if (next === undefined) return "absent";
    if (meant.length > 1 || next.type === "symlink") return "changed";
    was = (await entriesOf(store, was)).get(name) ?? null;
    now = next;
  }
  return sameEntry(was, now) ? now : "changed";
}
