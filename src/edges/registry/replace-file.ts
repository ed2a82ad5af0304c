import { randomBytes } from "node:crypto";
import { link, mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { RegistryRefused } from "./refused.ts";

/** Writes a file as a whole, durably: whoever reads meanwhile sees the old text or the new one. @throws RegistryRefused */
export const replaceFile = async (named: string, text: string): Promise<void> =>
  explained(named, async () => {
    const path = await realpath(named).catch(unlessMissing(named));
    const temporary = await written(path, text);
    try {
      await rename(temporary, path);
      await syncDirectory(dirname(path));
    } finally {
      await rm(temporary, { force: true });
    }
  });

/** As `replaceFile`, of a file that must not be there yet. @returns whether it was not */
export const addFile = async (path: string, text: string): Promise<boolean> =>
  explained(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    const temporary = await written(path, text);
    try {
      await link(temporary, path);
      await syncDirectory(dirname(path));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  });

/** A new file beside it, whose content is on the disk. */
async function written(path: string, text: string): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  const handle = await open(temporary, "wx", 0o644);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return temporary;
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const unlessMissing =
  (path: string) =>
  (error: NodeJS.ErrnoException): string => {
    if (error.code === "ENOENT") return path;
    throw error;
  };

/** What a person can do something about; a full disk is told by the front door. */
const why: Readonly<Record<string, string>> = {
  EACCES: "it may not be written; give yourself the right to write there",
  EPERM: "it may not be written; give yourself the right to write there",
  EROFS: "it is on a file system for reading only; make it writable",
  ENOTDIR: "a file stands where its folder should be; move it away",
  EEXIST: "a file stands where its folder should be; move it away",
  EISDIR: "a folder stands where it should be; move it away",
  ELOOP: "its symbolic links lead in a circle; mend them",
};

async function explained<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const what = why[(error as NodeJS.ErrnoException).code ?? ""];
    throw what === undefined ? error : new RegistryRefused(`${path}: ${what}`, { cause: error });
  }
}
