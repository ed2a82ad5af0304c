import { closeSync, constants, lstatSync, readdirSync, readlinkSync } from "node:fs";
import type { BigIntStats } from "node:fs";
import { joined } from "../../core/tree-path.ts";
import { codeOf, isGone, openInside, pathThrough, setModeInside } from "./inside.ts";
import { diskPath, mayBeCut, nameOfBytes } from "./names.ts";
import type { DiskPath } from "./names.ts";
import type { Owner } from "./owner.ts";
import { pausing } from "./pause.ts";

/** What tells that a file is as it was: all of these together. Times in ns; `mode` with the type of the file. */
export interface Stat {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mode: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** What a walk found, before any file is read. `mode`: the lowest twelve bits (setuid and the like included). */
export type Found = FoundFile | FoundDir | FoundLink | FoundOther;
export interface FoundFile {
  readonly type: "file";
  readonly name: string;
  readonly mode: number;
  readonly stat: Stat;
  readonly owner: Owner;
  /** Hard links, this one included. */
  readonly links: number;
}
export interface FoundDir {
  readonly type: "dir";
  readonly name: string;
  readonly mode: number;
  readonly owner: Owner;
  /** In the order of a tree's entries. */
  readonly entries: readonly Found[];
}
interface FoundLink {
  readonly type: "symlink";
  readonly name: string;
  readonly target: string;
  readonly owner: Owner;
}
/** What no tree can hold: a FIFO, socket or device, or a path too long. */
interface FoundOther {
  readonly type: "other";
  readonly name: string;
}

export interface WalkOptions {
  /** A real path. */
  readonly root: string;
  /** Paths that are not looked at, directories with all they hold. */
  readonly skip: (path: string, isDirectory: boolean) => boolean;
  /**
   * true: the directory is ours, and directories that forbid us to look are opened up (`relock` undoes it).
   * false: it is somebody else's, and they are reported.
   */
  readonly own: boolean;
}

/** Neither file, directory nor symlink, or a directory that cannot be looked into. */
export interface Other {
  readonly path: string;
  readonly why: string;
}

export interface Walked {
  readonly dir: FoundDir;
  readonly others: readonly Other[];
  /** Gives directories that were opened up their own modes back. */
  relock(): void;
}

/** Longest path taken, in bytes below the root: the system's own limit is 4,096 for the whole. */
const longestPath = 3000;

/** Looks at everything below a directory. Follows no symlink and opens nothing but directories. */
export async function walk(options: WalkOptions): Promise<Walked> {
  const walking: Walking = { ...options, others: [], locked: [] };
  const pause = pausing();
  const top = lstatSync(options.root, { bigint: true });
  const dir: Making = { type: "dir", name: "", mode: modeOf(top), owner: ownerOf(top), entries: [] };
  const open: { path: string; dir: Making }[] = [{ path: "", dir }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    await pause();
    look(walking, next.path, next.dir);
    for (const entry of next.dir.entries)
      if (entry.type === "dir") open.push({ path: joined(next.path, entry.name), dir: entry });
  }
  return { dir, others: walking.others, relock: () => relock(walking) };
}

interface Walking extends WalkOptions {
  readonly others: Other[];
  readonly locked: { readonly path: string; readonly mode: number }[];
}

/** A directory whose entries are still being found. */
interface Making extends FoundDir {
  readonly entries: (FoundFile | Making | FoundLink | FoundOther)[];
}

/** Finds the entries of one directory. Its parent may be gone or swapped meanwhile: then it has none. */
function look(walking: Walking, path: string, dir: Making): void {
  const fd = openDirectory(walking, path, dir.mode);
  if (fd === null) return;
  try {
    const through = pathThrough(fd, diskPath(walking.root, path));
    for (const name of namesIn(through)) {
      const entry = lookAt(walking, through, joined(path, name), name);
      if (entry !== null) dir.entries.push(entry);
    }
  } finally {
    closeSync(fd);
  }
  dir.entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function openDirectory(walking: Walking, path: string, mode: number): number | null {
  if (walking.own && forbids(mode)) unlock(walking, path, mode);
  try {
    const fd = openInside(walking.root, path, constants.O_DIRECTORY);
    if (fd === null) report(walking, path, "leads out of the directory");
    return fd;
  } catch (error) {
    if (isGone(error)) report(walking, path, "went away while it was looked at");
    else if (codeOf(error) === "EACCES" && !walking.own) report(walking, path, "may not be read");
    else throw error;
    return null;
  }
}

/** Of somebody else's directory nothing goes missing unnamed. In ours, whoever swaps directories gets what is there. */
function report({ own, others }: Walking, path: string, why: string): void {
  if (!own) others.push({ path, why });
}

/** To list a directory and look at what it holds, its owner needs r and x; root needs nothing. */
const forbids = (mode: number): boolean => (mode & 0o500) !== 0o500 && process.geteuid?.() !== 0;

function unlock(walking: Walking, path: string, mode: number): void {
  try {
    setModeInside(walking.root, path, 0o700);
    walking.locked.push({ path, mode });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** Innermost first: the way to it must still be open. */
function relock(walking: Walking): void {
  for (const { path, mode } of walking.locked.toReversed()) {
    try {
      setModeInside(walking.root, path, mode);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** Text is read first, as it is far cheaper; where a name may have lost bytes, bytes. */
function namesIn(dir: DiskPath): readonly string[] {
  const names = readdirSync(dir, "utf8");
  return names.some(mayBeCut) ? readdirSync(dir, "buffer").map(nameOfBytes) : names;
}

function lookAt(
  walking: Walking,
  dir: DiskPath,
  path: string,
  name: string,
): Making["entries"][number] | null {
  const at = diskPath(dir, name);
  const stat = lstatSync(at, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined || walking.skip(path, stat.isDirectory())) return null;
  const why = isTooLong(path) ? "has too long a path" : kindOf(stat);
  if (why !== null) {
    walking.others.push({ path, why });
    return { type: "other", name };
  }
  const [mode, owner] = [modeOf(stat), ownerOf(stat)];
  if (stat.isFile()) return { type: "file", name, mode, stat, owner, links: Number(stat.nlink) };
  if (stat.isDirectory()) return { type: "dir", name, mode, owner, entries: [] };
  return linkAt(at, name, owner);
}

const isTooLong = (path: string): boolean =>
  path.length > longestPath / 4 && Buffer.byteLength(path) > longestPath;

/** null for what a tree can hold. */
function kindOf(stat: BigIntStats): string | null {
  if (stat.isFile() || stat.isDirectory() || stat.isSymbolicLink()) return null;
  if (stat.isFIFO()) return "is a FIFO";
  return stat.isSocket() ? "is a socket" : "is a device";
}

const modeOf = (stat: BigIntStats): number => Number(stat.mode & 0o7777n);

const ownerOf = (stat: BigIntStats): Owner => ({ uid: Number(stat.uid), gid: Number(stat.gid) });

function linkAt(at: DiskPath, name: string, owner: Owner): FoundLink | null {
  try {
    return { type: "symlink", name, target: nameOfBytes(readlinkSync(at, "buffer")), owner };
  } catch (error) {
    // Gone, or no symlink any more.
    if (isGone(error) || codeOf(error) === "EINVAL") return null;
    throw error;
  }
}
