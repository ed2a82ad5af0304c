import type { Digest } from "../../core/id.ts";
import type { Ports } from "../../core/ports.ts";
import { diffTrees } from "../../core/tree-diff.ts";
import type { TreeStore } from "../../core/tree.ts";
import { treeStore } from "../../core/tree-store.ts";
import { unifiedPatch } from "../../edges/files/patch.ts";
import { plural } from "./words.ts";

/** A file that came (A), went (D) or changed (M), symlinks included. */
export interface ChangedFile {
  readonly mark: "A" | "D" | "M";
  readonly path: string;
}

type Stored = Pick<Ports, "blobs">;

/** Files that differ between two trees, with their sizes in bytes. */
export async function changedBetween(
  store: TreeStore,
  from: Digest,
  to: Digest,
): Promise<readonly (ChangedFile & { readonly bytes: number })[]> {
  const changes = await diffTrees(store, from, to);
  return changes
    .filter(({ before, after }) => before?.type !== "dir" && after?.type !== "dir")
    .map(({ path, before, after }) => ({
      mark: before === null ? "A" : after === null ? "D" : "M",
      path,
      bytes: sizeOf(before) + sizeOf(after),
    }));
}

const sizeOf = (entry: { readonly type: string; readonly size?: number } | null): number => entry?.size ?? 0;

export const changedFiles = async (
  { blobs }: Stored,
  from: Digest,
  to: Digest,
): Promise<readonly ChangedFile[]> =>
  (await changedBetween(treeStore(blobs), from, to)).map(({ mark, path }) => ({ mark, path }));

/** What is compared line by line for a summary: more would keep a person waiting. */
const most = { files: 2_000, bytes: 8 * 1024 * 1024 };

/** `31 files  +412 −977   a.ts  b.ts  …`; lines only where counting them is cheap. */
export async function changedText({ blobs }: Stored, from: Digest, to: Digest): Promise<string> {
  const store = treeStore(blobs);
  const files = await changedBetween(store, from, to);
  if (files.length === 0) return "nothing";
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const isCheap = files.length <= most.files && bytes <= most.bytes;
  const lines = isCheap ? `  ${await lineCounts(unifiedPatch({ store, blobs, from, to }))}` : "";
  const names = files.slice(0, 6).map(({ path }) => path);
  return `${plural(files.length, "file")}${lines}   ${names.join("  ")}${files.length > 6 ? "  …" : ""}`;
}

/** `+412 −977`: lines of text that came and went. */
async function lineCounts(patch: AsyncIterable<string>): Promise<string> {
  let [added, removed] = [0, 0];
  for await (const piece of patch) {
    const lines = linesIn(piece);
    added += lines.added;
    removed += lines.removed;
  }
  return `+${added} −${removed}`;
}

/** Lines that come and go in a piece of a patch. A patch has hunks, each in one piece that begins with `@@`. */
export function linesIn(piece: string): { readonly added: number; readonly removed: number } {
  const header = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@[^\n]*\n/.exec(piece);
  if (header === null) return { added: 0, removed: 0 };
  // All of the old and all of the new lines follow in other pieces.
  if (piece.length === header[0].length)
    return { added: Number(header[2] ?? 1), removed: Number(header[1] ?? 1) };
  return { added: piece.match(/^\+/gm)?.length ?? 0, removed: piece.match(/^-/gm)?.length ?? 0 };
}
