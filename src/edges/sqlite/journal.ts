import { canonical } from "../../core/canonical.ts";
import type { ChainHead, Sha256 } from "../../core/chain.ts";
import type { Entry } from "../../core/event.ts";
import type { RunId } from "../../core/id.ts";
import type { Answer, Journal, Owner, Ownership } from "../../core/ports.ts";
import type { Connection } from "./database.ts";
import { GroupCommit } from "./group-commit.ts";
import type { Failpoint } from "./group-commit.ts";
import { SqliteJournalReader } from "./journal-reader.ts";
import { RunLocks } from "./run-lock.ts";
import { codeOf } from "./state-dir.ts";

/** The journal in `harness.db`, with the locks of its runs in a directory beside it. */
export class SqliteJournal extends SqliteJournalReader implements Journal {
  readonly #locks: RunLocks;
  readonly #commits: GroupCommit;
  readonly #answer;

  constructor(db: Connection, lockDir: string, sha256: Sha256, failpoint: Failpoint) {
    super(db, sha256);
    this.#locks = new RunLocks(lockDir);
    this.#commits = new GroupCommit(db, sha256, failpoint);
    this.#answer = db.prepare(
      `INSERT INTO answers (run, subject, at, "by", value) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (run, subject) DO NOTHING`,
    );
  }

  own(run: RunId): Promise<{ readonly owned: Ownership } | { readonly owner: Owner }> {
    return this.#locks.own(run);
  }

  append(run: RunId, after: ChainHead | null, entries: readonly Entry[]): Promise<void> {
    return this.#commits.append(run, after, entries);
  }

  async answer(answer: Answer): Promise<boolean> {
    const { run, subject, at, by, value } = answer;
    try {
      return this.#answer.run(run, subject, at, canonical(by), canonical(value)).changes === 1;
    } catch (error) {
      if (codeOf(error) !== "SQLITE_CONSTRAINT_FOREIGNKEY") throw error;
      throw new RangeError(`there is no run ${run} to answer`, { cause: error });
    }
  }

  /** Commits what was appended, then gives all runs up. */
  close(): void {
    this.#commits.flush();
    this.#locks.releaseAll();
  }
}
