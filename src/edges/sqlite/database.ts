import { existsSync, linkSync, lstatSync, rmSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { StorageRefused } from "./refused.ts";
import { codeOf } from "./state-dir.ts";

export type Connection = Database.Database;

/** What a database of ours is (spec). `migrations[n]` takes it from `user_version` n to n + 1 and is never edited once released. */
export interface Schema {
  readonly applicationId: number;
  /** Gives pages back to the file system in steps; can only be chosen when the file is made. */
  readonly incrementalVacuum: boolean;
  /** The oldest version that those who only read take as it is: what came later is nothing to them. */
  readonly readableFrom: number;
  readonly migrations: readonly string[];
}

/** How long a connection waits for another process's transaction. The wait blocks its thread. */
const busyMs = 10_000;

/**
 * Opens the database for writing: made if it is not there, migrated if it is old, durable against power loss.
 * Never open a database file by other means in this process: closing any descriptor of it drops its POSIX locks.
 * @throws StorageRefused when the file is not one of ours, is newer, empty, or torn from its -wal.
 */
export function openDatabase(path: string, schema: Schema): Connection {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) createDatabase(path, schema);
  return connect(path, false, (db) => {
    refuseChanged(db, path, schema, identify(db, path, schema));
    configure(db, path, schema);
    migrate(db, path, schema);
  });
}

/** Opens an existing database for reading, an older one too where its schema says so. @throws StorageRefused as `openDatabase`. */
export function openDatabaseForReading(path: string, schema: Schema): Connection {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined)
    throw new StorageRefused(`there is no ${path}; ${mend(path)}`);
  return connect(path, true, (db) => {
    const version = identify(db, path, schema);
    refuseChanged(db, path, schema, version);
    if (version < schema.readableFrom) {
      throw new StorageRefused(
        `${path} has schema ${version} of an older harness, this one reads ${schema.readableFrom} and later; resume a run once to update it`,
      );
    }
  });
}

/** What a person can do about a database that is lost. */
export const mend = (path: string): string =>
  `put a backup back (harness restore), or move ${dirname(path)} away to begin anew`;

/**
 * The file gets its name only when it is complete, so an empty file under that name is never ours,
 * whenever we were killed. Who loses a race for the name uses the winner's file.
 */
function createDatabase(path: string, schema: Schema): void {
  if (existsSync(`${path}-wal`)) {
    throw new StorageRefused(
      `${path} is gone but ${path}-wal is there: a part of the database was lost; ${mend(path)}`,
    );
  }
  const draft = `${path}.new-${process.pid}`;
  removeDraft(draft);
  const db = new Database(draft);
  try {
    if (schema.incrementalVacuum) db.pragma("auto_vacuum = INCREMENTAL");
    db.pragma(`application_id = ${schema.applicationId}`);
    configure(db, path, schema);
    migrate(db, path, schema);
  } finally {
    db.close();
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    removeDraft(draft);
  }
}

function removeDraft(draft: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(draft + suffix, { force: true });
}

function connect(path: string, readonly: boolean, prepare: (db: Connection) => void): Connection {
  const found = statOf(path);
  if (!found.isFile()) throw new StorageRefused(`${path} is not a file; ${mend(path)}`);
  if (found.size === 0) throw new StorageRefused(`${path} is empty: its content was lost; ${mend(path)}`);
  let db: Connection | null = null;
  try {
    db = new Database(path, { readonly, fileMustExist: true, timeout: busyMs });
    prepare(db);
    return db;
  } catch (error) {
    db?.close();
    throw refusal(path, error);
  }
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const why = { ENOENT: "leads nowhere", ELOOP: "leads in a circle" }[codeOf(error)];
    if (why === undefined) throw error;
    throw new StorageRefused(`${path} is a symbolic link that ${why}; mend it, or remove it`, {
      cause: error,
    });
  }
}

function refusal(path: string, error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  if (code === "SQLITE_NOTADB")
    return new StorageRefused(`${path} is not a database; ${mend(path)}`, { cause: error });
  if (code.startsWith("SQLITE_CORRUPT"))
    return new StorageRefused(`${path} is damaged (${message}); ${mend(path)}`, { cause: error });
  if (code.startsWith("SQLITE_CANTOPEN") || code.startsWith("SQLITE_READONLY"))
    return new StorageRefused(
      `${path} cannot be opened (${message}); make the file and ${dirname(path)} readable and writable`,
      { cause: error },
    );
  return error;
}

/** Gives the schema version. Changes nothing, so that a stranger's file stays as it is. */
function identify(db: Connection, path: string, schema: Schema): number {
  const id = number(db, "application_id");
  if (id !== schema.applicationId) {
    throw new StorageRefused(
      `${path} belongs to another program (application id ${hex(id)}, not ${hex(schema.applicationId)}); move it away`,
    );
  }
  const version = number(db, "user_version");
  if (version > schema.migrations.length) {
    throw new StorageRefused(
      `${path} has schema ${version} of a newer harness, this one knows ${schema.migrations.length}; update harness`,
    );
  }
  return version;
}

/**
 * A file has its name only with all of its tables in it, so that one without was changed by something else.
 * @param version as `identify` gives it
 */
function refuseChanged(db: Connection, path: string, schema: Schema, version: number): void {
  const wanted = schema.migrations
    .slice(0, version)
    .flatMap((text) => [...text.matchAll(/\bCREATE TABLE (\w+)/g)].map(([, name = ""]) => name));
  const there = new Set(db.prepare("SELECT name FROM sqlite_master").pluck().all());
  const lost = wanted.filter((name) => !there.has(name));
  if (version > 0 && lost.length === 0) return;
  const what = version > 0 ? `without ${lost.join(", ")}` : `schema ${version}`;
  throw new StorageRefused(`${path} was changed by another program (${what}); ${mend(path)}`);
}

/** Sets what makes a commit durable and reads each setting back: SQLite ignores what it does not know. */
function configure(db: Connection, path: string, schema: Schema): void {
  demand(db, path, "auto_vacuum", schema.incrementalVacuum ? 2 : 0);
  db.pragma("journal_mode = WAL");
  demand(db, path, "journal_mode", "wal");
  db.pragma("synchronous = FULL");
  demand(db, path, "synchronous", 2);
  db.pragma("foreign_keys = ON");
  demand(db, path, "foreign_keys", 1);
  db.pragma(`journal_size_limit = ${16 * 1024 * 1024}`);
  if (process.platform !== "darwin") return;
  for (const name of ["fullfsync", "checkpoint_fullfsync"]) {
    db.pragma(`${name} = ON`);
    demand(db, path, name, 1);
  }
}

function demand(db: Connection, path: string, pragma: string, wanted: string | number): void {
  const found = db.pragma(pragma, { simple: true });
  if (found !== wanted) throw new StorageRefused(`${path}: ${pragma} is ${String(found)}, not ${wanted}`);
}

/** The version is read again inside: another process may have migrated meanwhile. */
function migrate(db: Connection, path: string, schema: Schema): void {
  db.transaction(() => {
    for (let version = identify(db, path, schema); version < schema.migrations.length; version++) {
      db.exec(schema.migrations[version] ?? "");
      db.pragma(`user_version = ${version + 1}`);
    }
  }).immediate();
}

const number = (db: Connection, pragma: string): number => Number(db.pragma(pragma, { simple: true }));
const hex = (id: number): string => `0x${(id >>> 0).toString(16).padStart(8, "0")}`;
