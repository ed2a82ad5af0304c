import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import type { Digest } from "../../core/id.ts";
import { pack } from "./chunk.ts";
import type { Packed } from "./chunk.ts";
import { openDatabase } from "./database.ts";
import type { Connection } from "./database.ts";
import { Presence } from "./presence.ts";
import { blobSchema } from "./schemas.ts";
import { codeOf } from "./state-dir.ts";

/**
 * One piece of writing, at most `transactionBytes` in all.
 * `put`: whole blobs of at most `chunkBytes` each. A larger blob comes as `chunk` 0, 1, … then `end` or `abort`.
 */
export type BlobWork =
  | { readonly type: "put"; readonly items: readonly Uint8Array[] }
  | { readonly type: "chunk"; readonly stream: number; readonly n: number; readonly bytes: Uint8Array }
  | { readonly type: "end"; readonly stream: number }
  | { readonly type: "abort"; readonly stream: number };

/** The digests of the blobs that are now there, or why the work was not done. */
export type BlobOutcome =
  | { readonly digests: readonly Digest[] }
  | { readonly error: string; readonly code: string };

/** A blob on its way in: its rows have no digest yet. */
interface Stream {
  blob: number | bigint;
  readonly hash: Hash;
  size: number;
}

/** The part of some work that is done inside the transaction. Gives the digests to report. */
type Write = () => readonly Digest[];

/** The writing end of `blobs.db`. It blocks its thread and so lives in a worker. */
export class BlobStore {
  readonly #db: Connection;
  readonly #presence: Presence;
  readonly #streams = new Map<number, Stream>();
  readonly #discarded: (number | bigint)[] = [];
  readonly #sql;

  /** `presence`: path of the lock that tells writers of each other, see `#clear`. */
  constructor(path: string, presence: string) {
    this.#db = openDatabase(path, blobSchema);
    this.#sql = statements(this.#db);
    this.#presence = new Presence(presence);
    this.#clear();
  }

  /** Does the work in one durable transaction: all of it or, when the machine fails, none. */
  perform(works: readonly BlobWork[]): readonly BlobOutcome[] {
    try {
      const writes = works.map((work) => this.#prepare(work));
      const outcomes = this.#db.transaction(() =>
        writes.map((write) =>
          typeof write === "string" ? { error: write, code: "" } : { digests: write() },
        ),
      );
      const done = outcomes.immediate();
      for (let blob = this.#discarded.pop(); blob !== undefined; blob = this.#discarded.pop())
        this.#discard(blob);
      return done;
    } catch (error) {
      this.#forget(works);
      const why = error instanceof Error ? error.message : String(error);
      return works.map(() => ({ error: why, code: codeOf(error) }));
    }
  }

  close(): void {
    this.#db.close();
    this.#presence.close();
  }

  /** Hashing and compressing come before the transaction, so that it is short. A string says why it cannot be done. */
  #prepare(work: BlobWork): Write | string {
    if (work.type === "put") return this.#preparePut(work.items);
    if (work.type === "chunk") return this.#prepareChunk(work.stream, work.n, work.bytes);
    return work.type === "end" ? this.#prepareEnd(work.stream) : this.#prepareAbort(work.stream);
  }

  #preparePut(items: readonly Uint8Array[]): Write {
    const digests = items.map((item) => createHash("sha256").update(item).digest("hex"));
    const wanted = items.flatMap((item, n) => {
      const digest = digests[n] ?? "";
      return this.#sql.find.get(digest) === undefined
        ? [{ digest, size: item.length, packed: pack(item) }]
        : [];
    });
    return () => {
      for (const { digest, size, packed } of wanted) {
        const { changes, lastInsertRowid } = this.#sql.insertBlob.run(digest, size);
        if (changes === 1 && size > 0) this.#insertChunk(lastInsertRowid, 0, packed);
      }
      return digests;
    };
  }

  #prepareChunk(id: number, n: number, bytes: Uint8Array): Write | string {
    if (n === 0) this.#streams.set(id, { blob: 0, hash: createHash("sha256"), size: 0 });
    const stream = this.#streams.get(id);
    if (stream === undefined) return unwritten;
    stream.hash.update(bytes);
    stream.size += bytes.length;
    const packed = pack(bytes);
    return () => {
      if (n === 0) stream.blob = this.#sql.insertBlob.run(null, 0).lastInsertRowid;
      this.#insertChunk(stream.blob, n, packed);
      return [];
    };
  }

  #prepareEnd(id: number): Write | string {
    const stream = this.#streams.get(id);
    if (stream === undefined) return unwritten;
    this.#streams.delete(id);
    const digest = stream.hash.digest("hex");
    return () => {
      if (this.#sql.find.get(digest) === undefined) this.#sql.name.run(digest, stream.size, stream.blob);
      else this.#discarded.push(stream.blob);
      return [digest];
    };
  }

  #prepareAbort(id: number): Write {
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    return () => {
      if (stream !== undefined) this.#discarded.push(stream.blob);
      return [];
    };
  }

  #insertChunk(blob: number | bigint, n: number, packed: Packed): void {
    this.#sql.insertChunk.run(blob, n, packed.codec, packed.bytes);
  }

  /** After a failed transaction: what its streams wrote before stays without a name, for `#clear`. */
  #forget(works: readonly BlobWork[]): void {
    this.#discarded.length = 0;
    for (const work of works) if (work.type !== "put") this.#streams.delete(work.stream);
  }

  /** In steps of one transaction's size. Chunks first: no row of a name may stand on fewer than all of them. */
  #discard(blob: number | bigint): void {
    while (this.#sql.dropChunks.run(blob, blob).changes > 0);
    this.#sql.dropBlob.run(blob);
  }

  /** Removes what writers left that died at work: whoever is alone knows that every blob without a name is a dead writer's. */
  #clear(): void {
    if (this.#presence.isAlone()) for (const { id } of this.#sql.unnamed.all()) this.#discard(id);
    this.#presence.join();
  }
}

const unwritten = "an earlier part of this blob could not be written";

const statements = (db: Connection) => ({
  find: db.prepare<[string], { readonly id: number }>("SELECT id FROM blobs WHERE digest = ?"),
  insertBlob: db.prepare<[string | null, number]>(
    "INSERT INTO blobs (digest, size) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING",
  ),
  insertChunk: db.prepare<[number | bigint, number, number, Uint8Array]>(
    "INSERT INTO chunks (blob, n, codec, bytes) VALUES (?, ?, ?, ?)",
  ),
  name: db.prepare<[string, number, number | bigint]>("UPDATE blobs SET digest = ?, size = ? WHERE id = ?"),
  unnamed: db.prepare<[], { readonly id: number }>("SELECT id FROM blobs WHERE digest IS NULL"),
  dropChunks: db.prepare<[number | bigint, number | bigint]>(
    "DELETE FROM chunks WHERE blob = ? AND n IN (SELECT n FROM chunks WHERE blob = ? LIMIT 4)",
  ),
  dropBlob: db.prepare<[number | bigint]>("DELETE FROM blobs WHERE id = ?"),
});
