import { rmSync } from "node:fs";
import { chown, mkdir, mkdtemp, realpath } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../../edges/files/remove.ts";
import { statThere } from "../there.ts";
import { stateDir } from "../wire.ts";

/** A directory to try things in, on the project's own disk; gone when the doctor is. */
export interface Place {
  readonly dir: string;
  /** A directory in it that belongs to this user; null: whoever this process is. */
  readonly ownedBy: (owner: { readonly uid: number; readonly gid: number } | null) => Promise<string>;
}

/** What the name of such a directory begins with where there is no state directory. */
export const placePrefix = ".harness-doctor-";

/**
 * Makes a place below `.harness/`, or beside where that would be, for as long as `use` takes, a signal in between
 * included. `use` is given why there is none in words where it cannot be made.
 */
export async function withPlace<T>(
  projectDir: string,
  use: (place: Place | string) => Promise<T>,
): Promise<T> {
  const dir = await make(projectDir);
  if (typeof dir !== "string") return use(dir.why);
  const leave = (signal: NodeJS.Signals): void => {
    rmSync(dir, { recursive: true, force: true });
    process.kill(process.pid, signal);
  };
  process.once("SIGINT", leave).once("SIGTERM", leave);
  try {
    return await use({
      dir,
      ownedBy: async (owner) => {
        const owned = join(dir, "owned");
        await mkdir(owned);
        if (owner !== null) await chown(owned, owner.uid, owner.gid);
        return owned;
      },
    });
  } finally {
    process.off("SIGINT", leave).off("SIGTERM", leave);
    await removeTree(dir);
  }
}

async function make(projectDir: string): Promise<string | { readonly why: string }> {
  try {
    const state = stateDir(await realpath(projectDir));
    const isThere = (await statThere(state))?.isDirectory() === true;
    return await mkdtemp(isThere ? join(state, "doctor-") : join(await realpath(projectDir), placePrefix));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || code.startsWith("ERR_")) throw error;
    return { why: message };
  }
}
