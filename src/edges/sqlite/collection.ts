import Database from "better-sqlite3";
import { stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import type { Sha256 } from "../../core/chain.ts";
import type { Digest, Instant, RunId } from "../../core/id.ts";
import type { Journal, Owner } from "../../core/ports.ts";
import { openDatabase, openDatabaseForReading } from "./database.ts";
import type { Connection } from "./database.ts";
import { dropNames, freeDropped } from "./dropped.ts";
import type { Failpoint } from "./group-commit.ts";
import { SqliteJournal } from "./journal.ts";
import { Presence } from "./presence.ts";
import { isUnkept, Reach } from "./reach.ts";
import { StorageRefused } from "./refused.ts";
import { ownerOf } from "./run-lock.ts";
import { blobSchema, journalSchema } from "./schemas.ts";
import { checkStateDir, codeOf, places, prepareStateDir } from "./state-dir.ts";

/** An environment as the journal keeps it, see `Environments`. */
export interface KeptEnvironment {
  readonly key: string;
  readonly digest: Digest;
  readonly usedAt: Instant;
}

/** A state directory whose blobs are to be collected: what is needed to find out which, and to drop the others. */
export interface Collection {
  readonly journal: Journal;
  readonly reach: Reach;
  readonly ownerOf: (run: RunId) => Owner | null;
  readonly environments: () => readonly KeptEnvironment[];
  /** false: it was used meanwhile, and stays. */
  readonly forget: (environment: KeptEnvironment) => boolean;
  /** From now until `leave` nobody stores blobs. false: somebody does now, and nothing is to be dropped. */
  readonly isAlone: () => boolean;
  readonly leave: () => void;
  /** Drops, durably, every blob that `reach` does not keep; to be called alone. */
  readonly drop: () => void;
  /** Gives the disk what dropped blobs took, beside whoever writes. Finishes what an earlier one that died left. */
  readonly free: () => void;
  /** Bytes of the blobs on the disk now. */
  readonly bytes: () => Promise<number>;
  readonly close: () => void;
}

export interface CollectionOptions {
  /** Only looks: nothing is written, nothing can be dropped, and others may collect at the same time. */
  readonly readonly?: boolean;
  /** As of `StorageOptions`, and before and after each commit of `forget`, `drop` and `free`. */
  readonly failpoint?: Failpoint;
}

/** Opens an existing state directory. @throws StorageRefused, also when somebody else collects there. */
export async function openCollection(stateDir: string, options: CollectionOptions = {}): Promise<Collection> {
  if (!(await checkStateDir(stateDir))) throw new StorageRefused(`there is no ${stateDir}`);
  const { journal, blobs, locks, presence, collector } = places(stateDir);
  const { failpoint = () => {}, readonly: isReader = false } = options;
  const opened: { close(): void }[] = [];
  const close = (): void => {
    for (const one of opened.splice(0).toReversed()) one.close();
  };
  const keep = <C extends { close(): void }>(one: C): C => {
    opened.push(one);
    return one;
  };
  try {
    const open = isReader ? openDatabaseForReading : openDatabase;
    if (!isReader) {
      await prepareStateDir(stateDir);
      keep(lockAlone(collector));
    }
    const blobsDb = keep(open(blobs, blobSchema));
    const journalDb = keep(open(journal, journalSchema));
    const writers = isReader ? null : keep(new Presence(presence));
    return {
      journal: keep(new SqliteJournal(journalDb, locks, sha256, failpoint)),
      reach: new Reach(blobsDb),
      ownerOf: (run) => ownerOf(locks, run),
      ...environmentsOf(journalDb, failpoint),
      isAlone: () => writers?.isAlone() ?? false,
      leave: () => writers?.leave(),
      drop: () => dropNames(blobsDb, isUnkept, failpoint),
      free: () => freeDropped(blobsDb, failpoint),
      bytes: async () => (await sizeOf(blobs)) + (await sizeOf(`${blobs}-wal`)),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function environmentsOf(db: Connection, failpoint: Failpoint): Pick<Collection, "environments" | "forget"> {
  // An older journal that is only looked at has none.
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'environments'").get() !== undefined;
  return {
    environments: () =>
      isThere
        ? db
            .prepare<[], KeptEnvironment>(
              "SELECT key, digest, used_at AS usedAt FROM environments ORDER BY key",
            )
            .all()
        : [],
    forget: ({ key, usedAt }) => {
      failpoint("forget-environment/before");
      const { changes } = db
        .prepare("DELETE FROM environments WHERE key = ? AND used_at = ?")
        .run(key, usedAt);
      failpoint("forget-environment/after");
      return changes === 1;
    },
  };
}

/** Held until it is closed or the process dies. */
function lockAlone(path: string): Connection {
  const lock = new Database(path, { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (!codeOf(error).startsWith("SQLITE_BUSY")) throw error;
    throw new StorageRefused("another harness gc is at work here; wait for it to end");
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return 0;
    throw error;
  }
}

const sha256: Sha256 = (text) => createHash("sha256").update(text).digest("hex");
