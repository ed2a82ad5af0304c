import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
} from "node:fs";
import type { Stats } from "node:fs";

/**
 * What a directory holds, looked at with nothing but `node:fs`: one line for each path, with type, mode, size, digest
 * of the bytes or the symlink's target, and the name, all as bytes. `kept`: the bits of modes that are told.
 */
export function plainLook(dir: string, kept = 0o7777): readonly string[] {
  const top = Buffer.from(dir);
  const lines: string[] = [];
  const opened: (readonly [at: Buffer, mode: number])[] = [];
  const open = [Buffer.alloc(0)];
  for (let below = open.pop(); below !== undefined; below = open.pop()) {
    for (const name of readdirSync(Buffer.concat([top, below]), "buffer")) {
      const path = Buffer.concat([below, Buffer.from("/"), name]);
      const at = Buffer.concat([top, path]);
      const stat = lstatSync(at);
      lines.push(`${written(path)} ${lineOf(at, stat, kept)}`);
      if (!stat.isDirectory()) continue;
      if (openUp(at, stat, 0o500)) opened.push([at, stat.mode & 0o7777]);
      open.push(path);
    }
  }
  for (const [at, mode] of opened.toReversed()) chmodSync(at, mode);
  return lines.toSorted();
}

/** Each byte is one character: no two names are written alike. */
const written = (bytes: Buffer): string => JSON.stringify(bytes.toString("latin1"));

function lineOf(at: Buffer, stat: Stats, kept: number): string {
  const mode = (stat.mode & kept).toString(8);
  if (stat.isDirectory()) return `dir ${mode}`;
  if (stat.isSymbolicLink()) return `symlink ${written(readlinkSync(at, "buffer"))}`;
  return stat.isFile() ? `file ${mode} ${stat.size} ${digestAt(at, stat)}` : "other";
}

function digestAt(at: Buffer, stat: Stats): string {
  const isOpened = openUp(at, stat, 0o400);
  const fd = openSync(at, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const hash = createHash("sha256");
    const piece = Buffer.alloc(Math.min(stat.size, 1024 * 1024) + 1);
    for (let read = readSync(fd, piece); read > 0; read = readSync(fd, piece))
      hash.update(piece.subarray(0, read));
    return hash.digest("hex");
  } finally {
    closeSync(fd);
    if (isOpened) chmodSync(at, stat.mode & 0o7777);
  }
}

/** A user whom modes bind must open up what is locked. @returns whether the mode is to be put back. */
function openUp(at: Buffer, { mode }: Stats, needed: number): boolean {
  if (process.geteuid?.() === 0 || (mode & needed) === needed) return false;
  chmodSync(at, 0o700);
  return true;
}
