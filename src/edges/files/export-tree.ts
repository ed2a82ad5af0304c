import { randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, realpath, rename, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { listTree } from "../../core/tree-diff.ts";
import { treeStore } from "../../core/tree-store.ts";
import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import { codeOf, setMode } from "./inside.ts";
import { bytesBelow } from "./names.ts";
import { FilesRefused } from "./refused.ts";
import { removeTree } from "./remove.ts";
import { writeTree } from "./write-tree.ts";

export interface ExportRequest {
  readonly blobs: Pick<Blobs, "get" | "put" | "getStream">;
  readonly tree: Digest;
  readonly to: string;
}

/**
 * Writes a tree into a new or empty directory. It is written beside its place and then moved there, so that what is
 * under the name is whole or not there; an empty directory stays itself (someone may stand in it) and gets what is
 * written moved in.
 * @returns the number of files and symlinks. @throws FilesRefused when the place is taken or may not be written.
 */
export async function exportTree({ blobs, tree, to }: ExportRequest): Promise<{ files: number }> {
  const target = resolve(to);
  const isNew = await refuseTaken(to, target);
  const own = `.harness-export-${randomBytes(6).toString("hex")}`;
  const stage = isNew ? join(dirname(target), own) : join(target, own);
  try {
    await mkdir(dirname(target), { recursive: true });
    // With the mode that a new directory of this user gets.
    await mkdir(stage);
    const files = await write(blobs, await realpath(stage), tree);
    await (isNew ? rename(stage, target) : moveInto(stage, target));
    return { files };
  } catch (error) {
    await removeTree(stage);
    throw refusal(to, error) ?? error;
  }
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

const reasons: Readonly<Record<string, string>> = {
  ENOTDIR: "is not a directory",
  EEXIST: "is taken",
  ENOTEMPTY: "is not empty",
  EACCES: "may not be written",
  EPERM: "may not be written",
  EROFS: "is on a file system that cannot be written",
  ELOOP: "is a symlink to itself",
  ENAMETOOLONG: "is too long a name",
};

function refusal(to: string, error: unknown): FilesRefused | null {
  const reason = reasons[codeOf(error)];
  if (reason === undefined) return null;
  return new FilesRefused(`${to} ${reason}; name a new or empty directory`, { cause: error });
}

async function write(blobs: ExportRequest["blobs"], root: string, tree: Digest): Promise<number> {
  const store = treeStore(blobs);
  await writeTree({ store, blobs, wrote: () => {} }, root, "", tree);
  let files = 0;
  for await (const { entry } of listTree(store, tree)) if (entry.type !== "dir") files++;
  return files;
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
  const stat = await lstat(from);
  const isLocked = stat.isDirectory() && (stat.mode & 0o200) === 0;
  if (isLocked) setMode(from, 0o700);
  await rename(from, to);
  if (isLocked) setMode(to, stat.mode & 0o777);
}
