import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { noEnvironment } from "../../core/environment.ts";
import type { Sandbox } from "../../core/ports.ts";
import { containersLeft } from "../../edges/docker/open.ts";
import type { Engine } from "../../edges/docker/engine.ts";
import { removeTree } from "../../edges/files/remove.ts";
import { Presence } from "../../edges/sqlite/presence.ts";
import { StorageRefused } from "../../edges/sqlite/refused.ts";
import { places } from "../../edges/sqlite/state-dir.ts";
import { openStorage } from "../../edges/sqlite/storage.ts";
import { clearDeadSlots } from "../../loop/own.ts";
import { statThere } from "../there.ts";
import { openGround } from "../wire.ts";

/** The state directories of evaluations that are under way, or were left before their end. @param evals where they lie */
export async function placesIn(evals: string): Promise<readonly string[]> {
  if ((await statThere(evals)) === null) return [];
  const found = await readdir(evals, { withFileTypes: true });
  return found.flatMap((one) => (one.isDirectory() ? [join(evals, one.name)] : [])).toSorted();
}

/** Of a place where cases are only tried: nothing goes on there. */
export const triesPrefix = "check-";

/** So long half done answers wait for their evaluation to go on. */
const mostMs = 30 * 86_400_000;

/**
 * Removes what dead processes left in the evaluations of a project, whichever: containers, slots, and where nothing will go
 * on, the place itself. What a living process works in is left alone.
 * @param engine whose containers they are; null: there are none
 */
export async function clearDeadPlaces(evals: string, engine: Engine | null): Promise<void> {
  for (const dir of await placesIn(evals)) {
    // What cannot be opened is told when its own evaluation goes on.
    await orRefused(clearDeadPlace(dir, engine));
    if (await isOver(dir)) await removePlace(dir);
  }
}

/** @throws StorageRefused */
export async function clearDeadPlace(dir: string, engine: Engine | null): Promise<void> {
  const sandbox = engine === null ? noContainers : containersLeft(engine, dir);
  const slots = await statThere(join(dir, "slots"));
  if (slots === null && (await sandbox.left()).length === 0) return;
  const { journal, blobs, close } = await openStorage(dir);
  try {
    const ground = { base: null, scratch: [], environment: noEnvironment, owner: null };
    await clearDeadSlots({ journal, sandbox, workspaces: openGround(dir, blobs, ground) });
  } finally {
    await close();
  }
}

const noContainers: Pick<Sandbox, "left" | "reap"> = {
  left: async () => [],
  reap: async () => undefined,
};

/** Held by each process that is at work in a place, from when its state directory is there. */
export function joinPlace(dir: string): Presence {
  const presence = new Presence(presenceOf(dir));
  presence.join();
  return presence;
}

/** Removes a place, unless a process is at work in it. */
export async function removePlace(dir: string): Promise<void> {
  const presence = new Presence(presenceOf(dir));
  try {
    if (presence.isAlone()) await removeTree(dir);
  } finally {
    presence.close();
  }
}

/** The hyphen keeps it apart from the lock of any run. */
const presenceOf = (dir: string): string => join(dir, "locks", "place-users.db");

async function isOver(dir: string): Promise<boolean> {
  const journal = await statThere(places(dir).journal);
  if (journal === null) return false;
  if (basename(dir).startsWith(triesPrefix)) return true;
  return Date.now() - Math.max((await stat(dir)).mtimeMs, journal.mtimeMs) > mostMs;
}

async function orRefused(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StorageRefused)) throw error;
  }
}
