import { createHash } from "node:crypto";
import { existsSync, lstatSync } from "node:fs";
import type { Sha256 } from "../../core/chain.ts";
import type { Instant, RunId } from "../../core/id.ts";
import type { Blobs, Journal, Owner } from "../../core/ports.ts";
import { SqliteBlobsReader } from "./blob-reader.ts";
import type { BlobsReader } from "./blob-reader.ts";
import { BlobWriter } from "./blob-writer.ts";
import { SqliteBlobs } from "./blobs.ts";
import { mend, openDatabase, openDatabaseForReading } from "./database.ts";
import type { Connection } from "./database.ts";
import { environmentsIn } from "./environments.ts";
import type { Environments } from "./environments.ts";
import type { Failpoint } from "./group-commit.ts";
import { SqliteJournalReader } from "./journal-reader.ts";
import type { JournalReader } from "./journal-reader.ts";
import { SqliteJournal } from "./journal.ts";
import { StorageRefused } from "./refused.ts";
import { ownerOf } from "./run-lock.ts";
import { blobSchema, journalSchema } from "./schemas.ts";
import { checkStateDir, places, prepareStateDir, syncDirectory } from "./state-dir.ts";

export interface StorageOptions {
  /**
   * Called synchronously at `append/before/TYPE` and `append/after/TYPE` (for each type of event in a batch,
   * just before and after its commit) and at `put-blobs/before` and `put-blobs/after`. What it throws the
   * append or put rejects with; the journal then refuses every later append, as a dead process would.
   */
  readonly failpoint?: Failpoint;
  /** The date of now: the machine's if left out. */
  readonly now?: () => Instant;
}

export interface Storage {
  readonly journal: Journal;
  readonly blobs: Blobs;
  readonly environments: Environments;
  /** Finishes what was begun, gives up all runs, closes the files. */
  readonly close: () => Promise<void>;
}

export interface StorageReader {
  readonly journal: JournalReader;
  readonly blobs: BlobsReader;
  /** Who works on a run now, null when nobody does. */
  readonly ownerOf: (run: RunId) => Owner | null;
  readonly close: () => Promise<void>;
}

/**
 * Opens the state directory, made with both databases if it is not there.
 * @throws StorageRefused, in one sentence, for what it cannot safely write to.
 */
export async function openStorage(stateDir: string, options: StorageOptions = {}): Promise<Storage> {
  const failpoint = options.failpoint ?? (() => {});
  const { journal: journalPath, blobs: blobsPath, locks, presence } = places(stateDir);
  await prepareStateDir(stateDir);
  refuseLostBlobs(stateDir);
  // Blobs first, so that a journal without them is never a half made one.
  const blobsDb = openDatabase(blobsPath, blobSchema);
  blobsDb.pragma("query_only = ON");
  const journalDb = openBeside(blobsDb, () => {
    refuseLostJournal(journalPath, blobsPath, blobsDb);
    return openDatabase(journalPath, journalSchema);
  });
  await syncDirectory(stateDir);
  const journal = new SqliteJournal(journalDb, locks, sha256, failpoint);
  const writer = new BlobWriter({ path: blobsPath, presence });
  const blobs = new SqliteBlobs(blobsDb, writer, failpoint);
  return {
    journal,
    blobs,
    environments: environmentsIn(journalDb, options.now ?? Date.now),
    close: async () => {
      await blobs.finish();
      journal.close();
      journalDb.close();
      await writer.close();
      blobsDb.close();
    },
  };
}

/** Opens an existing state directory for reading, beside whoever writes. @throws StorageRefused */
export async function openStorageReader(stateDir: string): Promise<StorageReader> {
  if (!(await checkStateDir(stateDir))) throw new StorageRefused(`there is no ${stateDir}`);
  refuseLostBlobs(stateDir);
  const { journal: journalPath, blobs: blobsPath, locks } = places(stateDir);
  const blobsDb = openDatabaseForReading(blobsPath, blobSchema);
  const journalDb = openBeside(blobsDb, () => openDatabaseForReading(journalPath, journalSchema));
  return {
    journal: new SqliteJournalReader(journalDb, sha256),
    blobs: new SqliteBlobsReader(blobsDb),
    ownerOf: (run) => ownerOf(locks, run),
    close: async () => {
      journalDb.close();
      blobsDb.close();
    },
  };
}

/** Opens a second database; when that is refused the first is closed again. */
function openBeside(first: Connection, open: () => Connection): Connection {
  try {
    return open();
  } catch (error) {
    first.close();
    throw error;
  }
}

const sha256: Sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** Both are made before the first blob is stored: blobs without a journal had one, and a new one would hide that. */
function refuseLostJournal(journal: string, blobs: string, db: Connection): void {
  // In this order: another process may be making both.
  const isEmpty = db.prepare("SELECT 1 FROM blobs LIMIT 1").get() === undefined;
  const isThere = [journal, `${journal}-wal`].some(
    (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
  );
  if (isEmpty || isThere) return;
  throw new StorageRefused(`${journal} is gone, but ${blobs} holds what it named; ${mend(journal)}`);
}

function refuseLostBlobs(stateDir: string): void {
  const { journal, blobs } = places(stateDir);
  if (existsSync(journal) && !existsSync(blobs))
    throw new StorageRefused(`${blobs} is gone, but ${journal} needs it; ${mend(journal)}`);
}
