import { closeSync, fstatSync } from "node:fs";
import type { Stats } from "node:fs";
import type { FileRead } from "../../core/workspace.ts";
import { staysInside } from "../../core/tree-path.ts";
import { codeOf, leadsInside, openInside } from "./inside.ts";
import { readBytes } from "./file-content.ts";

/** Reads a part of a file below `root`, a real path, without ever following anything out of it. */
export function readFileAt(root: string, path: string, offset: number, limit: number): FileRead {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (!staysInside(path)) return refused("is outside the workspace");
  if (path.includes("\0")) return { type: "missing" };
  try {
    const fd = openInside(root, names.join("/"));
    return fd === null ? refused("leads out of the workspace") : readOpen(fd, offset, limit);
  } catch (error) {
    // What is there outside is not told either.
    return leadsOut(root, names) ? refused("leads out of the workspace") : cannotOpen(error);
  }
}

/** Whether a directory on the way, a symlink, leads out. */
function leadsOut(root: string, names: readonly string[]): boolean {
  return names.slice(0, -1).some((_, n) => {
    try {
      return !leadsInside(root, names.slice(0, n + 1).join("/"));
    } catch {
      // Not there, or no directory: then nothing beyond it is either.
      return false;
    }
  });
}

const refused = (why: string): FileRead => ({ type: "refused", why });

function readOpen(fd: number, offset: number, limit: number): FileRead {
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return refused(`is a ${kindOf(stat)}`);
    const room = Math.max(0, Math.min(limit, stat.size - offset));
    return { type: "file", bytes: readBytes(fd, offset, room), size: stat.size };
  } finally {
    closeSync(fd);
  }
}

function kindOf(stat: Stats): string {
  if (stat.isDirectory()) return "directory";
  return stat.isFIFO() ? "FIFO" : "device";
}

/** @throws the error when it says nothing of the path (too many open files, a failing disk). */
function cannotOpen(error: unknown): FileRead {
  switch (codeOf(error)) {
    case "ENOENT":
    case "ENOTDIR":
    case "ENAMETOOLONG":
      return { type: "missing" };
    case "ELOOP":
      return refused("is a symlink");
    case "EACCES":
    case "EPERM":
      return refused("may not be read");
    case "ENXIO":
    case "ENODEV":
      return refused("is a socket or a device");
    default:
      throw error;
  }
}
