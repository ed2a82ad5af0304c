import { mkdirSync } from "node:fs";
import type { Digest } from "../../core/id.ts";
import type { DirEntry, TreeEntry } from "../../core/tree.ts";
import { joined } from "../../core/tree-path.ts";
import { hashFile, withFile } from "./file-content.ts";
import { setMode } from "./inside.ts";
import { isUnchanged, knownFile, nothingKnown } from "./known.ts";
import type { Known } from "./known.ts";
import { diskPath } from "./names.ts";
import { give, isOwnedBy } from "./owner.ts";
import { removeTree } from "./remove.ts";
import type { Found, FoundDir, FoundFile } from "./walk.ts";
import { writeEntry, writeTree } from "./write-tree.ts";
import type { Writing } from "./write-tree.ts";

export interface Matching extends Omit<Writing, "wrote"> {
  /** What is known from before. */
  readonly known: Known;
  /** Mode of `root` itself, which trees do not record. */
  readonly rootMode: number;
}

/** Makes a directory that was just walked equal to a tree, touching only what differs. Gives what is known of it now. */
export async function matchTree(matching: Matching, dir: FoundDir, tree: Digest): Promise<Known> {
  const known = nothingKnown();
  const since = Date.now();
  const making: Making = {
    ...matching,
    after: known,
    wrote: (path, { content, size }, stat) =>
      void known.files.set(path, knownFile(stat, content, size, since)),
  };
  await matchDir(making, "", dir, { name: "", type: "dir", mode: matching.rootMode, tree });
  return known;
}

interface Making extends Matching, Writing {
  readonly after: Known;
}

async function matchDir(making: Making, path: string, dir: FoundDir, wanted: DirEntry): Promise<void> {
  const at = diskPath(making.root, path);
  const entries = await entriesIn(making, path, wanted.tree);
  const isOpen = (dir.mode & 0o700) === 0o700;
  if (!isOwnedBy(making.owner, dir.owner)) give(making.root, path, making.owner);
  if (!isOpen) setMode(at, 0o700);
  const standing = await removeOthers(making, path, dir, entries);
  for (const entry of entries)
    await matchEntry(making, joined(path, entry.name), standing.get(entry.name) ?? null, entry);
  if (!isOpen || dir.mode !== wanted.mode) setMode(at, wanted.mode);
  making.after.dirs.set(path, { entries, tree: wanted.tree });
}

/** What a directory is to hold; that of one that is to be as it was is at hand. */
async function entriesIn(
  { known, store }: Making,
  path: string,
  tree: Digest,
): Promise<readonly TreeEntry[]> {
  const before = known.dirs.get(path);
  return before?.tree === tree ? before.entries : (await store.load(tree)).entries;
}

/** Removes what the tree does not have, or has as something else. Gives what stays, by name. */
async function removeOthers(
  making: Making,
  path: string,
  dir: FoundDir,
  entries: readonly TreeEntry[],
): Promise<ReadonlyMap<string, Found>> {
  const wanted = new Map(entries.map((entry) => [entry.name, entry]));
  const standing = new Map<string, Found>();
  for (const found of dir.entries) {
    if (wanted.get(found.name)?.type === found.type) standing.set(found.name, found);
    else await removeTree(diskPath(making.root, joined(path, found.name)));
  }
  return standing;
}

/** `found` is null or of the entry's type. */
async function matchEntry(
  making: Making,
  path: string,
  found: Found | null,
  entry: TreeEntry,
): Promise<void> {
  const at = diskPath(making.root, path);
  if (entry.type !== "dir") {
    if (found !== null && (await isKept(making, path, found, entry))) return;
    if (found !== null) await removeTree(at);
    return writeEntry(making, path, entry);
  }
  if (found?.type === "dir") return matchDir(making, path, found, entry);
  mkdirSync(at, 0o700);
  give(making.root, path, making.owner);
  await writeTree(making, path, entry.tree);
  setMode(at, entry.mode);
}

/** Of another owner nothing is kept but directories: it is written anew. */
async function isKept(making: Making, path: string, found: Found, entry: TreeEntry): Promise<boolean> {
  if (found.type === "other" || !isOwnedBy(making.owner, found.owner)) return false;
  if (found.type === "symlink") return entry.type === "symlink" && entry.target === found.target;
  if (found.type !== "file" || entry.type !== "file") return false;
  // A hard link would go on being the same file as another one.
  if (found.mode !== entry.mode || found.links !== 1 || found.stat.size !== BigInt(entry.size)) return false;
  if (!isDated(making, path, found, entry)) return false;
  const known = making.known.files.get(path);
  if (known !== undefined && isUnchanged(known, found.stat)) making.after.files.set(path, known);
  else await readAgain(making, path, found);
  return making.after.files.get(path)?.content === entry.content;
}

/** Who changed a date may have changed what a check builds anew. */
function isDated({ dateOf }: Making, path: string, { stat }: FoundFile, entry: FileEntry): boolean {
  return dateOf === undefined || stat.mtimeNs === BigInt(dateOf(path, entry)) * 1_000_000_000n;
}

type FileEntry = Extract<TreeEntry, { type: "file" }>;

async function readAgain({ root, after }: Making, path: string, found: FoundFile): Promise<void> {
  const since = Date.now();
  await withFile(root, path, found, async (open) => {
    const { content, size } = await hashFile(open);
    after.files.set(path, knownFile(open.stat, content, size, since));
  });
}
