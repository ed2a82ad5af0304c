import { chmod, mkdir, open, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { networkFileSystem } from "./file-system.ts";
import { StorageRefused } from "./refused.ts";

/** Paths inside a state directory (`.harness/`). */
export const places = (stateDir: string) => ({
  journal: join(stateDir, "harness.db"),
  blobs: join(stateDir, "blobs.db"),
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
  await mkdir(places(stateDir).locks, { recursive: true, mode: 0o700 });
  if (((await stat(stateDir)).mode & 0o077) !== 0) await chmod(stateDir, 0o700);
  await writeDurably(places(stateDir).ignore, "*\n");
  if (!known) await syncDirectory(dirname(resolve(stateDir)));
}

/** Whether the state directory exists. @throws StorageRefused as `prepareStateDir`. */
export async function checkStateDir(stateDir: string): Promise<boolean> {
  const found = await stat(stateDir).catch(absent);
  if (found === null) return false;
  if (!found.isDirectory()) throw new StorageRefused(`${stateDir} is not a directory`);
  await refuseNetwork(stateDir, stateDir);
  return true;
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
  await writeFile(path, text, { flush: true });
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
