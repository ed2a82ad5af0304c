import type { Schema } from "./database.ts";

/** `harness.db`: the journal and the answers to it. Small and precious. Bodies are canonical JSON. */
export const journalSchema: Schema = {
  applicationId: 0x6861726e, // "harn"
  readableFrom: 1,
  incrementalVacuum: false,
  migrations: [
    `CREATE TABLE runs (
      id TEXT NOT NULL PRIMARY KEY,
      created_at REAL NOT NULL,
      epoch INTEGER NOT NULL,
      head_seq INTEGER NOT NULL,
      head_hash TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE events (
      run TEXT NOT NULL REFERENCES runs (id),
      seq INTEGER NOT NULL,
      at REAL NOT NULL,
      epoch INTEGER NOT NULL,
      v INTEGER NOT NULL,
      type TEXT NOT NULL,
      body TEXT NOT NULL,
      prev TEXT NOT NULL,
      hash TEXT NOT NULL,
      PRIMARY KEY (run, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE answers (
      n INTEGER PRIMARY KEY,
      run TEXT NOT NULL REFERENCES runs (id),
      subject TEXT NOT NULL,
      at REAL NOT NULL,
      "by" TEXT NOT NULL,
      value TEXT NOT NULL,
      UNIQUE (run, subject)
    ) STRICT;`,
    // Setups that need not run again: what they were made of → the environment, see core/environment.ts.
    `CREATE TABLE environments (
      key TEXT NOT NULL PRIMARY KEY,
      digest TEXT NOT NULL,
      used_at REAL NOT NULL
    ) STRICT, WITHOUT ROWID;`,
  ],
};

/**
 * `blobs.db`: bytes by digest. A blob without a digest is still being written, or was when its writer died.
 * `codec`: 0 as it is, 1 zstd.
 */
export const blobSchema: Schema = {
  applicationId: 0x68626c6f, // "hblo"
  readableFrom: 1,
  incrementalVacuum: true,
  migrations: [
    `CREATE TABLE blobs (
      id INTEGER PRIMARY KEY,
      digest TEXT UNIQUE,
      size INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE chunks (
      blob INTEGER NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
      n INTEGER NOT NULL,
      codec INTEGER NOT NULL,
      bytes BLOB NOT NULL,
      PRIMARY KEY (blob, n)
    ) STRICT, WITHOUT ROWID;`,
  ],
};

/** `evals.db`: what evaluations asked and found. Values are canonical JSON, bodies of reports JSON in zstd. */
export const evaluationSchema: Schema = {
  applicationId: 0x6865766c, // "hevl"
  readableFrom: 1,
  incrementalVacuum: false,
  migrations: [
    `CREATE TABLE answers (
      key TEXT NOT NULL,
      evaluation TEXT NOT NULL,
      at REAL NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (key, evaluation)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE evaluations (
      id TEXT NOT NULL PRIMARY KEY,
      at REAL NOT NULL,
      suite TEXT NOT NULL,
      candidate TEXT NOT NULL,
      gated INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE reports (
      id TEXT NOT NULL PRIMARY KEY,
      at REAL NOT NULL,
      suite TEXT NOT NULL,
      head TEXT NOT NULL,
      body BLOB NOT NULL
    ) STRICT;`,
  ],
};
