import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { canonical } from "../../core/canonical.ts";
import { digest, runId } from "../../core/id.ts";
import type { Instant } from "../../core/id.ts";
import { openDatabaseForReading } from "./database.ts";
import type { Connection, Schema } from "./database.ts";
import { Presence } from "./presence.ts";
import { StorageRefused } from "./refused.ts";
import { blobSchema, evaluationSchema, journalSchema } from "./schemas.ts";
import { checkStateDir, codeOf, places, syncDirectory } from "./state-dir.ts";
import { endBytes, fillOf, headerOf } from "./tar.ts";

/**
 * A backup is a tar archive of `harness.db` and `blobs.db` where there was a run, `evals.db` where anything was evaluated,
 * and `manifest.json`, in this order. `sum`: sha256 of the manifest's canonical JSON without it. Unpacked into an empty
 * `.harness/`, it can be used as it is.
 */
export const manifest = z.strictObject({
  v: z.literal(1),
  harness: z.string(),
  at: z.number(),
  files: z.array(z.strictObject({ name: z.string(), size: z.int(), sha256: digest })),
  runs: z.array(z.strictObject({ id: runId, seq: z.int(), hash: digest })),
  sum: digest,
});
export type Manifest = z.infer<typeof manifest>;

export const databaseNames = ["harness.db", "blobs.db"] as const;
export const evaluationsName = "evals.db";
export const manifestName = "manifest.json";

/** What every manifest's `sum` is. */
export const sumOf = (of: Omit<Manifest, "sum">): string =>
  createHash("sha256")
    .update(canonical({ ...of, sum: undefined }))
    .digest("hex");

/** A backup as it was written: `evaluations` counts those that were begun. */
export interface Written {
  readonly manifest: Manifest;
  readonly evaluations: number;
  readonly bytes: number;
}

/**
 * Writes a backup beside whoever works on the state directory: the journal as it stands now, and every blob it names; the
 * answers of evaluations. The file gets its name when it is whole and durable. It takes its size twice until then, in `FILE.part/`.
 * @throws StorageRefused when the file or `FILE.part` is there, or there is no room.
 */
export async function writeBackup(
  stateDir: string,
  file: string,
  about: { readonly harness: string; readonly at: Instant },
): Promise<Written> {
  if (!(await checkStateDir(stateDir))) throw new StorageRefused(`there is no ${stateDir}`);
  await refuseTaken(file);
  const part = `${file}.part`;
  await makePart(part);
  try {
    const names = copyDatabases(stateDir, part);
    const draft = join(part, "backup.tar");
    const written = await pack(part, draft, names, about);
    await publish(draft, file);
    return { ...written, evaluations: evaluationsIn(part) };
  } catch (error) {
    if (!["SQLITE_FULL", "ENOSPC"].includes(codeOf(error))) throw error;
    throw new StorageRefused(`there is no room for ${file}, which takes its size twice while it is written`, {
      cause: error,
    });
  } finally {
    await rm(part, { recursive: true });
  }
}

async function refuseTaken(file: string): Promise<void> {
  try {
    await stat(file);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return;
    throw error;
  }
  throw new StorageRefused(`${file} exists; name a new file`);
}

/** @throws StorageRefused when it is there, or where it should be is no directory. */
export async function makePart(part: string): Promise<void> {
  try {
    await mkdir(part, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === "EEXIST")
      throw new StorageRefused(
        `${part} is there: another command is writing it, or one died there; remove it if none is at work`,
      );
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error)))
      throw new StorageRefused(`${dirname(resolve(part))} is not a directory; make it first`);
    throw error;
  }
}

/**
 * @returns the names of the copies.
 *
 * The journal comes first: what it names by then is among the blobs that are copied after it, and nobody drops blobs
 * while this is present as a writer. Each copy is one reading transaction, however long it takes, beside all writers.
 */
function copyDatabases(stateDir: string, into: string): readonly string[] {
  const { journal, blobs, evaluations, presence } = places(stateDir);
  const isEvaluated = existsSync(evaluations);
  const names = [...(isEvaluated && !hasRuns(stateDir) ? [] : databaseNames)];
  if (names.length > 0) {
    const here = new Presence(presence);
    try {
      here.join();
      copy(journal, journalSchema, join(into, databaseNames[0]));
      copy(blobs, blobSchema, join(into, databaseNames[1]));
    } finally {
      here.close();
    }
  }
  if (!isEvaluated) return names;
  copy(evaluations, evaluationSchema, join(into, evaluationsName));
  return [...names, evaluationsName];
}

/** Also where a part of the two databases is lost, which must not look like a state that never had them. */
function hasRuns(stateDir: string): boolean {
  const { journal, blobs } = places(stateDir);
  return [journal, `${journal}-wal`, blobs, `${blobs}-wal`].some((path) => existsSync(path));
}

/** How many evaluations were begun in a state directory that nobody works on. */
export function evaluationsIn(stateDir: string): number {
  const { evaluations } = places(stateDir);
  if (!existsSync(evaluations)) return 0;
  const db = openDatabaseForReading(evaluations, evaluationSchema);
  try {
    return Number(db.prepare("SELECT count(*) FROM evaluations").pluck().get());
  } finally {
    db.close();
  }
}

function copy(path: string, schema: Schema, to: string): void {
  const db = openDatabaseForReading(path, schema);
  try {
    db.prepare("VACUUM INTO ?").run(to);
  } finally {
    db.close();
  }
}

async function pack(
  part: string,
  draft: string,
  names: readonly string[],
  { harness, at }: { readonly harness: string; readonly at: Instant },
): Promise<{ readonly manifest: Manifest; readonly bytes: number }> {
  const runs = names.includes(databaseNames[0]) ? runsOf(join(part, databaseNames[0])) : [];
  const tar = await open(draft, "wx", 0o600);
  try {
    const seconds = at / 1000;
    const files: Manifest["files"] = [];
    for (const name of names) files.push(await addFile(tar, join(part, name), name, seconds));
    const unsummed = { v: 1, harness, at, files, runs } as const;
    const whole: Manifest = { ...unsummed, sum: sumOf(unsummed) };
    const text = Buffer.from(canonical(whole));
    const header = headerOf({ name: manifestName, size: text.length }, seconds);
    await tar.appendFile(Buffer.concat([header, text, new Uint8Array(fillOf(text.length) + endBytes)]));
    await tar.sync();
    return { manifest: whole, bytes: (await tar.stat()).size };
  } finally {
    await tar.close();
  }
}

function runsOf(path: string): Manifest["runs"] {
  const db: Connection = openDatabaseForReading(path, journalSchema);
  try {
    return db
      .prepare<[], Manifest["runs"][number]>(
        "SELECT id, head_seq AS seq, head_hash AS hash FROM runs ORDER BY id",
      )
      .all();
  } finally {
    db.close();
  }
}

async function addFile(
  tar: FileHandle,
  path: string,
  name: string,
  seconds: number,
): Promise<Manifest["files"][number]> {
  const from = await open(path, "r");
  try {
    const { size } = await from.stat();
    await tar.appendFile(headerOf({ name, size }, seconds));
    const hash = createHash("sha256");
    for await (const chunk of from.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 })) {
      const bytes = chunk as Uint8Array;
      hash.update(bytes);
      await tar.appendFile(bytes);
    }
    await tar.appendFile(new Uint8Array(fillOf(size)));
    return { name, size, sha256: hash.digest("hex") };
  } finally {
    await from.close();
  }
}

/** Gives a file its name, never another's. Where a file cannot have two names for a moment it is renamed. */
async function publish(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw new StorageRefused(`${file} exists; name a new file`);
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(codeOf(error))) throw error;
    await refuseTaken(file);
    await rename(draft, file);
  }
  await syncDirectory(dirname(resolve(file)));
}
