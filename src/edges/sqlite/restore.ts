import { createHash } from "node:crypto";
import { open, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { canonical } from "../../core/canonical.ts";
import type { Digest, Instant } from "../../core/id.ts";
import {
  databaseNames,
  evaluationsIn,
  evaluationsName,
  makePart,
  manifest,
  manifestName,
  sumOf,
} from "./backup.ts";
import type { Manifest } from "./backup.ts";
import { SqliteBlobsReader } from "./blob-reader.ts";
import { openDatabaseForReading } from "./database.ts";
import { isNamed } from "./dropped.ts";
import { DamagedBlob, StorageRefused } from "./refused.ts";
import { blobSchema } from "./schemas.ts";
import { codeOf, places, prepareStateDir, syncDirectory } from "./state-dir.ts";
import { openStorageReader } from "./storage.ts";
import { blockBytes, endBytes, fillOf, headerOf, readHeader } from "./tar.ts";
import type { Member } from "./tar.ts";

/** What was restored. `evaluations`: how many were begun. `damaged`: blobs that were damaged before the backup was made; null: not looked for. */
export interface Restored {
  readonly manifest: Manifest;
  readonly evaluations: number;
  readonly damaged: readonly Digest[] | null;
}

export interface RestoreOptions {
  /** Whether every blob is read, given the bytes of all of them. */
  readonly isVerified: (bytes: number) => boolean;
}

/**
 * Makes a state directory of a backup. It gets its name when all of it is there, checked and durable: every byte is as it
 * was backed up, and every run ends where it did.
 * @throws StorageRefused, in one sentence, for what is no backup, is cut or changed, and where a state directory is.
 */
export async function restoreBackup(
  file: string,
  stateDir: string,
  options: RestoreOptions,
): Promise<Restored> {
  if (await isThere(stateDir))
    throw new StorageRefused(`${stateDir} is there already; move it away, or restore in another project`);
  const part = `${stateDir}.part`;
  const from = await openBackup(file);
  try {
    await makePart(part);
    try {
      await prepareStateDir(part);
      const found = await unpack(new Archive(file, from), part);
      const damaged = await checkRuns(file, part, found, options);
      const evaluations = evaluationsIn(part);
      await publish(part, stateDir);
      return { manifest: found, evaluations, damaged };
    } catch (error) {
      await rm(part, { recursive: true, force: true });
      throw error;
    }
  } finally {
    await from.close();
  }
}

async function openBackup(file: string): Promise<FileHandle> {
  try {
    const from = await open(file, "r");
    if ((await from.stat()).isFile()) return from;
    await from.close();
  } catch (error) {
    if (codeOf(error) === "ENOENT") throw new StorageRefused(`there is no ${file}`, { cause: error });
    throw error;
  }
  throw new StorageRefused(`${file} is not a file`);
}

/** A backup, read from its beginning to its end. */
class Archive {
  readonly #file: string;
  readonly #from: FileHandle;
  readonly #headers: { readonly member: Member; readonly bytes: Uint8Array }[] = [];
  #at = 0;

  constructor(file: string, from: FileHandle) {
    this.#file = file;
    this.#from = from;
  }

  /** The next member, which must have this name. @returns its size */
  async member(name: string): Promise<number> {
    const isFirst = this.#at === 0;
    const isTooShort = isFirst && (await this.#left()) < blockBytes;
    const bytes = isTooShort ? new Uint8Array() : await this.bytes(blockBytes, name);
    const member = readHeader(bytes);
    if (member?.name !== name) {
      if (isFirst) throw new StorageRefused(`${this.#file} is not a backup that harness made`);
      throw this.damaged(name);
    }
    this.#headers.push({ member, bytes });
    return member.size;
  }

  async isNext(name: string): Promise<boolean> {
    const bytes = new Uint8Array(blockBytes);
    const { bytesRead } = await this.#from.read(bytes, 0, blockBytes, this.#at);
    return bytesRead === blockBytes && readHeader(bytes)?.name === name;
  }

  async bytes(count: number, name: string): Promise<Uint8Array> {
    if (count > (await this.#left()))
      throw new StorageRefused(`${this.#file} is cut short: it ends in ${name}`);
    const bytes = new Uint8Array(count);
    const { bytesRead } = await this.#from.read(bytes, 0, count, this.#at);
    if (bytesRead !== count) throw new StorageRefused(`${this.#file} is cut short: it ends in ${name}`);
    this.#at += count;
    return bytes;
  }

  async zeros(count: number, name: string): Promise<void> {
    if ((await this.bytes(count, name)).some((byte) => byte !== 0)) throw this.damaged(name);
  }

  async end(): Promise<void> {
    await this.zeros(endBytes, "its end");
    if ((await this.#left()) > 0) throw this.damaged("what follows its end");
  }

  /** What a header's own sum does not cover is as it was written, too. `at`: of the manifest. */
  checkHeaders(at: Instant): void {
    for (const { member, bytes } of this.#headers)
      if (Buffer.compare(bytes, headerOf(member, at / 1000)) !== 0) throw this.damaged(member.name);
  }

  damaged(name: string): StorageRefused {
    return new StorageRefused(
      `${this.#file} is damaged: ${name} is not what was backed up; take another backup`,
    );
  }

  async #left(): Promise<number> {
    return (await this.#from.stat()).size - this.#at;
  }
}

const stepBytes = 1024 * 1024;
/** A manifest above this is none: it has a line for each run. */
const mostManifestBytes = 64 * 1024 * 1024;

async function unpack(archive: Archive, into: string): Promise<Manifest> {
  const files: Manifest["files"] = [];
  // Where there was no run yet it begins with what was evaluated.
  if (!(await archive.isNext(evaluationsName)))
    for (const name of databaseNames) files.push(await unpackFile(archive, name, join(into, name)));
  // Older backups have none, nor have those of projects in which nothing was evaluated.
  if (await archive.isNext(evaluationsName))
    files.push(await unpackFile(archive, evaluationsName, join(into, evaluationsName)));
  const size = await archive.member(manifestName);
  if (size > mostManifestBytes) throw archive.damaged(manifestName);
  const text = Buffer.from(await archive.bytes(size, manifestName)).toString();
  await archive.zeros(fillOf(size), manifestName);
  await archive.end();
  const found = readManifest(text);
  if (found === null) throw archive.damaged(manifestName);
  archive.checkHeaders(found.at);
  if (found.files.length !== files.length) throw archive.damaged(manifestName);
  for (const [n, { name, size: bytes, sha256 }] of files.entries()) {
    const promised = found.files[n];
    if (promised?.name !== name || promised.size !== bytes || promised.sha256 !== sha256)
      throw archive.damaged(name);
  }
  return found;
}

async function unpackFile(archive: Archive, name: string, to: string): Promise<Manifest["files"][number]> {
  const size = await archive.member(name);
  const hash = createHash("sha256");
  const file = await open(to, "wx", 0o600);
  try {
    for (let left = size; left > 0; left -= stepBytes) {
      const bytes = await archive.bytes(Math.min(left, stepBytes), name);
      hash.update(bytes);
      await file.appendFile(bytes);
    }
    await archive.zeros(fillOf(size), name);
    await file.sync();
  } finally {
    await file.close();
  }
  return { name, size, sha256: hash.digest("hex") };
}

/** null for anything but what `writeBackup` wrote, to the byte. */
function readManifest(text: string): Manifest | null {
  try {
    const found = manifest.parse(JSON.parse(text));
    return canonical(found) === text && sumOf(found) === found.sum ? found : null;
  } catch {
    return null;
  }
}

/**
 * Reads every run: each entry is checked on the way. @returns as `Restored.damaged`
 * @throws DamagedJournal, StorageRefused
 */
async function checkRuns(
  file: string,
  part: string,
  { files, runs }: Manifest,
  { isVerified }: RestoreOptions,
): Promise<Restored["damaged"]> {
  const blobs = files.find(({ name }) => name === databaseNames[1]);
  if (blobs === undefined) return [];
  await checkJournal(file, part, runs);
  return isVerified(blobs.size) ? damagedBlobs(places(part).blobs) : null;
}

async function checkJournal(file: string, part: string, runs: Manifest["runs"]): Promise<void> {
  const { journal, close } = await openStorageReader(part);
  try {
    const heads = (await journal.runs()).map(({ id, headSeq, headHash }) => `${id} ${headSeq} ${headHash}`);
    const promised = runs.map(({ id, seq, hash }) => `${id} ${seq} ${hash}`);
    if (heads.toSorted().join("\n") !== promised.toSorted().join("\n"))
      throw new StorageRefused(`${file} is damaged: its runs are not those its manifest names`);
    for (const { id } of runs) for await (const _ of journal.read(id, 0));
  } finally {
    await close();
  }
}

async function damagedBlobs(path: string): Promise<readonly Digest[]> {
  const db = openDatabaseForReading(path, blobSchema);
  try {
    const reader = new SqliteBlobsReader(db);
    const digests = db.prepare<[], Digest>(`SELECT digest FROM blobs WHERE ${isNamed}`).pluck();
    const damaged: Digest[] = [];
    for (const digest of digests.all()) if (await isDamaged(reader, digest)) damaged.push(digest);
    return damaged;
  } finally {
    db.close();
  }
}

async function isDamaged(reader: SqliteBlobsReader, digest: Digest): Promise<boolean> {
  try {
    for await (const _ of reader.getStream(digest));
    return false;
  } catch (error) {
    if (error instanceof DamagedBlob) return true;
    throw error;
  }
}

async function publish(part: string, stateDir: string): Promise<void> {
  await syncDirectory(part);
  try {
    await rename(part, stateDir);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes(codeOf(error))) throw error;
    throw new StorageRefused(`${stateDir} was made meanwhile; it stays as it is`, { cause: error });
  }
  await syncDirectory(dirname(resolve(stateDir)));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}
