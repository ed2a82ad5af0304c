import { access, constants, copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEvaluationsReader } from "../edges/sqlite/evaluations.ts";
import { StorageRefused } from "../edges/sqlite/refused.ts";
import { openStorageReader } from "../edges/sqlite/storage.ts";
import { diskTrouble } from "./disk-trouble.ts";
import { statThere } from "./there.ts";

/** Databases of a state directory that are read together. */
export interface ReadTogether {
  readonly names: readonly string[];
  readonly open: (state: string) => Promise<{ readonly close: () => unknown }>;
}

export const ofEvaluations: ReadTogether = { names: ["evals.db"], open: openEvaluationsReader };
const ofRuns: ReadTogether = { names: ["harness.db", "blobs.db"], open: openStorageReader };

/** Where a state directory can be read, until `leave`. */
export interface ReadablePlace {
  readonly dir: string;
  readonly leave: () => Promise<void>;
}

/**
 * SQLite reads a database in WAL mode only with its `-shm` file, and makes it beside the database when nobody has it
 * open. Where nothing may be made (a copy kept as evidence, a file system for reading only), a private copy is read:
 * without `-shm` nobody has the database open, so that it is whole.
 */
export async function readablePlace(state: string, what: ReadTogether = ofRuns): Promise<ReadablePlace> {
  const isHeld = await isOpen(state, what);
  if (isHeld || ((await isWritable(state)) && (await opens(state, what))))
    return { dir: state, leave: async () => {} };
  const dir = await mkdtemp(join(tmpdir(), "harness-read-"));
  const leave = async (): Promise<void> => rm(dir, { recursive: true });
  try {
    for (const name of what.names.flatMap((one) => [one, `${one}-wal`]))
      if ((await statThere(join(state, name))) !== null)
        await copyFile(join(state, name), join(dir, name), constants.COPYFILE_FICLONE);
    return { dir, leave };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** Whether somebody has the databases open, or died with them open. */
async function isOpen(state: string, { names }: ReadTogether): Promise<boolean> {
  for (const name of names) if ((await statThere(join(state, `${name}-shm`))) === null) return false;
  return true;
}

/** A full disk, or one that has just found an error in itself, shows only when the `-shm` file is made. */
async function opens(state: string, { open }: ReadTogether): Promise<boolean> {
  try {
    await (await open(state)).close();
    return true;
  } catch (error) {
    const cause = error instanceof StorageRefused ? error.cause : error;
    const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "";
    return diskTrouble(cause) === null && !code.startsWith("SQLITE_CANTOPEN");
  }
}

async function isWritable(dir: string): Promise<boolean> {
  try {
    await access(dir, constants.W_OK);
    return true;
  } catch (error) {
    if (["EACCES", "EROFS"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}
