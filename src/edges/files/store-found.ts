import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import type { TreeEntry } from "../../core/tree.ts";
import { encodeTree } from "../../core/tree.ts";
import { sameEntry } from "../../core/tree-diff.ts";
import { joined } from "../../core/tree-path.ts";
import { digestOf, hashFile, inOneGo, piecesOf, readBytes, withFile } from "./file-content.ts";
import type { OpenFile } from "./file-content.ts";
import { isUnchanged, knownFile, nothingKnown } from "./known.ts";
import type { Known, KnownFile } from "./known.ts";
import { pausing } from "./pause.ts";
import type { Found, FoundDir, FoundFile } from "./walk.ts";

export interface Storing {
  /** A real path. */
  readonly root: string;
  readonly blobs: Pick<Blobs, "put" | "putStream">;
  /** What is known from before. */
  readonly known: Known;
}

/** Stores all that a walk found: files that changed are read, then the nodes of directories that changed. */
export async function storeFound(storing: Storing, dir: FoundDir): Promise<{ tree: Digest; known: Known }> {
  const known = nothingKnown();
  await storeFiles(storing, changedFiles(storing.known, dir, known), known);
  const nodes: Uint8Array[] = [];
  const tree = treeOf({ before: storing.known, known, nodes }, "", dir);
  if (nodes.length > 0) await storing.blobs.put(nodes);
  return { tree, known };
}

interface ToRead {
  readonly path: string;
  readonly file: FoundFile;
}

/** Files whose bytes are not known; those that are go into `known`. */
function changedFiles(before: Known, top: FoundDir, known: Known): ToRead[] {
  const changed: ToRead[] = [];
  const open: { path: string; dir: FoundDir }[] = [{ path: "", dir: top }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const entry of next.dir.entries) {
      const path = joined(next.path, entry.name);
      if (entry.type === "dir") open.push({ path, dir: entry });
      if (entry.type !== "file") continue;
      const file = before.files.get(path);
      if (file !== undefined && isUnchanged(file, entry.stat)) known.files.set(path, file);
      else changed.push({ path, file: entry });
    }
  }
  return changed;
}

/** Most bytes of small files held at a time, and most files: one transaction's worth. */
const batchBytes = 4 * 1024 * 1024;
const batchFiles = 1000;

interface SmallFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly known: (content: Digest) => KnownFile;
}

/** A file that is gone when it is to be read stays out of `known`, and so out of the tree. */
async function storeFiles(
  { root, blobs, known: before }: Storing,
  files: readonly ToRead[],
  known: Known,
): Promise<void> {
  const pause = pausing();
  let batch: SmallFile[] = [];
  let held = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const digests = await blobs.put(batch.map(({ bytes }) => bytes));
    for (const [n, file] of batch.entries()) known.files.set(file.path, file.known(digests[n] as Digest));
    [batch, held] = [[], 0];
  };
  for (const { path, file } of files) {
    const since = Date.now();
    await withFile(root, path, file, async (open) => {
      const was = before.files.get(path)?.content;
      if (open.size > inOneGo) {
        const { content, size } = await storeLarge(blobs, open, was);
        known.files.set(path, knownFile(open.stat, content, size, since));
        return;
      }
      const bytes = readBytes(open.fd, 0, open.size);
      const make = (content: Digest): KnownFile => knownFile(open.stat, content, bytes.length, since);
      if (was !== undefined && digestOf(bytes) === was) known.files.set(path, make(was));
      else {
        batch.push({ path, bytes, known: make });
        held += bytes.length;
      }
    });
    if (held >= batchBytes || batch.length >= batchFiles) await flush();
    await pause();
  }
  await flush();
}

/** One that may be as it was is read once to see, and stored only when it is not. */
async function storeLarge(
  blobs: Storing["blobs"],
  file: OpenFile,
  was: Digest | undefined,
): Promise<{ content: Digest; size: number }> {
  if (was !== undefined) {
    const now = await hashFile(file);
    if (now.content === was) return now;
  }
  let size = 0;
  const content = await blobs.putStream(piecesOf(file, (piece) => (size += piece.length)));
  return { content, size };
}

interface Noding {
  readonly before: Known;
  readonly known: Known;
  /** Encoded nodes that are not known to be stored. */
  readonly nodes: Uint8Array[];
}

/** The digest of a directory. Recursive: a walk's paths are at most 1,500 names deep. */
function treeOf(noding: Noding, path: string, dir: FoundDir): Digest {
  const entries = dir.entries.flatMap((found) => entryOf(noding, joined(path, found.name), found) ?? []);
  const before = noding.before.dirs.get(path);
  if (before !== undefined && sameEntries(before.entries, entries)) {
    noding.known.dirs.set(path, before);
    return before.tree;
  }
  const node = encodeTree({ v: 1, entries });
  const tree = digestOf(node);
  noding.nodes.push(node);
  noding.known.dirs.set(path, { entries, tree });
  return tree;
}

function entryOf(noding: Noding, path: string, found: Found): TreeEntry | null {
  const { name } = found;
  switch (found.type) {
    case "dir":
      return { name, type: "dir", mode: found.mode & 0o777, tree: treeOf(noding, path, found) };
    case "symlink":
      return { name, type: "symlink", target: found.target };
    case "other":
      return null;
    case "file": {
      const file = noding.known.files.get(path);
      if (file === undefined) return null;
      const mode = Number(file.stat.mode & 0o777n);
      return { name, type: "file", mode, size: file.size, content: file.content };
    }
  }
}

const sameEntries = (a: readonly TreeEntry[], b: readonly TreeEntry[]): boolean =>
  a.length === b.length && a.every((entry, n) => entry.name === b[n]?.name && sameEntry(entry, b[n] ?? null));
