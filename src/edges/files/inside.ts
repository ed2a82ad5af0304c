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
export const hasProc = process.platform === "linux";

/** O_PATH of Linux, which Node does not name: a descriptor for the path alone; nothing is opened. */
export const pathOnly = 0o10000000;

/**
 * Opens for reading without waiting (a FIFO would) and without following a last symlink. First the path alone is opened
 * and looked at: a check before that loses against whoever swaps a directory for a symlink in between, and to open what
 * lies outside would wake a FIFO there. `root` must be a real path. null: it lies outside of `root`.
 * @throws what `open` throws (ENOENT, ELOOP, EACCES, …).
 */
export function openInside(root: string, path: string, flags = 0): number | null {
  const at = diskPath(root, path);
  const wanted = constants.O_RDONLY | constants.O_NONBLOCK | flags;
  if (!hasProc) return keptInside(root, at, openSync(at, wanted | constants.O_NOFOLLOW));
  const place = placeInside(root, path);
  if (place === null) return null;
  try {
    if (fstatSync(place).isSymbolicLink()) throw Object.assign(new Error("is a symlink"), { code: "ELOOP" });
    return openSync(descriptorPath(place), wanted);
  } finally {
    closeSync(place);
  }
}

/** A descriptor for the path alone, which opens nothing; a last symlink is the place itself. null: it lies outside. */
const placeInside = (root: string, path: string): number | null => {
  const at = diskPath(root, path);
  return keptInside(root, at, openSync(at, pathOnly | constants.O_NOFOLLOW));
};

/** Whether the directory that a path leads to, symlinks followed, lies below `root`. @throws what `open` throws */
export function leadsInside(root: string, path: string): boolean {
  const at = diskPath(root, path);
  const only = hasProc ? pathOnly : constants.O_NONBLOCK;
  const fd = keptInside(root, at, openSync(at, constants.O_DIRECTORY | only));
  if (fd !== null) closeSync(fd);
  return fd !== null;
}

/** What was opened, if it lies below `root`; else it is closed again. */
function keptInside(root: string, at: DiskPath, fd: number): number | null {
  try {
    if (isInside(root, at, fd)) return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return null;
}

/** Sets the mode of what is at a path below `root`, a real path: never outside, whatever was swapped on the way. */
export function setModeInside(root: string, path: string, mode: number): void {
  if (!hasProc) return chmodSync(diskPath(root, path), mode);
  const fd = placeInside(root, path);
  if (fd === null) return;
  try {
    chmodSync(descriptorPath(fd), mode);
  } finally {
    closeSync(fd);
  }
}

/** Whether what is open lies below `root`, a real path; `at` is where it was opened. */
export function isInside(root: string, at: DiskPath, fd: number): boolean {
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

export const descriptorPath = (fd: number): string => `/proc/self/fd/${fd}`;

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
