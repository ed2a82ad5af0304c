import { createHash } from "node:crypto";
import { closeSync, fstatSync, readSync } from "node:fs";
import type { BigIntStats } from "node:fs";
import type { Digest } from "../../core/id.ts";
import { isGone, openInside, setModeInside } from "./inside.ts";
import type { FoundFile } from "./walk.ts";

/** Files up to this many bytes are read and written whole; larger ones pass through in pieces of it. */
export const inOneGo = 1024 * 1024;

export interface OpenFile {
  readonly fd: number;
  readonly stat: BigIntStats;
  /** As `fstat` had it: what is appended while we read is not read. */
  readonly size: number;
}

/** Opens a file that a walk found, reads it with `use` and closes it. null: it is no longer there, or no file. */
export async function withFile<T>(
  root: string,
  path: string,
  found: FoundFile,
  use: (file: OpenFile) => T | Promise<T>,
): Promise<T | null> {
  const fd = openFound(root, path, found);
  if (fd === null) return null;
  try {
    const stat = fstatSync(fd, { bigint: true });
    return stat.isFile() ? await use({ fd, stat, size: Number(stat.size) }) : null;
  } finally {
    closeSync(fd);
  }
}

function openFound(root: string, path: string, found: FoundFile): number | null {
  const isLocked = (found.mode & 0o400) === 0 && process.geteuid?.() !== 0;
  try {
    if (isLocked) setModeInside(root, path, found.mode | 0o400);
    const fd = openInside(root, path);
    if (isLocked) setModeInside(root, path, found.mode);
    return fd;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** Reads at most `size` bytes from `offset`, fewer at the end of the file. */
export function readBytes(fd: number, offset: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const read = readSync(fd, bytes, filled, size - filled, offset + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled === size ? bytes : bytes.slice(0, filled);
}

/** The bytes piece by piece. `seen` is told the size of each. */
export async function* piecesOf(
  { fd, size }: OpenFile,
  seen: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < size;) {
    const piece = readBytes(fd, at, Math.min(inOneGo, size - at));
    if (piece.length === 0) return;
    at += piece.length;
    seen(piece);
    yield piece;
  }
}

export const digestOf = (bytes: Uint8Array): Digest => createHash("sha256").update(bytes).digest("hex");

/** The digest of a file's bytes and how many they were, in bounded memory. */
export async function hashFile(file: OpenFile): Promise<{ content: Digest; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const piece of piecesOf(file, () => undefined)) {
    hash.update(piece);
    size += piece.length;
  }
  return { content: hash.digest("hex"), size };
}
