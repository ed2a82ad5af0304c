import { lstatSync, readdirSync, renameSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { codeOf, setMode } from "./inside.ts";
import { bytesBelow } from "./names.ts";
import type { DiskPath } from "./names.ts";

/**
 * Removes what is at a path, with all it holds, whatever modes and depth it has. Follows no symlink. Nothing there is
 * fine. Nobody else may be writing in it.
 */
export async function removeTree(at: DiskPath): Promise<void> {
  try {
    await rm(at, { recursive: true, force: true });
  } catch (error) {
    // Something above it is no directory, so that nothing is there.
    if (codeOf(error) === "ENOTDIR") return;
    if (!stubborn.has(codeOf(error)) || !lstatSync(at).isDirectory()) throw error;
    openUp(Buffer.from(at));
    rmSync(at, { recursive: true, force: true });
  }
}

/** A directory that forbids its owner to remove what is in it, or one so deep that no path reaches its end. */
const stubborn = new Set(["EACCES", "EPERM", "ENOTEMPTY", "ENAMETOOLONG"]);

/** Past this many bytes a directory is moved up, before paths below it get too long for the system. */
const longest = 2000;

/** Makes every directory removable, and none too deep. */
function openUp(top: Buffer): void {
  let moved = 0;
  const open = [top];
  for (let dir = open.pop(); dir !== undefined; dir = open.pop()) {
    setMode(dir, 0o700);
    for (const name of readdirSync(dir, "buffer")) {
      const child = bytesBelow(dir, name);
      if (!lstatSync(child).isDirectory()) continue;
      if (child.length < top.length + longest) {
        open.push(child);
        continue;
      }
      setMode(child, 0o700);
      let higher = top;
      do higher = Buffer.concat([top, Buffer.from(`/moved-up-${(moved += 1)}`)]);
      while (lstatSync(higher, { throwIfNoEntry: false }) !== undefined);
      renameSync(child, higher);
      open.push(higher);
    }
  }
}
