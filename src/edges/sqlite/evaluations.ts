import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { canonical } from "../../core/canonical.ts";
import type { Digest, Instant } from "../../core/id.ts";
import type { Owner, Ownership } from "../../core/ports.ts";
import { openDatabase, openDatabaseForReading } from "./database.ts";
import type { Connection } from "./database.ts";
import type { Failpoint } from "./group-commit.ts";
import { RunLocks } from "./run-lock.ts";
import { evaluationSchema } from "./schemas.ts";
import { checkStateDir, places, prepareStateDir, syncDirectory } from "./state-dir.ts";

/** A value under the digest of all that determined it, by the evaluation that asked for it. */
interface KeptValue {
  readonly key: Digest;
  readonly evaluation: string;
  readonly at: Instant;
  readonly value: unknown;
}

/** One evaluation that was begun. */
export interface EvaluationRow {
  readonly id: string;
  readonly at: Instant;
  readonly suite: string;
  /** Of the candidate's closure. */
  readonly candidate: Digest;
  /** The held-out cases were looked at. */
  readonly isGated: boolean;
}

/** A report in a line, and where it is. */
interface ReportRow {
  readonly id: string;
  readonly at: Instant;
  readonly suite: string;
  readonly head: unknown;
}

/** `evals.db`: answers, reports and receipts of the evaluations of a project. */
export interface Evaluations {
  /** All values under these keys, newest first; keys without one are not there. */
  find(keys: readonly Digest[]): Promise<ReadonlyMap<Digest, readonly KeptValue[]>>;
  /** Durable when it resolves; what is given in the same tick shares one commit. The same key and evaluation: the later one is kept. */
  put(value: KeptValue): Promise<void>;
  /** Takes an evaluation, or names the living process that has it. */
  own(id: string): Promise<{ readonly owned: Ownership } | { readonly owner: Owner }>;
  begin(row: EvaluationRow): void;
  begun(): readonly EvaluationRow[];
  /** A later report of the same evaluation takes the place of the earlier one. */
  putReport(row: ReportRow, body: unknown): Promise<void>;
  /** Newest first. */
  reports(): readonly ReportRow[];
  /** null: there is none. */
  report(id: string): Promise<unknown>;
  close(): void;
}

/** What those need who only look. */
export type EvaluationsReader = Pick<Evaluations, "begun" | "reports" | "report" | "close">;

/** Opens what is there for reading, beside whoever evaluates: nothing is made or changed. @throws StorageRefused */
export async function openEvaluationsReader(stateDir: string): Promise<EvaluationsReader> {
  await checkStateDir(stateDir);
  const db = openDatabaseForReading(places(stateDir).evaluations, evaluationSchema);
  return { begun: () => begunIn(db), ...reportsRead(db), close: () => void db.close() };
}

/** Opens it below a state directory, made if it is not there. @throws StorageRefused */
export async function openEvaluations(
  stateDir: string,
  failpoint: Failpoint = () => {},
): Promise<Evaluations> {
  await prepareStateDir(stateDir);
  const { evaluations, locks: lockDir } = places(stateDir);
  const db = openDatabase(evaluations, evaluationSchema);
  await syncDirectory(stateDir);
  const locks = new RunLocks(lockDir);
  const values = new Values(db, failpoint);
  return {
    find: async (keys) => values.find(keys),
    put: async (value) => values.put(value),
    own: async (id) => locks.own(id),
    ...evaluationsIn(db),
    ...reportsIn(db),
    close: () => {
      values.flush();
      locks.releaseAll();
      db.close();
    },
  };
}

interface ValueRow {
  readonly key: Digest;
  readonly evaluation: string;
  readonly at: number;
  readonly value: string;
}

interface Waiting {
  readonly row: ValueRow;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** How long a commit waits for more since the last one: each costs one wait for the disk, in which nothing else is done. */
const gatherMs = 6;
/** However quick they come, no more than so many are lost with the process. */
const mostWaiting = 64;

/** Values that are given within a moment share one commit. */
class Values {
  readonly #find: (keys: readonly Digest[]) => readonly ValueRow[];
  readonly #write: (rows: readonly Waiting[]) => void;
  #waiting: Waiting[] = [];
  #committedAt = -Infinity;

  constructor(db: Connection, failpoint: Failpoint) {
    const select = db.prepare<[string], ValueRow>(
      `SELECT answers.key AS key, evaluation, at, answers.value AS value FROM json_each(?) AS wanted
       CROSS JOIN answers ON answers.key = wanted.value ORDER BY at DESC, evaluation`,
    );
    const insert = db.prepare(
      "INSERT OR REPLACE INTO answers (key, evaluation, at, value) VALUES (@key, @evaluation, @at, @value)",
    );
    this.#find = (keys) => select.all(JSON.stringify([...new Set(keys)]));
    const write = db.transaction((rows: readonly Waiting[]) => {
      for (const { row } of rows) insert.run(row);
      failpoint("answers/before");
    });
    this.#write = (rows) => {
      write.immediate(rows);
      failpoint("answers/after");
    };
  }

  find(keys: readonly Digest[]): ReadonlyMap<Digest, readonly KeptValue[]> {
    const found = new Map<Digest, KeptValue[]>();
    for (const row of this.#find(keys)) {
      const list = found.get(row.key) ?? [];
      list.push({ ...row, value: JSON.parse(row.value) as unknown });
      found.set(row.key, list);
    }
    return found;
  }

  put({ key, evaluation, at, value }: KeptValue): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#flushSoon();
      this.#waiting.push({ row: { key, evaluation, at, value: canonical(value) }, resolve, reject });
      if (this.#waiting.length >= mostWaiting) this.flush();
    });
  }

  #flushSoon(): void {
    const left = this.#committedAt + gatherMs - performance.now();
    if (left > 1) setTimeout(() => this.flush(), left);
    else setImmediate(() => this.flush());
  }

  flush(): void {
    const rows = this.#waiting;
    this.#waiting = [];
    if (rows.length === 0) return;
    this.#committedAt = performance.now();
    try {
      this.#write(rows);
    } catch (error) {
      for (const { reject } of rows) reject(error);
      return;
    }
    for (const { resolve } of rows) resolve();
  }
}

function evaluationsIn(db: Connection): Pick<Evaluations, "begin" | "begun"> {
  const insert = db.prepare(
    "INSERT INTO evaluations (id, at, suite, candidate, gated) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  return {
    begin: ({ id, at, suite, candidate, isGated }) => {
      insert.run(id, at, suite, candidate, isGated ? 1 : 0);
    },
    begun: () => begunIn(db),
  };
}

const begunIn = (db: Connection): readonly EvaluationRow[] =>
  db
    .prepare<[], Omit<EvaluationRow, "isGated"> & { readonly gated: number }>(
      "SELECT id, at, suite, candidate, gated FROM evaluations ORDER BY at, id",
    )
    .all()
    .map(({ gated, ...row }) => ({ ...row, isGated: gated === 1 }));

function reportsIn(db: Connection): Pick<Evaluations, "putReport" | "reports" | "report"> {
  const insert = db.prepare(
    "INSERT OR REPLACE INTO reports (id, at, suite, head, body) VALUES (?, ?, ?, ?, ?)",
  );
  return {
    putReport: async ({ id, at, suite, head }, body) => {
      const bytes = await promisify(zstdCompress)(Buffer.from(JSON.stringify(body)));
      insert.run(id, at, suite, canonical(head), bytes);
    },
    ...reportsRead(db),
  };
}

const reportsRead = (db: Connection): Pick<Evaluations, "reports" | "report"> => ({
  reports: () =>
    db
      .prepare<[], Omit<ReportRow, "head"> & { readonly head: string }>(
        "SELECT id, at, suite, head FROM reports ORDER BY at DESC, id",
      )
      .all()
      .map((row) => ({ ...row, head: JSON.parse(row.head) as unknown })),
  report: async (id) => {
    const body = db.prepare<[string], Buffer>("SELECT body FROM reports WHERE id = ?").pluck().get(id);
    return body === undefined ? null : JSON.parse((await promisify(zstdDecompress)(body)).toString("utf8"));
  },
});
