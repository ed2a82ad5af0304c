import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { RegistryRefused } from "./refused.ts";

/** Of those that write two small files, nobody holds it longer. */
const waitMs = 10_000;
const betweenLooksMs = 10;

/**
 * Does some work while nobody else on this machine does any under the same lock. The kernel frees it however its holder
 * dies. @throws RegistryRefused when another holds it all the time
 */
export async function exclusively<T>(
  path: string,
  work: () => Promise<T>,
  busy = "another process is changing harness.lock and does not end",
): Promise<T> {
  const lock = new Database(path, { timeout: 0 });
  try {
    for (let waited = 0; !hold(lock); waited += betweenLooksMs) {
      if (waited >= waitMs) throw new RegistryRefused(`${busy} (it holds ${path}); end it, then try again`);
      await delay(betweenLooksMs);
    }
    return await work();
  } finally {
    lock.close();
  }
}

/** false: somebody holds it now. */
function hold(lock: Database.Database): boolean {
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) return false;
    throw error;
  }
}
