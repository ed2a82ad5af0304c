import { canonical } from "../../core/canonical.ts";
import { chainText, headOf, noHash } from "../../core/chain.ts";
import type { ChainHead, Sha256 } from "../../core/chain.ts";
import type { Entry } from "../../core/event.ts";
import type { RunId } from "../../core/id.ts";
import { NotOwner } from "../../core/ports.ts";
import type { Connection } from "./database.ts";

/** Called with the name of a moment at which a test kills the process, or throws to play dead. */
export type Failpoint = (at: string) => void;

interface Batch {
  readonly run: RunId;
  readonly after: ChainHead | null;
  /** The new head. */
  readonly head: ChainHead;
  readonly createdAt: number;
  /** As they stood when `append` was called. */
  readonly rows: readonly (readonly (string | number)[])[];
  readonly types: ReadonlySet<string>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Appends batches; those of one tick, of whatever runs, share one commit and so one wait for the disk.
 * A commit that fails is the end: what is on the disk is not known for sure, so every later append is refused.
 */
export class GroupCommit {
  readonly #failpoint: Failpoint;
  readonly #sha256: Sha256;
  readonly #write: (batches: readonly Batch[]) => readonly (NotOwner | null)[];
  #waiting: Batch[] = [];
  #failed: { readonly error: unknown } | null = null;

  constructor(db: Connection, sha256: Sha256, failpoint: Failpoint) {
    this.#failpoint = failpoint;
    this.#sha256 = sha256;
    const writeBatch = batchWriter(db);
    const write = db.transaction((batches: readonly Batch[]) => {
      const refusals = batches.map(writeBatch);
      this.#pass("before", batches, refusals);
      return refusals;
    });
    this.#write = (batches) => write.immediate(batches);
  }

  /** As `Journal.append`. @throws RangeError for entries that are not sealed to follow `after`: a bug. */
  append(run: RunId, after: ChainHead | null, entries: readonly Entry[]): Promise<void> {
    const wrong = misplaced(run, after, entries) ?? this.#unsealed(entries);
    if (wrong !== null) return Promise.reject(new RangeError(`run ${run}: ${wrong}`));
    const [first, last] = [entries[0], entries.at(-1)];
    if (first === undefined || last === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.flush());
      const types = new Set(entries.map((entry) => entry.type));
      const rows = entries.map(rowOf);
      this.#waiting.push({
        run,
        after,
        head: headOf(last),
        createdAt: first.at,
        rows,
        types,
        resolve,
        reject,
      });
    });
  }

  /** Commits what waits, now. */
  flush(): void {
    const batches = this.#waiting;
    this.#waiting = [];
    if (batches.length === 0) return;
    try {
      this.#settle(batches);
    } catch (error) {
      this.#failed ??= { error };
      for (const batch of batches) batch.reject(error);
    }
  }

  #settle(batches: readonly Batch[]): void {
    if (this.#failed !== null) throw this.#failed.error;
    const refusals = this.#write(batches);
    this.#pass("after", batches, refusals);
    for (const [n, batch] of batches.entries()) {
      const refusal = refusals[n] ?? null;
      if (refusal === null) batch.resolve();
      else batch.reject(refusal);
    }
  }

  #pass(moment: "before" | "after", batches: readonly Batch[], refusals: readonly unknown[]): void {
    for (const [n, batch] of batches.entries()) {
      if (refusals[n] !== null) continue;
      for (const type of batch.types) this.#failpoint(`append/${moment}/${type}`);
    }
  }

  #unsealed(entries: readonly Entry[]): string | null {
    const wrong = entries.find((entry) => entry.hash !== this.#sha256(entry.prev + chainText(entry)));
    return wrong === undefined ? null : `entry ${wrong.seq} does not hash to its name`;
  }
}

/** What is wrong with the places of these entries behind `after`, or null. Hashes are not recomputed. */
export function misplaced(run: RunId, after: ChainHead | null, entries: readonly Entry[]): string | null {
  let seq = after?.seq ?? 0;
  let prev = after?.hash ?? noHash;
  for (const entry of entries) {
    if (entry.run !== run) return `entry ${entry.seq} is of run ${entry.run}`;
    if (entry.seq !== seq + 1) return `entry ${entry.seq} follows entry ${seq}`;
    if (entry.prev !== prev) return `entry ${entry.seq} does not continue the chain`;
    seq = entry.seq;
    prev = entry.hash;
  }
  return null;
}

/** Writes one batch inside an open transaction, or says why not, having written nothing. */
function batchWriter(db: Connection): (batch: Batch) => NotOwner | null {
  const create = db.prepare(
    "INSERT INTO runs (id, created_at, epoch, head_seq, head_hash) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const advance = db.prepare(
    `UPDATE runs SET epoch = ?, head_seq = ?, head_hash = ?
     WHERE id = ? AND epoch = ? AND head_seq = ? AND head_hash = ?`,
  );
  const insert = db.prepare(
    "INSERT INTO events (run, seq, at, epoch, v, type, body, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  return ({ run, after, head, createdAt, rows }) => {
    const { changes } =
      after === null
        ? create.run(run, createdAt, head.epoch, head.seq, head.hash)
        : advance.run(head.epoch, head.seq, head.hash, run, after.epoch, after.seq, after.hash);
    if (changes !== 1) return new NotOwner(notOwner(run, after));
    for (const row of rows) insert.run(...row);
    return null;
  };
}

function rowOf(e: Entry): (string | number)[] {
  return [e.run, e.seq, e.at, e.epoch, e.v, e.type, canonical(e.body), e.prev, e.hash];
}

/** The sentence of `NotOwner`. */
export const notOwner = (run: RunId, after: ChainHead | null): string =>
  after === null
    ? `run ${run} exists already`
    : `run ${run} no longer ends at entry ${after.seq} of epoch ${after.epoch}: somebody else owns it now`;
