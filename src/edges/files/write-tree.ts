import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import type { TreeEntry, TreeStore } from "../../core/tree.ts";
import { listTree } from "../../core/tree-diff.ts";
import { joined } from "../../core/tree-path.ts";
import type { DateOf } from "./dates.ts";
import { inOneGo } from "./file-content.ts";
import { setMode, setModeOf } from "./inside.ts";
import { diskPath, nameBytes } from "./names.ts";
import type { DiskPath } from "./names.ts";
import { give, giveOpen } from "./owner.ts";
import type { Owner } from "./owner.ts";
import { pausing } from "./pause.ts";
import type { Stat } from "./walk.ts";

type FileEntry = Extract<TreeEntry, { type: "file" }>;

export interface Writing {
  /** A real path, below which all is written. */
  readonly root: string;
  readonly store: TreeStore;
  readonly blobs: Pick<Blobs, "get" | "getStream">;
  /** Whom all that is written belongs to; null: whoever this process is. */
  readonly owner: Owner | null;
  /** When each file was last changed; left out: now. */
  readonly dateOf?: DateOf;
  /** Called for each file with what it is now on disk. */
  readonly wrote: (path: string, entry: FileEntry, stat: Stat) => void;
}

/**
 * Writes everything of a tree, exactly, into the directory `path` below the root, which must exist and be empty; its
 * own mode stays. Nobody else may be writing there.
 */
export async function writeTree(writing: Writing, path: string, tree: Digest): Promise<void> {
  const { root, owner } = writing;
  const dirs: { at: DiskPath; mode: number }[] = [];
  const pause = pausing();
  for await (const listed of listTree(writing.store, tree)) {
    const below = joined(path, listed.path);
    const at = diskPath(root, below);
    if (listed.entry.type === "dir") {
      mkdirSync(at, 0o700);
      give(root, below, owner);
      dirs.push({ at, mode: listed.entry.mode });
    } else await writeEntry(writing, below, listed.entry);
    await pause();
  }
  // Innermost first: a mode may close the way to what is below.
  for (const { at, mode } of dirs.toReversed()) setMode(at, mode);
}

/** Writes one file or symlink where nothing is. */
export async function writeEntry(
  writing: Writing,
  path: string,
  entry: Exclude<TreeEntry, { type: "dir" }>,
): Promise<void> {
  const { root, owner } = writing;
  const at = diskPath(root, path);
  if (entry.type === "symlink") {
    symlinkSync(nameBytes(entry.target), at);
    return give(root, path, owner);
  }
  const fd = openSync(
    at,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    giveOpen(fd, root, path, owner);
    if (entry.size <= inOneGo) writeAll(fd, await writing.blobs.get(entry.content));
    else for await (const chunk of writing.blobs.getStream(entry.content)) writeAll(fd, chunk);
    setModeOf(fd, entry.mode);
    const date = writing.dateOf?.(path, entry);
    if (date !== undefined) futimesSync(fd, date, date);
    writing.wrote(path, entry, fstatSync(fd, { bigint: true }));
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}
