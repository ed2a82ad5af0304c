import Database from "better-sqlite3";
import type { Connection } from "./database.ts";
import { codeOf } from "./state-dir.ts";

/** How long a writer waits for another process that is alone: it clears up after a crash, or drops blobs. */
const aloneMs = 600_000;

/**
 * How writers of blobs know of each other. Every living writer, of any process, holds a SHARED lock from before its
 * first look at what is stored; who holds it EXCLUSIVE is alone. What is there stays there while anybody writes: a blob
 * that a writer found to be stored is not dropped before the event that names it is committed.
 */
export class Presence {
  readonly #lock: Connection;

  constructor(path: string) {
    this.#lock = new Database(path);
  }

  /** Takes the lock alone, if nobody has it now. */
  isAlone(): boolean {
    this.#lock.pragma("busy_timeout = 0");
    try {
      this.#lock.exec("BEGIN EXCLUSIVE");
      return true;
    } catch (error) {
      if (codeOf(error).startsWith("SQLITE_BUSY")) return false;
      throw error;
    }
  }

  /** Takes the lock with others, giving up being alone. Waits while somebody else is. */
  join(): void {
    this.leave();
    this.#lock.pragma(`busy_timeout = ${aloneMs}`);
    this.#lock.exec("BEGIN");
    this.#lock.prepare("SELECT name FROM sqlite_schema").all();
  }

  leave(): void {
    if (this.#lock.inTransaction) this.#lock.exec("COMMIT");
  }

  close(): void {
    this.#lock.close();
  }
}
