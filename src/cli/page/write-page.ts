import { lstat, open, rename, rm, writeFile } from "node:fs/promises";
import type { Stats } from "node:fs";
import { randomBytes } from "node:crypto";
import { diskTrouble } from "../disk-trouble.ts";
import { exit, Refused } from "../exit.ts";

export interface Written {
  /** With which a person named the file, like `--html`. */
  readonly option: string;
  /** A line near the beginning of the text by which an earlier one is known again. */
  readonly mark: string;
  /** What the text is, like `page of run 7k2m`. */
  readonly what: string;
  /** It may take the place of anything else. */
  readonly isForced: boolean;
}

/**
 * Writes a text, whole or not at all, over an earlier one of its kind or an empty file; over anything else only where
 * `isForced`.
 * @throws Refused where something else lies there, or nothing can be written
 */
export async function writePage(path: string, text: string, written: Written): Promise<void> {
  const part = `${path}.${randomBytes(4).toString("hex")}.part`;
  try {
    await checkPlace(path, written);
    await writeFile(part, text, { flag: "wx" });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw unwritable(error, path, written.option) ?? error;
  }
}

async function checkPlace(path: string, { option, mark, what, isForced }: Written): Promise<void> {
  const there = await linkOrFile(path);
  if (there === null) return;
  if (there.isDirectory()) throw new Refused(`${option} ${path}: it is a directory; name a file in it`);
  if (isForced) return;
  if (there.isFile() && (there.size === 0 || (await firstLines(path)).includes(mark))) return;
  throw new Refused(`${option} ${path}: it is there and no ${what}; name another file, or add --force`);
}

async function linkOrFile(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function firstLines(path: string): Promise<readonly string[]> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(200), 0, 200, 0);
  return buffer.toString("utf8", 0, bytesRead).split("\n");
}

/** null: it is not the place that failed. */
function unwritable(error: unknown, path: string, option: string): Refused | null {
  if (error instanceof Refused || !(error instanceof Error) || !("syscall" in error)) return null;
  const trouble = diskTrouble(error);
  if (trouble !== null)
    return new Refused(
      `the disk of ${path} ${trouble.does} (${error.message}); ${trouble.mend}`,
      exit.infrastructure,
    );
  return new Refused(`${option} ${path}: ${error.message}; name a file that can be written`);
}
