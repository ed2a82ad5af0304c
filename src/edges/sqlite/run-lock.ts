import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { z } from "zod";
import { runId } from "../../core/id.ts";
import type { RunId } from "../../core/id.ts";
import type { Owner, Ownership } from "../../core/ports.ts";
import type { Connection } from "./database.ts";
import { codeOf } from "./state-dir.ts";

const ownerFile = z.object({ pid: z.int(), host: z.string() });

/** The newcomer may look in the instant between the owner's lock and its name being written. */
const looks = 20;
const betweenLooksMs = 10;

/** Told when the lock is held and nothing true is written about who holds it. */
const nobodyKnown: Owner = { pid: 0, host: "unknown" };

/**
 * The runs this process owns. Each is a connection that holds `BEGIN EXCLUSIVE` on `RUN.db`: the kernel frees
 * it when the process dies, however it dies, and never because time passes, so a stopped owner keeps its run.
 * `RUN.owner` beside it only tells people who that is.
 */
export class RunLocks {
  readonly #dir: string;
  readonly #held = new Map<RunId, Connection>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  async own(run: RunId): Promise<{ readonly owned: Ownership } | { readonly owner: Owner }> {
    if (!runId.safeParse(run).success) throw new RangeError(`"${run}" is not the id of a run`);
    for (let look = 1; ; look++) {
      const lock = tryLock(join(this.#dir, `${run}.db`));
      if (lock !== null) return { owned: this.#hold(run, lock) };
      const owner = readOwner(this.#ownerPath(run));
      if (owner !== null && seemsAlive(owner)) return { owner };
      if (look === looks) return { owner: nobodyKnown };
      await delay(betweenLooksMs);
    }
  }

  releaseAll(): void {
    for (const run of this.#held.keys()) this.#release(run);
  }

  #hold(run: RunId, lock: Connection): Ownership {
    this.#held.set(run, lock);
    try {
      writeOwner(this.#ownerPath(run));
    } catch (error) {
      this.#release(run);
      throw error;
    }
    return {
      run,
      release: async () => {
        if (this.#held.get(run) === lock) this.#release(run);
      },
    };
  }

  /**
   * The name goes first, while nobody else can have written another. On a disk that takes nothing more it stays, and is
   * known to be of a process that is gone: that must not hide why the run was given up.
   */
  #release(run: RunId): void {
    const lock = this.#held.get(run);
    if (lock === undefined) return;
    this.#held.delete(run);
    try {
      rmSync(this.#ownerPath(run), { force: true });
    } catch {
      // Told by whoever wrote there before.
    } finally {
      lock.close();
    }
  }

  #ownerPath(run: RunId): string {
    return join(this.#dir, `${run}.owner`);
  }
}

/** Who holds a run's lock now, null when nobody does. Takes and writes nothing: for those who only look. */
export function ownerOf(dir: string, run: RunId): Owner | null {
  if (!runId.safeParse(run).success) throw new RangeError(`"${run}" is not the id of a run`);
  if (!isHeld(join(dir, `${run}.db`))) return null;
  const owner = readOwner(join(dir, `${run}.owner`));
  return owner !== null && seemsAlive(owner) ? owner : nobodyKnown;
}

/** Nobody can read a database that someone else holds exclusively. */
function isHeld(path: string): boolean {
  if (!existsSync(path)) return false;
  const look = new Database(path, { readonly: true, timeout: 0 });
  try {
    look.prepare("SELECT count(*) FROM sqlite_master").get();
    return false;
  } catch (error) {
    if (codeOf(error).startsWith("SQLITE_BUSY")) return true;
    throw error;
  } finally {
    look.close();
  }
}

/** null when somebody holds it. The file stays behind for ever: removing a lock file lets two hold it. */
function tryLock(path: string): Connection | null {
  const lock = new Database(path, { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (codeOf(error).startsWith("SQLITE_BUSY")) return null;
    throw error;
  }
}

function writeOwner(path: string): void {
  const draft = `${path}.new`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, host: hostname() }), { mode: 0o600 });
  renameSync(draft, path);
}

/** null also for a file that a power cut left half written: its writer is gone with the power. */
function readOwner(path: string): Owner | null {
  try {
    return ownerFile.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (codeOf(error) === "ENOENT" || error instanceof SyntaxError || error instanceof z.ZodError)
      return null;
    throw error;
  }
}

/** False only for a process of this machine that is known to be gone: then its name is left from an earlier owner. */
function seemsAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}
