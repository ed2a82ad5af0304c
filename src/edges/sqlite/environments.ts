import type { Digest, Instant } from "../../core/id.ts";
import type { Connection } from "./database.ts";

/**
 * Environments of earlier runs, by what they were made of: a setup need not run again while its key is the same.
 * A row keeps its environment's blobs from `gc`, which drops the row when it was not used for long.
 */
export interface Environments {
  /** The digest of the environment made under this key, null when there is none. Counts as a use of it. */
  readonly find: (key: string) => Digest | null;
  /** The environment's blobs must be durable. What was kept under the key before is replaced. Durable when it returns. */
  readonly keep: (key: string, digest: Digest) => void;
}

export function environmentsIn(db: Connection, now: () => Instant): Environments {
  const use = db.prepare<[Instant, string], Digest>(
    "UPDATE environments SET used_at = ? WHERE key = ? RETURNING digest",
  );
  const keep = db.prepare<[string, Digest, Instant]>(
    `INSERT INTO environments (key, digest, used_at) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, used_at = excluded.used_at`,
  );
  return {
    find: (key) => use.pluck().get(now(), key) ?? null,
    keep: (key, digest) => void keep.run(key, digest, now()),
  };
}
