import { accessSync, constants } from "node:fs";
import { joined } from "../../core/tree-path.ts";
import { codeOf } from "./inside.ts";
import { diskPath } from "./names.ts";
import type { Found, FoundDir, Other } from "./walk.ts";

/**
 * What a walk found in somebody else's directory, without the files that we may not read: those go to `others`, since
 * nobody's modes are changed to read them. Recursive: a walk's paths are at most 1,500 names deep.
 */
export function readableOnly(root: string, dir: FoundDir, others: Other[], path = ""): FoundDir {
  const keep = (found: Found): Found[] => {
    const below = joined(path, found.name);
    if (found.type === "dir") return [readableOnly(root, found, others, below)];
    if (found.type !== "file" || isReadable(root, below, found.mode)) return [found];
    others.push({ path: below, why: "may not be read" });
    return [];
  };
  return { ...dir, entries: dir.entries.flatMap(keep) };
}

function isReadable(root: string, path: string, mode: number): boolean {
  if (process.geteuid?.() === 0) return true;
  if ((mode & 0o400) === 0) return false;
  try {
    accessSync(diskPath(root, path), constants.R_OK);
    return true;
  } catch (error) {
    // One that is gone is missed when it is to be read.
    return codeOf(error) !== "EACCES";
  }
}
