import { appendFile, readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { noEnvironment } from "../../core/environment.ts";
import type { Sandbox } from "../../core/sandbox.ts";
import { containersLeft } from "../../edges/docker/open.ts";
import type { Engine } from "../../edges/docker/engine.ts";
import { removeTree } from "../../edges/files/remove.ts";
import { Presence } from "../../edges/sqlite/presence.ts";
import { StorageRefused } from "../../edges/sqlite/refused.ts";
import { places, prepareStateDir } from "../../edges/sqlite/state-dir.ts";
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
 * @param engine the one that is asked for containers; null: none is
 */
export async function clearDeadPlaces(evals: string, engine: Engine | null): Promise<void> {
  for (const dir of await placesIn(evals)) {
    // What cannot be opened is told when its own evaluation goes on.
    await orRefused(clearDeadPlace(dir, engine));
    if (await isOver(dir)) await removePlace(dir, engine === null ? [] : [engine]);
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

/**
 * Held by each process that is at work in a place, from before it makes anything there, so that nobody takes it for a dead one.
 * @throws StorageRefused
 */
export async function joinPlace(dir: string): Promise<Presence> {
  for (;;) {
    await prepareStateDir(dir);
    const presence = new Presence(presenceOf(dir));
    presence.join();
    if ((await statThere(presenceOf(dir))) !== null) return presence;
    // Who was waited for removed the place, and with it what is held here.
    presence.close();
  }
}

/** Notes where a place has its containers, before there is one. Whoever is at work in it calls this. */
export async function noteEngine(dir: string, { address }: Engine): Promise<void> {
  if ((await enginesOf(dir)).includes(address)) return;
  await appendFile(enginesAt(dir), `${address}\n`, { mode: 0o600, flush: true });
}

/**
 * Removes a place with its containers, unless a process is at work in it. It stays while it may have some on an engine that
 * is not among these: without it nobody would find them.
 */
export async function removePlace(dir: string, engines: Iterable<Engine>): Promise<void> {
  const presence = new Presence(presenceOf(dir));
  try {
    if (!presence.isAlone()) return;
    const asked = [...engines];
    const addresses = new Set(asked.map(({ address }) => address));
    if (!(await enginesOf(dir)).every((address) => addresses.has(address))) return;
    for (const engine of asked) await containersLeft(engine, dir).reap("");
    await removeTree(dir);
  } finally {
    presence.close();
  }
}

/** Addresses of engines that were asked for containers. */
async function enginesOf(dir: string): Promise<readonly string[]> {
  if ((await statThere(enginesAt(dir))) === null) return [];
  const lines = (await readFile(enginesAt(dir), "utf8")).split("\n");
  return lines.filter((line) => line !== "");
}

const enginesAt = (dir: string): string => join(dir, "engines");

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
