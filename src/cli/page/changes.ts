import type { Digest } from "../../core/id.ts";
import type { Ports } from "../../core/ports.ts";
import { treeStore } from "../../core/tree-store.ts";
import { noNewline } from "../../edges/files/hunks.ts";
import { unifiedPatch } from "../../edges/files/patch.ts";
import { quotePath } from "../../edges/files/quote-path.ts";
import { changedBetween, linesIn } from "../view/changed.ts";
import type { ChangedFile } from "../view/changed.ts";
import { weight } from "./html.ts";

/** One file that differs. */
export interface PageChange extends ChangedFile {
  /** Lines that came and went; null: nobody counted them. */
  readonly lines: { readonly added: number; readonly removed: number } | null;
  /** "": it is too large for the page, or no text. */
  readonly patch: string;
}

export interface Changes {
  readonly files: readonly PageChange[];
  /** Files that differ besides. */
  readonly more: number;
}

/** What is told: files; bytes that are read; characters of one patch, and bytes that all take in the page. */
const most = { files: 1_000, bytes: 8 * 1024 * 1024, patch: 8_000, patches: 250_000 };

/** Files that differ between two trees, with the patches of small ones. `redact`: takes out what must not be shown. */
export async function changesBetween(
  { blobs }: Pick<Ports, "blobs">,
  [from, to]: readonly [Digest, Digest],
  redact: (text: string) => string,
): Promise<Changes> {
  const store = treeStore(blobs);
  const found = await changedBetween(store, from, to);
  const bytes = found.reduce((sum, file) => sum + file.bytes, 0);
  const isCheap = found.length <= most.files && bytes <= most.bytes;
  const patches = isCheap
    ? await patchesOf(unifiedPatch({ store, blobs, from, to }))
    : new Map<string, Patch>();
  let room = most.patches;
  const files = found.slice(0, most.files).map(({ mark, path }) => {
    const told = patches.get(headOf(path));
    const small = told === undefined || told.isCut ? "" : redact(told.text);
    const patch = weight(small) > room ? "" : small;
    room -= weight(patch);
    const lines = told === undefined ? null : { added: told.added, removed: told.removed };
    return { mark, path, lines, patch };
  });
  return { files, more: found.length - files.length };
}

/** How the patch of a path begins. */
const headOf = (path: string): string => `diff --git ${quotePath(path, "a/")} ${quotePath(path, "b/")}`;

interface Patch {
  text: string;
  added: number;
  removed: number;
  isCut: boolean;
}
type Patches = Map<string, Patch>;

/** Patches by their first line. What takes the place of something of another kind has two under one. */
async function patchesOf(pieces: AsyncIterable<string>): Promise<Patches> {
  const found: Patches = new Map();
  let patch = newPatch();
  /** Lines still to come of a file that comes in pieces: whatever they begin with, they begin no patch. */
  let left = 0;
  for await (const piece of pieces) {
    if (left === 0 && piece.startsWith("diff --git ")) {
      const head = piece.slice(0, piece.indexOf("\n"));
      patch = found.get(head) ?? newPatch();
      found.set(head, patch);
    }
    left = left > 0 ? Math.max(0, left - linesOf(piece)) : linesAfter(piece);
    take(patch, piece);
  }
  return found;
}

const newPatch = (): Patch => ({ text: "", added: 0, removed: 0, isCut: false });

const linesOf = (piece: string): number => (piece === noNewline ? 1 : piece.split("\n").length - 1);

/** After a hunk's first line that comes alone. */
function linesAfter(piece: string): number {
  const { added, removed } = linesIn(piece);
  return piece.indexOf("\n") === piece.length - 1 ? added + removed : 0;
}

/** What is not text is of no use to a reader. */
function take(patch: Patch, piece: string): void {
  const { added, removed } = linesIn(piece);
  patch.added += added;
  patch.removed += removed;
  patch.isCut ||= piece.startsWith("GIT binary patch") || patch.text.length + piece.length > most.patch;
  if (!patch.isCut) patch.text += piece;
}
