import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import type { Sha256 } from "../../core/chain.ts";
import type { Blobs, Journal } from "../../core/ports.ts";
import { SqliteBlobsReader } from "./blob-reader.ts";
import type { BlobsReader } from "./blob-reader.ts";
import { BlobWriter } from "./blob-writer.ts";
import { SqliteBlobs } from "./blobs.ts";
import { openDatabase, openDatabaseForReading } from "./database.ts";
import type { Failpoint } from "./group-commit.ts";
import { SqliteJournalReader } from "./journal-reader.ts";
import type { JournalReader } from "./journal-reader.ts";
import { SqliteJournal } from "./journal.ts";
import { StorageRefused } from "./refused.ts";
import { blobSchema, journalSchema } from "./schemas.ts";
import { checkStateDir, places, prepareStateDir, syncDirectory } from "./state-dir.ts";

export interface StorageOptions {
  /**
   * Called synchronously at `append/before/TYPE` and `append/after/TYPE` (for each type of event in a batch,
   * just before and after its commit) and at `put-blobs/before` and `put-blobs/after`. What it throws the
   * append or put rejects with; the journal then refuses every later append, as a dead process would.
   */
  readonly failpoint?: Failpoint;
}

export interface Storage {
  readonly journal: Journal;
  readonly blobs: Blobs;
  /** Finishes what was begun, gives up all runs, closes the files. */
  close(): Promise<void>;
}

export interface StorageReader {
  readonly journal: JournalReader;
  readonly blobs: BlobsReader;
  close(): Promise<void>;
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
  // Blobs first, so that a journal without them is never a half made one. This connection only makes and checks.
  openDatabase(blobsPath, blobSchema).close();
  const journalDb = openDatabase(journalPath, journalSchema);
  const blobsDb = openDatabaseForReading(blobsPath, blobSchema);
  await syncDirectory(stateDir);
  const journal = new SqliteJournal(journalDb, locks, sha256, failpoint);
  const writer = new BlobWriter({ path: blobsPath, presence });
  return {
    journal,
    blobs: new SqliteBlobs(blobsDb, writer, failpoint),
    close: async () => {
      await writer.close();
      journal.close();
      journalDb.close();
      blobsDb.close();
    },
  };
}

/** Opens an existing state directory for reading, beside whoever writes. @throws StorageRefused */
export async function openStorageReader(stateDir: string): Promise<StorageReader> {
  if (!(await checkStateDir(stateDir))) throw new StorageRefused(`there is no ${stateDir}`);
  refuseLostBlobs(stateDir);
  const journalDb = openDatabaseForReading(places(stateDir).journal, journalSchema);
  const blobsDb = openDatabaseForReading(places(stateDir).blobs, blobSchema);
  return {
    journal: new SqliteJournalReader(journalDb, sha256),
    blobs: new SqliteBlobsReader(blobsDb),
    close: async () => {
      journalDb.close();
      blobsDb.close();
    },
  };
}

const sha256: Sha256 = (text) => createHash("sha256").update(text).digest("hex");

function refuseLostBlobs(stateDir: string): void {
  const { journal, blobs } = places(stateDir);
  if (existsSync(journal) && !existsSync(blobs))
    throw new StorageRefused(`${blobs} is gone, but ${journal} needs it`);
}
