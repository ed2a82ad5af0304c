import { lstat, open, rename, rm, writeFile } from "node:fs/promises";
import type { Stats } from "node:fs";
import { randomBytes } from "node:crypto";
import { diskTrouble } from "../disk-trouble.ts";
import { exit, Refused } from "../exit.ts";
import { markOfPage } from "./document.ts";

/**
 * Writes a page, whole or not at all, over an earlier page of the same run; over anything else only where `isForced`.
 * @throws Refused where something else lies there, or nothing can be written
 */
export async function writePage(
  path: string,
  text: string,
  { run, isForced }: { readonly run: string; readonly isForced: boolean },
): Promise<void> {
  const part = `${path}.${randomBytes(4).toString("hex")}.part`;
  try {
    await checkPlace(path, run, isForced);
    await writeFile(part, text, { flag: "wx" });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw unwritable(error, path) ?? error;
  }
}

async function checkPlace(path: string, run: string, isForced: boolean): Promise<void> {
  const there = await linkOrFile(path);
  if (there === null) return;
  if (there.isDirectory()) throw new Refused(`--html ${path}: it is a directory; name a file in it`);
  if (isForced) return;
  if (there.isFile() && (await beginning(path)).includes(`\n${markOfPage(run)}\n`)) return;
  throw new Refused(
    `--html ${path}: it is there and no page of run ${run}; name another file, or add --force`,
  );
}

async function linkOrFile(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function beginning(path: string): Promise<string> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(200), 0, 200, 0);
  return buffer.toString("utf8", 0, bytesRead);
}

/** null: it is not the place that failed. */
function unwritable(error: unknown, path: string): Refused | null {
  if (error instanceof Refused || !(error instanceof Error) || !("syscall" in error)) return null;
  const trouble = diskTrouble(error);
  if (trouble !== null)
    return new Refused(
      `the disk of ${path} ${trouble.does} (${error.message}); ${trouble.mend}`,
      exit.infrastructure,
    );
  return new Refused(`--html ${path}: ${error.message}; name a file that can be written`);
}
