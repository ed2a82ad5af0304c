import { headOf, seal } from "../core/chain.ts";
import type { By, Entry, RunEvent } from "../core/event.ts";
import type { Instant, RunId } from "../core/id.ts";
import type { Journal, Owner, RunRow } from "../core/ports.ts";
import { digestsIn, lastinglyNamedBy, namedBy } from "../core/roots.ts";
import type { Collection, KeptEnvironment } from "../edges/sqlite/collection.ts";
import type { Amounts } from "../edges/sqlite/reach.ts";
import { sha256 } from "./sha256.ts";

/** What is to go besides blobs that nothing names. */
export interface Retention {
  /** Of runs that ended before, what only their turns and calls needed goes too. null: of none. */
  readonly endedBefore: Instant | null;
  /** Environments not used since, that no run names, go too. */
  readonly usedBefore: Instant;
}

/** A run that would be collected, but somebody else works on it. */
export interface Skipped {
  readonly run: RunId;
  readonly owner: Owner;
}

/** What was found out before anything is dropped. */
export interface Found {
  readonly amounts: Amounts;
  /** Runs whose passing blobs may go. */
  readonly runs: readonly RunId[];
  readonly skipped: readonly Skipped[];
  /** Environments that may go. */
  readonly environments: readonly KeptEnvironment[];
  /** How far each run was read. */
  readonly seen: ReadonlyMap<RunId, number>;
}

/** Reads all journals and whatever they name, and says what nobody needs. Others may go on writing meanwhile. */
export async function look(collection: Collection, retention: Retention): Promise<Found> {
  const { journal, reach } = collection;
  const runs: RunId[] = [];
  const skipped: Skipped[] = [];
  const seen = new Map<RunId, number>();
  for (const row of await journal.runs()) {
    const ended = retention.endedBefore === null ? null : await endedAt(journal, row);
    const isOld = ended !== null && ended < (retention.endedBefore ?? 0);
    const owner = isOld ? collection.ownerOf(row.id) : null;
    if (owner !== null) skipped.push({ run: row.id, owner });
    const isPassing = isOld && owner === null;
    if (isPassing) runs.push(row.id);
    seen.set(row.id, await nameRun(collection, row.id, 0, isPassing));
  }
  const environments = collection.environments();
  for (const { digest, usedAt } of environments)
    if (usedAt >= retention.usedBefore) reach.name([digest], "kept");
  await reach.follow();
  const unused = environments.filter(
    ({ digest, usedAt }) => usedAt < retention.usedBefore && !reach.isKept(digest),
  );
  return { amounts: reach.amounts(), runs, skipped, environments: unused, seen };
}

/** What a collection came to. */
export interface Collected {
  /** Runs whose journals now say what was dropped. */
  readonly said: readonly RunId[];
  readonly skipped: readonly Skipped[];
  readonly environments: number;
}

/**
 * Drops what `look` found; null where others work, who may need it. The order is the promise: a run says that a blob is
 * dropped, durably, before it is. Who dies in between has said too much, which harms nothing and is done next time.
 * While it is alone, which makes writers wait, it does only what is quick: what was written since `look` keeps what it
 * names, and names are dropped.
 */
export async function collect(
  collection: Collection,
  found: Found,
  why: string,
  by: By,
): Promise<Collected | null> {
  if (!collection.isAlone()) return null;
  collection.leave();
  const said: RunId[] = [];
  const skipped: Skipped[] = [];
  for (const run of found.runs) {
    const owner = await say(collection, run, { why, by }, () => said.push(run));
    if (owner !== null) skipped.push({ run, owner });
  }
  if (!collection.isAlone()) return null;
  const environments = await keepNewer(collection, found);
  collection.drop();
  collection.leave();
  return { said, skipped, environments };
}

/** Keeps what was named since `look`, and forgets the environments it found unused. @returns how many */
async function keepNewer(collection: Collection, { seen, environments }: Found): Promise<number> {
  const { journal, reach } = collection;
  for (const { id } of await journal.runs()) await nameRun(collection, id, seen.get(id) ?? 0, false);
  await reach.follow();
  const gone = environments.filter((one) => !reach.isKept(one.digest) && collection.forget(one));
  for (const { digest } of collection.environments()) reach.name([digest], "kept");
  await reach.follow();
  return gone.length;
}

/** @returns the position of the last entry that was read. */
async function nameRun(
  { journal, reach }: Collection,
  run: RunId,
  after: number,
  isPassing: boolean,
): Promise<number> {
  let last = after;
  for await (const entry of journal.read(run, after)) {
    last = entry.seq;
    reach.name(isPassing ? lastinglyNamedBy(entry) : namedBy(entry), "kept");
    if (isPassing) reach.name(namedBy(entry), "passing");
  }
  for (const { value } of await journal.answers(run)) reach.name(digestsIn(JSON.stringify(value)), "kept");
  return last;
}

/** When a run ended, null when it has not. Read from its end, where only what was dropped may follow. */
async function endedAt(journal: Journal, { id, headSeq }: RunRow): Promise<Instant | null> {
  for (let back = 1; ; back *= 4) {
    const entries = await Array.fromAsync(journal.read(id, Math.max(0, headSeq - back)));
    const end = entries.findLast(({ type }) => type !== "blobs-dropped");
    if (end !== undefined) return end.type === "run-ended" ? end.at : null;
    if (back >= headSeq) return null;
  }
}

/** Most digests of one event, and events of one commit. */
const digestsAtOnce = 200;
const eventsAtOnce = 16;

/**
 * Says in the journal of a run what of it is dropped now, for all that was not said before. Whoever works on the run
 * meanwhile is returned: then it keeps everything.
 */
async function say(
  { journal, reach }: Collection,
  run: RunId,
  because: { readonly why: string; readonly by: By },
  onSaid: () => void,
): Promise<Owner | null> {
  const last = await readNames({ journal, reach }, run);
  const portions = reach.toSay(digestsAtOnce);
  let next = portions.next();
  if (next.done === true || last === null) return null;
  const lock = await journal.own(run);
  if ("owner" in lock) {
    for await (const entry of journal.read(run, 0)) reach.name(namedBy(entry), "kept");
    await reach.follow();
    return lock.owner;
  }
  let head: Entry = last;
  while (next.done !== true) {
    const events: RunEvent[] = [];
    for (; next.done !== true && events.length < eventsAtOnce; next = portions.next())
      events.push({ type: "blobs-dropped", body: { digests: [...next.value], ...because } });
    const at = Math.max(head.at, Date.now());
    const entries = seal(run, headOf(head), head.epoch, at, events, sha256);
    await journal.append(run, headOf(head), entries);
    head = entries.at(-1) ?? head;
  }
  await lock.owned.release();
  onSaid();
  return null;
}

/** What the events of a run name and drop, taken into `reach`. @returns its last entry */
async function readNames(
  { journal, reach }: Pick<Collection, "journal" | "reach">,
  run: RunId,
): Promise<Entry | null> {
  reach.beginRun();
  let last: Entry | null = null;
  for await (const entry of journal.read(run, 0)) {
    last = entry;
    if (entry.type === "blobs-dropped") reach.runNames(entry.body.digests, entry.seq, true);
    else reach.runNames(namedBy(entry), entry.seq, false);
  }
  return last;
}
