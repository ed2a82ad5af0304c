import { chownSync, closeSync, constants, fchownSync, lchownSync, openSync } from "node:fs";
import { descriptorPath, hasProc, isInside, pathOnly } from "./inside.ts";
import { diskPath } from "./names.ts";

/** Whom files belong to, as numbers of the system. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Whether what belongs to `now` needs no new owner. null: whoever it is will do. */
export const isOwnedBy = (owner: Owner | null, now: Owner): boolean =>
  owner === null || (owner.uid === now.uid && owner.gid === now.gid);

/**
 * Gives what is at a path below `root`, a real path, to an owner: itself, never what a symlink there points to.
 * @throws Error when the path leads out of `root`: somebody put a symlink in its way.
 */
export function give(root: string, path: string, owner: Owner | null): void {
  if (owner === null) return;
  const at = diskPath(root, path);
  if (!hasProc) return lchownSync(at, owner.uid, owner.gid);
  const fd = openSync(at, pathOnly | constants.O_NOFOLLOW);
  try {
    if (!isInside(root, at, fd)) throw ledOut(path);
    chownSync(descriptorPath(fd), owner.uid, owner.gid);
  } finally {
    closeSync(fd);
  }
}

/** Gives an open file to an owner. @throws Error as `give` does */
export function giveOpen(fd: number, root: string, path: string, owner: Owner | null): void {
  if (owner === null) return;
  if (!isInside(root, diskPath(root, path), fd)) throw ledOut(path);
  fchownSync(fd, owner.uid, owner.gid);
}

const ledOut = (path: string): Error =>
  new Error(`${JSON.stringify(path)} led out of its workspace while it was being written`);
