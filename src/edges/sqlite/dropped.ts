import { chunkBytes, transactionBytes } from "./chunk.ts";
import type { Connection } from "./database.ts";
import type { Failpoint } from "./group-commit.ts";

/**
 * A blob goes in two steps. First it loses its name, quickly, while nobody writes: it is `dropped/ID` from then on, and
 * whoever stores its bytes again makes a new one. Then, beside whoever writes, its bytes go, and their pages.
 */
const prefix = "dropped/";

/** In SQL, of `blobs`: it has its name, neither being written nor dropped. */
export const isNamed = `digest IS NOT NULL AND digest NOT GLOB '${prefix}*'`;

/** The id after it begins with a digit: all such names are between these. */
const [first, last] = [`${prefix}0`, `${prefix}:`];

const namesAtOnce = 1_000;
const blobsAtOnce = 500;
const pagesAtOnce = 1_024;

/**
 * Takes the names of all blobs that `isDropped` (SQL, of `blobs LEFT JOIN reached`) says. To be called alone: then what is
 * being written is a dead writer's, and goes too.
 */
export function dropNames(db: Connection, isDropped: string, failpoint: Failpoint): void {
  const find = db
    .prepare<[number, number], number>(
      `SELECT id FROM blobs LEFT JOIN reached USING (id) WHERE id > ? AND (digest IS NULL OR ${isNamed} AND ${isDropped}) ORDER BY id LIMIT ?`,
    )
    .pluck();
  const drop = db.prepare<[number]>(`UPDATE blobs SET digest = '${prefix}' || id WHERE id = ?`);
  for (let after: number | undefined = 0; after !== undefined;) {
    const ids = find.all(after, namesAtOnce);
    after = ids.at(-1);
    if (after === undefined) return;
    failpoint("drop-blobs/before");
    db.transaction(() => ids.forEach((id) => drop.run(id))).immediate();
    failpoint("drop-blobs/after");
  }
}

/**
 * Frees the bytes of dropped blobs, of whoever dropped them, and gives the pages back to the file system, in
 * transactions that nobody has to wait for. Only one may do this at a time.
 */
export function freeDropped(db: Connection, failpoint: Failpoint): void {
  const find = db.prepare<[], { readonly id: number; readonly size: number }>(
    `SELECT id, size FROM blobs WHERE digest BETWEEN '${first}' AND '${last}' LIMIT ${blobsAtOnce}`,
  );
  const dropBlob = db.prepare<[number]>("DELETE FROM blobs WHERE id = ?");
  const dropChunks = db.prepare<[number, number]>(
    `DELETE FROM chunks WHERE blob = ? AND n IN (SELECT n FROM chunks WHERE blob = ? LIMIT ${transactionBytes / chunkBytes})`,
  );
  for (let found = find.all(); found.length > 0; found = find.all()) {
    failpoint("free-blobs/before");
    const large = found.find(({ size }) => size > transactionBytes);
    if (large !== undefined && dropChunks.run(large.id, large.id).changes > 0) continue;
    db.transaction(() => fitting(found).forEach(({ id }) => dropBlob.run(id))).immediate();
    failpoint("free-blobs/after");
  }
  giveBack(db);
}

/** As many as one transaction may write, at least one. */
function fitting<B extends { readonly size: number }>(blobs: readonly B[]): readonly B[] {
  let room = transactionBytes;
  return blobs.filter(({ size }, n) => (room -= size) >= 0 || n === 0);
}

/** Stops when others take free pages as fast as they are given back. */
function giveBack(db: Connection): void {
  const free = (): number => Number(db.pragma("freelist_count", { simple: true }));
  for (let pages = free(); pages > 0;) {
    db.pragma(`incremental_vacuum(${pagesAtOnce})`);
    const left = free();
    if (left >= pages) break;
    pages = left;
  }
  db.pragma("wal_checkpoint(TRUNCATE)");
}
