import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { BadInput } from "./bad-input.ts";
import { nearest } from "../../core/nearest.ts";

/** What people write is short; anything longer is another file taken for it. */
const limit = 1024 * 1024;

export interface TextFile {
  /** Absolute. */
  readonly path: string;
  /** As on disk. */
  readonly bytes: Uint8Array;
  /** Without byte order mark; every line ends with `\n`, whatever it ends with on disk. */
  readonly text: string;
}

/** Reads a regular UTF-8 file of at most 1 MiB. Never waits for a FIFO or device. @throws BadInput */
export async function readText(file: string): Promise<TextFile> {
  const path = resolve(file);
  const bytes = await readBytes(path);
  refuseBinary(path, bytes);
  return { path, bytes, text: new TextDecoder().decode(bytes).replaceAll(/\r\n?/g, "\n") };
}

async function readBytes(path: string): Promise<Buffer> {
  const handle = await openRegular(path);
  try {
    const found = await handle.stat();
    if (found.isDirectory()) throw new BadInput(path, null, await directoryMeant(path));
    if (!found.isFile()) throw new BadInput(path, null, noFile);
    const buffer = Buffer.alloc(limit + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length <= limit; length += read) {
      read = (await handle.read(buffer, length, buffer.length - length, null)).bytesRead;
    }
    if (length > limit)
      throw new BadInput(path, null, "it is larger than 1 MiB; give a shorter file of text");
    return buffer.subarray(0, length);
  } catch (error) {
    // Files of the kernel's, as in /proc, that are called regular and cannot be read like one.
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
    throw new BadInput(path, null, noFile);
  } finally {
    await handle.close();
  }
}

const noFile = "it is no regular file; give a file of text";

/** What an expected failure to open says; every other error code is a broken machine. */
const openFailures: Readonly<Record<string, string>> = {
  EACCES: "it may not be read; give yourself the right to read it",
  EPERM: "it may not be read; give yourself the right to read it",
  ELOOP: "its symbolic links lead in a circle; mend them, or give the file itself",
  ENAMETOOLONG: "the name is too long for a file; check it",
  ENXIO: noFile,
  ERR_INVALID_ARG_VALUE: "this cannot be the name of a file; check it",
};

async function openRegular(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw new BadInput(path, null, await missing(path));
    const what = openFailures[code];
    if (what === undefined) throw error;
    throw new BadInput(path, null, what);
  }
}

async function missing(path: string): Promise<string> {
  const name = basename(path);
  const others = await names(dirname(path));
  if (others.includes(name)) return "this symbolic link leads nowhere; mend it, or remove it";
  const alike = others.filter((other) => extname(other) === extname(path));
  const near = nearest(name, alike) ?? nearest(`${name}.md`, others);
  return near === null
    ? "there is no such file; check the name"
    : `there is no such file; did you mean "${near}"?`;
}

async function directoryMeant(path: string): Promise<string> {
  const [first] = (await names(path))
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .toSorted();
  return `it is a directory; give a file${first === undefined ? " of text" : `, like ${join(path, first)}`}`;
}

/** For a hint only: where a directory cannot be listed there is nothing to suggest. */
const names = async (dir: string): Promise<string[]> => readdir(dir).catch(() => []);

function refuseBinary(path: string, bytes: Buffer): void {
  const other = otherEncoding(bytes);
  if (other !== null) throw new BadInput(path, 1, `the text is ${other}; save it as UTF-8`);
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    throw new BadInput(path, lineAt(bytes, nul), "a NUL byte, so this is no text; give a file of text");
  }
  if (isUtf8(bytes)) return;
  throw new BadInput(path, badLine(bytes), "this line is not UTF-8; save the file as UTF-8");
}

/** UTF-16 and UTF-32 by byte order mark; without one by their NULs: in every second place, or three of four. */
function otherEncoding(bytes: Buffer): string | null {
  const mark = bytes.subarray(0, 4).toString("hex");
  if (mark === "fffe0000" || mark === "0000feff") return "UTF-32";
  if (mark.startsWith("fffe") || mark.startsWith("feff")) return "UTF-16";
  const start = bytes.subarray(0, 512);
  const zeros = [0, 0];
  for (const [index, byte] of start.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd > start.length * 0.7 && start.length >= 4) return "UTF-32";
  return Math.max(even, odd) > start.length * 0.3 && Math.min(even, odd) < start.length * 0.1
    ? "UTF-16"
    : null;
}

const lineAt = (bytes: Buffer, offset: number): number => {
  let line = 1;
  for (let at = bytes.indexOf(10); at !== -1 && at < offset; at = bytes.indexOf(10, at + 1)) line += 1;
  return line;
};

/** No UTF-8 sequence contains a line feed, so one line is at fault. */
function badLine(bytes: Buffer): number {
  for (let line = 1, from = 0; ; line += 1) {
    const end = bytes.indexOf(10, from);
    if (end === -1 || !isUtf8(bytes.subarray(from, end))) return line;
    from = end + 1;
  }
}
