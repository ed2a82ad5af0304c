import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStorage } from "../../src/edges/sqlite/storage.ts";
import type { Storage } from "../../src/edges/sqlite/storage.ts";

/** The one run of a place. */
export const runId = "crash";

export const stateOf = (dir: string): string => join(dir, ".harness");
export const slotsOf = (dir: string): string => join(dir, ".harness", "slots");
/** The directory the goal is about. */
export const workOf = (dir: string): string => join(dir, "work");
/** What the person had remembered: the rules of their `harness.yaml`, a list. */
export const rulesOf = (dir: string): string => join(dir, "rules.json");
/** What reached the world outside, one call a line. */
export const ledgerOf = (dir: string): string => join(dir, "ledger");

/** Everything that outlives a process: the project on disk, and the connection of a second terminal to it. */
export interface Place {
  readonly dir: string;
  /** Opened when first used, so that the process under test makes the state directory. */
  readonly terminal: () => Promise<Storage>;
  readonly remove: () => Promise<void>;
}

export async function newPlace(): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), "harness-crash-"));
  await mkdir(join(workOf(dir), "kept"), { recursive: true });
  await writeFile(join(workOf(dir), "kept", "base.txt"), "kept\n");
  let terminal: Promise<Storage> | null = null;
  return {
    dir,
    terminal: async () => (terminal ??= openStorage(stateOf(dir))),
    remove: async () => {
      await (await terminal)?.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
