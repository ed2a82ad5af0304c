import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from "node:fs";
import { diskPath } from "./names.ts";
import type { DiskPath } from "./names.ts";

/** Linux shows where an open descriptor really is, and lets paths begin at it. */
const hasProc = process.platform === "linux";

/** O_PATH of Linux, which Node does not name: a descriptor for the path alone; nothing is opened. */
const pathOnly = 0o10000000;

/**
 * Opens for reading without waiting (a FIFO would) and without following a last symlink, and then looks where the
 * descriptor is: a check before the opening loses against whoever swaps a directory for a symlink in between.
 * `root` must be a real path. null: it lies outside of `root`. @throws what `open` throws (ENOENT, ELOOP, EACCES, …).
 */
export function openInside(root: string, path: string, flags = 0): number | null {
  const at = diskPath(root, path);
  const fd = openSync(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | flags);
  try {
    if (isInside(root, at, fd)) return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return null;
}

function isInside(root: string, at: DiskPath, fd: number): boolean {
  const real = hasProc ? readlinkSync(descriptorPath(fd), "buffer") : realPathOf(at, fd);
  if (real === null) return false;
  // Of the root of the system nothing is left, and all that is real begins with a slash.
  const prefix = Buffer.from(root.replace(/\/+$/, ""));
  return (
    real.subarray(0, prefix.length).equals(prefix) &&
    (real.length === prefix.length || real[prefix.length] === 0x2f)
  );
}

/** Where there is no /proc: the real path, if what is there now is what was opened. */
function realPathOf(at: DiskPath, fd: number): Buffer | null {
  const real = realpathSync(at, "buffer");
  const [there, opened] = [statSync(real, { bigint: true }), fstatSync(fd, { bigint: true })];
  return there.dev === opened.dev && there.ino === opened.ino ? real : null;
}

const descriptorPath = (fd: number): string => `/proc/self/fd/${fd}`;

/** A path that leads through the open directory where that can be, so that a swapped parent plays no part. */
export const pathThrough = (fd: number, dir: DiskPath): DiskPath => (hasProc ? descriptorPath(fd) : dir);

/** Sets the mode of what is at the path itself, never of what a symlink there points to. */
export function setMode(at: DiskPath, mode: number): void {
  if (!hasProc) return chmodSync(at, mode);
  const fd = openSync(at, pathOnly | constants.O_NOFOLLOW);
  try {
    chmodSync(descriptorPath(fd), mode);
  } finally {
    closeSync(fd);
  }
}

/** Sets the mode of an open file past the umask. */
export const setModeOf = (fd: number, mode: number): void => fchmodSync(fd, mode);

/** The code of a system error, else "". */
export const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error && "code" in error ? error.code : "";
  return typeof code === "string" ? code : "";
};

const goneCodes = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENXIO"]);

/** Whether what was found at a path is gone, or something else took its place: a symlink, a socket, a file above it. */
export const isGone = (error: unknown): boolean => goneCodes.has(codeOf(error));
