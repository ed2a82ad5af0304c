import { closeSync, existsSync, openSync, renameSync, rmSync } from "node:fs";
import Database from "better-sqlite3";
import type { Instant, RunId } from "../../core/id.ts";

/** What a server refuses for good. */
export interface DeadLetter {
  readonly run: RunId;
  /** Of the span or score. */
  readonly id: string;
  readonly why: string;
  readonly at: Instant;
}

/** How far each target has each run, kept in `traces.db`. */
export interface Cursors {
  /** The event up to which the server has all; 0: nothing. */
  sent(target: string, run: RunId): number;
  /** Never goes back, whoever else moves it. */
  move(target: string, run: RunId, seq: number): void;
  bury(target: string, letters: readonly DeadLetter[]): void;
  /** These were accepted after all. */
  unbury(target: string, ids: readonly string[]): void;
  /** Begins anew with a run: what was refused is sent again. */
  restart(target: string, run: RunId): void;
  dead(target: string): readonly DeadLetter[];
  /** What went wrong last, until something goes right. */
  trouble(target: string): { readonly why: string; readonly at: Instant } | null;
  setTrouble(target: string, trouble: { readonly why: string; readonly at: Instant } | null): void;
  close(): void;
}

const schema = `
  CREATE TABLE IF NOT EXISTS sent (
    target TEXT NOT NULL, run TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (target, run)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS dead (
    target TEXT NOT NULL, run TEXT NOT NULL, id TEXT NOT NULL, why TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (target, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS trouble (
    target TEXT NOT NULL PRIMARY KEY, why TEXT NOT NULL, at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;`;

/** How long a connection waits for another process's transaction. */
const busyMs = 10_000;
/** Names a file as ours (`application_id`): "htrc". */
const applicationId = 0x68747263;

/**
 * Opens `traces.db`, made if it is not there. One that cannot be read, or is another program's, is set aside and made
 * anew: what it said is only what need not be sent again, and to send it again changes nothing.
 */
export function openCursors(path: string): Cursors {
  try {
    return new SqliteCursors(connect(path));
  } catch (error) {
    if (!isBroken(error)) throw error;
    setAside(path);
    return new SqliteCursors(connect(path));
  }
}

class NotOurs extends Error {
  override readonly name = "NotOurs";
}

function connect(path: string): Database.Database {
  // For nobody but the one whose runs they are. Not where it is there: to close a file drops its locks in this process.
  if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
  const db = new Database(path, { timeout: busyMs });
  try {
    db.transaction(() => {
      const id = Number(db.pragma("application_id", { simple: true }));
      const tables = db.prepare("SELECT count(*) FROM sqlite_master").pluck().get();
      if (id !== applicationId && (id !== 0 || tables !== 0)) throw new NotOurs(path);
      db.pragma(`application_id = ${applicationId}`);
      db.exec(schema);
    }).immediate();
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const isBroken = (error: unknown): boolean =>
  error instanceof NotOurs ||
  (error instanceof Database.SqliteError && /^SQLITE_(NOTADB|CORRUPT|ERROR)/.test(error.code));

/** Two processes may do so at once: who comes second sets a new one aside, and both begin anew. */
function setAside(path: string): void {
  try {
    renameSync(path, `${path}.broken`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
}

class SqliteCursors implements Cursors {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
    // One that lost a column fails here, where it is still made anew.
    this.sent("", "");
    this.dead("");
    this.trouble("");
  }

  sent(target: string, run: RunId): number {
    const sql = "SELECT seq FROM sent WHERE target = ? AND run = ?";
    return this.#db.prepare<[string, string], number>(sql).pluck().get(target, run) ?? 0;
  }

  move(target: string, run: RunId, seq: number): void {
    this.#db
      .prepare(
        `INSERT INTO sent (target, run, seq) VALUES (?, ?, ?)
         ON CONFLICT (target, run) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seq`,
      )
      .run(target, run, seq);
  }

  bury(target: string, letters: readonly DeadLetter[]): void {
    const insert = this.#db.prepare(
      `INSERT INTO dead (target, run, id, why, at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (target, id) DO UPDATE SET why = excluded.why, at = excluded.at`,
    );
    this.#db.transaction(() => {
      for (const { run, id, why, at } of letters) insert.run(target, run, id, why, at);
    })();
  }

  unbury(target: string, ids: readonly string[]): void {
    const remove = this.#db.prepare("DELETE FROM dead WHERE target = ? AND id = ?");
    this.#db.transaction(() => {
      for (const id of ids) remove.run(target, id);
    })();
  }

  restart(target: string, run: RunId): void {
    this.#db.transaction(() => {
      this.#db.prepare("DELETE FROM sent WHERE target = ? AND run = ?").run(target, run);
      this.#db.prepare("DELETE FROM dead WHERE target = ? AND run = ?").run(target, run);
    })();
  }

  dead(target: string): readonly DeadLetter[] {
    const sql = "SELECT run, id, why, at FROM dead WHERE target = ? ORDER BY at, id";
    return this.#db.prepare<[string], DeadLetter>(sql).all(target);
  }

  trouble(target: string): { readonly why: string; readonly at: Instant } | null {
    const sql = "SELECT why, at FROM trouble WHERE target = ?";
    return this.#db.prepare<[string], { why: string; at: Instant }>(sql).get(target) ?? null;
  }

  setTrouble(target: string, trouble: { readonly why: string; readonly at: Instant } | null): void {
    if (trouble === null) this.#db.prepare("DELETE FROM trouble WHERE target = ?").run(target);
    else
      this.#db
        .prepare("INSERT OR REPLACE INTO trouble (target, why, at) VALUES (?, ?, ?)")
        .run(target, trouble.why, trouble.at);
  }

  close(): void {
    this.#db.close();
  }
}
