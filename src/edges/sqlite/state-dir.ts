import type { Stats } from "node:fs";
import { chmod, lstat, mkdir, open, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { networkFileSystem } from "./file-system.ts";
import { StorageRefused } from "./refused.ts";

/** Paths inside a state directory (`.harness/`). */
export const places = (stateDir: string) => ({
  journal: join(stateDir, "harness.db"),
  blobs: join(stateDir, "blobs.db"),
  evaluations: join(stateDir, "evals.db"),
  locks: join(stateDir, "locks"),
  /** Shared by all writers of blobs; the hyphen keeps it apart from the lock of any run. */
  presence: join(stateDir, "locks", "blob-writers.db"),
  /** Held by whoever collects garbage: one at a time. */
  collector: join(stateDir, "locks", "blob-collector.db"),
  ignore: join(stateDir, ".gitignore"),
});

/**
 * Makes the state directory, readable by its owner only and ignored by git, unless it is there.
 * Its parent must exist.
 * @throws StorageRefused when it is no directory, or on a network file system: SQLite's locks and its
 *   shared memory are not dependable there. Nothing is written then.
 */
export async function prepareStateDir(stateDir: string): Promise<void> {
  const known = await checkStateDir(stateDir);
  if (!known) await refuseNetwork(stateDir, dirname(resolve(stateDir)));
  for (const dir of [stateDir, places(stateDir).locks]) await makeDirectory(dir);
  if (((await stat(stateDir)).mode & 0o077) !== 0) await chmod(stateDir, 0o700);
  await writeDurably(places(stateDir).ignore, "*\n");
  if (!known) await syncDirectory(dirname(resolve(stateDir)));
}

/** One by one: of a whole path Node says that it is not there where a disk is read-only. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    if (!(await stat(path)).isDirectory())
      throw new StorageRefused(`${path} is not a directory; move it away`, { cause: error });
  }
}

/** Whether the state directory exists. @throws StorageRefused as `prepareStateDir`. */
export async function checkStateDir(stateDir: string): Promise<boolean> {
  const found = await lookAt(stateDir);
  if (found === null) return false;
  if (!found.isDirectory()) throw new StorageRefused(`${stateDir} is not a directory; move it away`);
  await refuseNetwork(stateDir, stateDir);
  return true;
}

/** What lies at a path, through links; null where nothing does. @throws StorageRefused for a link that leads to nothing */
async function lookAt(path: string): Promise<Stats | null> {
  const why = { ENOENT: "leads nowhere", ELOOP: "leads in a circle" };
  try {
    return await stat(path);
  } catch (error) {
    const code = codeOf(error);
    if (code !== "ENOENT" && code !== "ELOOP") throw error;
    const itself = await lstat(path).catch(absent);
    // What is no link after all was made this moment, by another process that starts.
    if (itself === null || !itself.isSymbolicLink()) return itself;
    throw new StorageRefused(`${path} is a symbolic link that ${why[code]}; mend it, or remove it`, {
      cause: error,
    });
  }
}

async function refuseNetwork(stateDir: string, existing: string): Promise<void> {
  const network = await networkFileSystem(existing);
  if (network === null) return;
  throw new StorageRefused(
    `${stateDir} is on a network file system (${network}), where databases are not safe; use a local disk`,
  );
}

/** Unless it is there. A file that a power cut, or a full disk, left empty is not. */
async function writeDurably(path: string, text: string): Promise<void> {
  const found = await stat(path).catch(absent);
  if (found !== null && found.size > 0) return;
  try {
    await writeFile(path, text, { flush: true });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Makes the names in a directory durable: without it a new file can be gone after a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function absent(error: unknown): null {
  if (codeOf(error) === "ENOENT") return null;
  throw error;
}

/** `code` of a system error or of an SqliteError, else "". */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";
