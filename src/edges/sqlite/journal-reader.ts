import { brokenLink } from "../../core/chain.ts";
import type { Sha256 } from "../../core/chain.ts";
import { readEvent, UnreadableEvent, versionOf } from "../../core/event-version.ts";
import type { Entry, RunEvent } from "../../core/event.ts";
import type { Digest, RunId } from "../../core/id.ts";
import { DamagedJournal } from "../../core/ports.ts";
import type { Answer, Journal, RunRow } from "../../core/ports.ts";
import { readAnswer } from "./answer-row.ts";
import type { AnswerRow } from "./answer-row.ts";
import type { Connection } from "./database.ts";

/** What those may do with a journal who do not own a run. */
export type JournalReader = Pick<Journal, "read" | "runs" | "answers">;

/** Entries in memory at once: at most about 8 MB of bodies, of plans even. */
const pageSize = 256;

interface EventRow {
  readonly run: RunId;
  readonly seq: number;
  readonly at: number;
  readonly epoch: number;
  readonly v: number;
  readonly type: string;
  readonly body: string;
  readonly prev: Digest;
  readonly hash: Digest;
}

/** Reads on any connection to `harness.db`. Every entry is checked as it comes; nothing is trusted as stored. */
export class SqliteJournalReader implements JournalReader {
  readonly #sha256: Sha256;
  readonly #page;
  readonly #run;
  readonly #runs;
  readonly #answers;

  constructor(db: Connection, sha256: Sha256) {
    this.#sha256 = sha256;
    this.#page = db.prepare<[RunId, number, number], EventRow>(
      "SELECT run, seq, at, epoch, v, type, body, prev, hash FROM events WHERE run = ? AND seq >= ? ORDER BY seq LIMIT ?",
    );
    const columns = "id, created_at AS createdAt, epoch, head_seq AS headSeq, head_hash AS headHash";
    this.#run = db.prepare<[RunId], RunRow>(`SELECT ${columns} FROM runs WHERE id = ?`);
    this.#runs = db.prepare<[], RunRow>(`SELECT ${columns} FROM runs ORDER BY created_at, id`);
    this.#answers = db.prepare<[RunId], AnswerRow>(
      `SELECT run, subject, at, "by", value FROM answers WHERE run = ? ORDER BY n`,
    );
  }

  /** As `Journal.read`. What is appended while it reads may or may not be included, but never with a gap. */
  async *read(run: RunId, afterSeq: number): AsyncIterable<Entry> {
    const head = this.#run.get(run);
    if (head === undefined || head.headSeq < afterSeq) return;
    let last = afterSeq === 0 ? null : this.#entryAt(run, afterSeq);
    for (;;) {
      const rows = this.#page.all(run, (last?.seq ?? 0) + 1, pageSize);
      for (const row of rows) {
        const entry = this.#check(row, last, head);
        last = entry;
        yield current(entry);
      }
      if (rows.length < pageSize) break;
    }
    const seen = last?.seq ?? 0;
    if (seen < head.headSeq) {
      throw damaged(run, `entries ${seen + 1} to ${head.headSeq} are missing at its end`);
    }
  }

  async runs(): Promise<readonly RunRow[]> {
    return this.#runs.all();
  }

  async answers(run: RunId): Promise<readonly Answer[]> {
    return this.#answers.all(run).map(readAnswer);
  }

  #entryAt(run: RunId, seq: number): Entry {
    const row = this.#page.get(run, seq, 1);
    if (row?.seq !== seq) throw damaged(run, `entry ${seq} is missing`);
    return stored(row);
  }

  #check(row: EventRow, last: Entry | null, head: RunRow): Entry {
    const entry = stored(row);
    const broken = brokenLink(last, entry, this.#sha256);
    if (broken !== null) throw damaged(row.run, broken);
    if (row.seq === head.headSeq && row.hash !== head.headHash) {
      throw damaged(row.run, `entry ${row.seq} is not the one its head names`);
    }
    return entry;
  }
}

/** An entry as its hash covers it; the body is of version `v` and not yet checked. */
function stored(row: EventRow): Entry {
  try {
    return { ...row, body: JSON.parse(row.body) } as Entry;
  } catch (error) {
    throw damaged(row.run, `the body of entry ${row.seq} is not JSON`, error);
  }
}

/** The same with the body, and so `v`, of the newest version. */
function current(entry: Entry): Entry {
  const event = readable(entry);
  const v = versionOf(event.type);
  if (v === entry.v) return { ...entry, ...event };
  return { ...entry, ...event, v, was: { v: entry.v, body: entry.body } };
}

function readable(entry: Entry): RunEvent {
  try {
    return readEvent(entry.type, entry.v, entry.body);
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    throw new DamagedJournal(`run ${entry.run} cannot be read at entry ${entry.seq}: ${error.message}`, {
      cause: error,
    });
  }
}

const damaged = (run: RunId, why: string, cause?: unknown): DamagedJournal =>
  new DamagedJournal(`run ${run} is damaged: ${why}`, { cause });
