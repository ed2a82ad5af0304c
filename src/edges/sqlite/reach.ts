import type { Digest } from "../../core/id.ts";
import { namesIn } from "../../core/roots.ts";
import type { BlobName } from "../../core/roots.ts";
import { SqliteBlobsReader } from "./blob-reader.ts";
import type { Connection } from "./database.ts";
import { isNamed } from "./dropped.ts";
import { DamagedBlob } from "./refused.ts";

/** Why a blob is needed: it is kept, or only what passes with an ended run names it. */
export type Need = "kept" | "passing";

/** Blobs and their bytes on the disk. */
export interface Amount {
  readonly blobs: number;
  readonly bytes: number;
}
export interface Amounts {
  readonly kept: Amount;
  /** Only what passes with an ended run needs them. */
  readonly passing: Amount;
  /** Nothing needs them. */
  readonly unnamed: Amount;
}

/** How many blobs are looked into between two writes of what they name. */
const batchSize = 256;

/** Bits of `how`, by need: of a file of a tree, which names nothing, and of a blob that names what it needs in turn. */
const bits = { passing: { leaf: 1, deep: 2 }, kept: { leaf: 4, deep: 8 } } as const;
/** In SQL, of `blobs LEFT JOIN reached`: nothing keeps the blob. `how` is null where nothing names it at all. */
export const isUnkept = "(how IS NULL OR how < 4)";

/**
 * Which blobs are needed: fed with the names that events give, it follows what those blobs name in turn. What it knows
 * stands in tables of its connection that SQLite keeps on disk, so that memory does not grow with the store.
 */
export class Reach {
  readonly #db: Connection;
  readonly #blobs: SqliteBlobsReader;
  readonly #sql;

  /** `db` may be a read-only connection to `blobs.db`. Nobody else may drop blobs while this is used. */
  constructor(db: Connection) {
    this.#db = db;
    this.#blobs = new SqliteBlobsReader(db);
    db.exec(
      `CREATE TEMP TABLE reached (id INTEGER PRIMARY KEY, how INTEGER NOT NULL, open INTEGER NOT NULL) STRICT;
       CREATE INDEX temp.open_ones ON reached (id) WHERE open = 1;
       CREATE TEMP TABLE named_by_run (id INTEGER PRIMARY KEY, named INTEGER NOT NULL, dropped INTEGER NOT NULL) STRICT;`,
    );
    this.#sql = statements(db);
  }

  /** These are needed, and what they name. Follow with `follow`. */
  name(digests: Iterable<Digest>, need: Need): void {
    this.#db.transaction(() => {
      for (const digest of digests) this.#reach({ digest, leaf: false }, bits[need]);
    })();
  }

  /**
   * Looks into every blob that was named and not looked into yet.
   * @throws DamagedBlob for one to be kept that cannot be read: what it names would be lost.
   */
  async follow(): Promise<void> {
    for (;;) {
      const found = this.#sql.open.all(batchSize);
      if (found.length === 0) return;
      const names = new Map<number, readonly BlobName[]>();
      for (const { id, digest, how } of found) names.set(id, await this.#namesIn(digest, how));
      this.#db.transaction(() => {
        for (const { id, how } of found) {
          for (const name of names.get(id) ?? []) this.#reach(name, bits[needOf(how)]);
          this.#sql.close.run(id);
        }
      })();
    }
  }

  isKept(digest: Digest): boolean {
    return this.#sql.kept.get(digest) !== undefined;
  }

  amounts(): Amounts {
    const rows = this.#sql.amounts.all();
    const of = (need: string): Amount => {
      const row = rows.find((one) => one.need === need);
      return { blobs: row?.blobs ?? 0, bytes: row?.bytes ?? 0 };
    };
    return { kept: of("kept"), passing: of("passing"), unnamed: of("unnamed") };
  }

  /** Begins with another run: which blobs its events name, and which of them it has said to be dropped. */
  beginRun(): void {
    this.#sql.forgetRun.run();
  }

  /** An entry of the run at `seq` names these, or says that they are dropped. */
  runNames(digests: Iterable<Digest>, seq: number, isDropping: boolean): void {
    const tell = isDropping ? this.#sql.runDropped : this.#sql.runNamed;
    this.#db.transaction(() => {
      for (const digest of digests) tell.run({ digest, seq });
    })();
  }

  /** What is stored, named by the run, kept by nothing and not yet said to be dropped, `limit` at a time. */
  *toSay(limit: number): Generator<readonly Digest[]> {
    for (let after = 0; ;) {
      const rows = this.#sql.toSay.all(after, limit);
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.id;
      yield rows.map((row) => row.digest);
    }
  }

  async #namesIn(digest: Digest, how: number): Promise<readonly BlobName[]> {
    try {
      return await Array.fromAsync(namesIn(this.#blobs.getStream(digest)));
    } catch (error) {
      // What only such a blob names is needed by nothing else.
      if (error instanceof DamagedBlob && needOf(how) === "passing") return [];
      throw error;
    }
  }

  #reach({ digest, leaf }: BlobName, { leaf: asLeaf, deep }: { leaf: number; deep: number }): void {
    this.#sql.reach.run({ digest, how: leaf ? asLeaf : deep, open: leaf ? 0 : 1 });
  }
}

const needOf = (how: number): Need => (how >= bits.kept.deep ? "kept" : "passing");

interface Told {
  readonly digest: Digest;
  readonly seq: number;
}

const statements = (db: Connection) => ({
  reach: db.prepare<[{ digest: Digest; how: number; open: number }]>(
    `INSERT INTO reached (id, how, open) SELECT id, @how, @open FROM blobs WHERE digest = @digest
     ON CONFLICT (id) DO UPDATE SET how = how | excluded.how, open = max(open, excluded.open)
     WHERE how | excluded.how <> how`,
  ),
  open: db.prepare<[number], { readonly id: number; readonly how: number; readonly digest: Digest }>(
    "SELECT id, how, digest FROM reached JOIN blobs USING (id) WHERE open = 1 LIMIT ?",
  ),
  close: db.prepare<[number]>("UPDATE reached SET open = 0 WHERE id = ?"),
  kept: db.prepare<[Digest]>("SELECT id FROM blobs JOIN reached USING (id) WHERE digest = ? AND how >= 4"),
  amounts: db.prepare<[], { readonly need: string; readonly blobs: number; readonly bytes: number }>(
    `SELECT CASE WHEN how >= 4 THEN 'kept' WHEN how IS NULL THEN 'unnamed' ELSE 'passing' END AS need,
       count(*) AS blobs,
       coalesce(sum((SELECT sum(length(bytes)) FROM chunks WHERE blob = blobs.id)), 0) AS bytes
     FROM blobs LEFT JOIN reached USING (id) WHERE ${isNamed} GROUP BY need`,
  ),
  forgetRun: db.prepare("DELETE FROM named_by_run"),
  runNamed: db.prepare<[Told]>(
    `INSERT INTO named_by_run (id, named, dropped) SELECT id, @seq, 0 FROM blobs WHERE digest = @digest
     ON CONFLICT (id) DO UPDATE SET named = excluded.named`,
  ),
  runDropped: db.prepare<[Told]>(
    "UPDATE named_by_run SET dropped = @seq WHERE id = (SELECT id FROM blobs WHERE digest = @digest)",
  ),
  toSay: db.prepare<[number, number], { readonly id: number; readonly digest: Digest }>(
    `SELECT id, digest FROM named_by_run JOIN blobs USING (id) LEFT JOIN reached USING (id)
     WHERE id > ? AND dropped < named AND ${isUnkept} ORDER BY id LIMIT ?`,
  ),
});
