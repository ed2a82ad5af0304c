import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStorage } from "../../../src/edges/sqlite/storage.ts";
import type { Storage } from "../../../src/edges/sqlite/storage.ts";

/** A new directory and every storage opened on the state directory in it. */
export interface Ground {
  readonly stateDir: string;
  readonly open: (failpoint?: (at: string) => void, now?: () => number) => Promise<Storage>;
  readonly closeAll: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

export async function newGround(): Promise<Ground> {
  const dir = await mkdtemp(join(tmpdir(), "harness-sqlite-"));
  const stateDir = join(dir, ".harness");
  const opened: Storage[] = [];
  const closeAll = async (): Promise<void> => {
    for (const storage of opened.splice(0)) await storage.close();
  };
  return {
    stateDir,
    open: async (failpoint = () => {}, now = Date.now) => {
      const storage = await openStorage(stateDir, { failpoint, now });
      opened.push(storage);
      return storage;
    },
    closeAll,
    remove: async () => {
      await closeAll();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
