import { randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, realpath, rename, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { listTree } from "../../core/tree-diff.ts";
import { treeStore } from "../../core/tree-store.ts";
import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import { isDotHarness } from "../../core/reserved-name.ts";
import { codeOf, setMode } from "./inside.ts";
import { bytesBelow } from "./names.ts";
import { FilesRefused } from "./refused.ts";
import { removeTree } from "./remove.ts";
import { withStartGit } from "./start-git.ts";
import { writeTree } from "./write-tree.ts";

export interface ExportRequest {
  readonly blobs: Pick<Blobs, "get" | "put" | "getStream">;
  readonly tree: Digest;
  /** What the run started from. Without it no `.git` is taken for the user's own. */
  readonly startTree?: Digest;
  readonly to: string;
}

export interface ExportedTree {
  /** Files and symlinks. */
  readonly files: number;
  /**
   * What git may start a program for and the run made or changed: each `.git`, `config` and `hooks` of what looks like
   * a repository (and a `.harness` at the top). It is as at the start, or not there.
   */
  readonly leftOut: readonly string[];
}

/**
 * Writes a tree into a new or empty directory. It is written beside its place and then moved there, so that what is
 * under the name is whole or not there; an empty directory stays itself (someone may stand in it) and gets what is
 * written moved in.
 * @throws FilesRefused when the place is taken, may not be written, or is the harness's own.
 */
export async function exportTree(request: ExportRequest): Promise<ExportedTree> {
  const { to } = request;
  const target = resolve(to);
  await refuseOwn(to, target);
  const isNew = await refuseTaken(to, target);
  const own = `.harness-export-${randomBytes(6).toString("hex")}`;
  const stage = isNew ? join(dirname(target), own) : join(target, own);
  try {
    await makeDirectories(dirname(target));
    // With the mode that a new directory of this user gets.
    await mkdir(stage);
    const written = await write(request, await realpath(stage));
    await (isNew ? rename(stage, target) : moveInto(stage, target));
    return written;
  } catch (error) {
    await removeTree(stage);
    throw refusal(to, error) ?? error;
  }
}

/** In a `.harness` lies state of runs: a result there would be taken for it, or swept with it. */
async function refuseOwn(to: string, target: string): Promise<void> {
  const real = await realOfNearest(target);
  if ([...target.split(sep), ...real.split(sep)].some(isDotHarness))
    throw new FilesRefused(`${to} lies in a .harness directory; name another directory`);
}

/** The real path of the nearest directory above, or of what is there itself. */
async function realOfNearest(path: string): Promise<string> {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    try {
      return await realpath(at);
    } catch (error) {
      // Whatever else keeps the place from being used is told when it is made.
      if (reasonFor(error) === null) throw error;
    }
  }
  return path;
}

/** @returns whether nothing is there. */
async function refuseTaken(to: string, target: string): Promise<boolean> {
  try {
    const names = await readdir(target);
    if (names.length > 0) throw new FilesRefused(`${to} is not empty; name a new or empty directory`);
    return false;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return true;
    throw refusal(to, error) ?? error;
  }
}

/** One by one: `mkdir` of Node with `recursive` never ends where a directory can be seen but not made in (`/proc`). */
async function makeDirectories(dir: string): Promise<void> {
  const missing: string[] = [];
  for (let at = dir; !(await isThere(at)); at = dirname(at)) missing.push(at);
  for (const one of missing.toReversed()) await mkdir(one);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

const fresh = "name a new or empty directory";
const another = "name another directory";
const reasons: Readonly<Record<string, string>> = {
  ENOTDIR: `is not a directory; ${fresh}`,
  EEXIST: `is taken; ${fresh}`,
  ENOTEMPTY: `is not empty; ${fresh}`,
  ELOOP: `is a symlink to itself; ${fresh}`,
  EACCES: `may not be written; ${another}`,
  EPERM: `may not be written; ${another}`,
  EROFS: `is on a file system that cannot be written; ${another}`,
  ENAMETOOLONG: `is too long a name; ${another}`,
  // What /proc, mount points and file systems with rules of their own answer.
  ENOENT: `cannot be made; ${another}`,
  EINVAL: `cannot be made; ${another}`,
  ENOTSUP: `cannot be made; ${another}`,
  EOPNOTSUPP: `cannot be made; ${another}`,
  ENODEV: `cannot be made; ${another}`,
  EBUSY: `cannot be replaced; ${another}`,
};

const reasonFor = (error: unknown): string | null => reasons[codeOf(error)] ?? null;

function refusal(to: string, error: unknown): FilesRefused | null {
  const reason = reasonFor(error);
  return reason === null ? null : new FilesRefused(`${to} ${reason}`, { cause: error });
}

async function write({ blobs, startTree, tree }: ExportRequest, root: string): Promise<ExportedTree> {
  const safe = await withStartGit(treeStore(blobs), blobs, startTree ?? null, tree);
  await writeTree({ store: safe.store, blobs, root, owner: null, wrote: () => {} }, "", safe.tree);
  let files = 0;
  for await (const { entry } of listTree(safe.store, safe.tree)) if (entry.type !== "dir") files++;
  return { files, leftOut: safe.leftOut };
}

/** Moves what a directory holds into the one above it, which holds nothing else; all of it or nothing. */
async function moveInto(stage: string, target: string): Promise<void> {
  const others = (await readdir(target)).filter((name) => name !== basename(stage));
  if (others.length > 0)
    throw new FilesRefused(`${target} is not empty any more; name a new or empty directory`);
  const moved: Buffer[] = [];
  try {
    for (const name of await readdir(stage, { encoding: "buffer" })) {
      const place = bytesBelow(target, name);
      await move(bytesBelow(stage, name), place);
      moved.push(place);
    }
  } catch (error) {
    for (const place of moved) await removeTree(place);
    throw error;
  }
  await rmdir(stage);
}

/** A directory changes its place only if its owner may write in it. */
async function move(from: Buffer, to: Buffer): Promise<void> {
  const found = await lstat(from);
  const isLocked = found.isDirectory() && (found.mode & 0o200) === 0;
  if (isLocked) setMode(from, 0o700);
  await rename(from, to);
  if (isLocked) setMode(to, found.mode & 0o777);
}
