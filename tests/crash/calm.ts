import { readFile } from "node:fs/promises";
import type { Entry, EventType } from "../../src/core/event.ts";
import { entriesOf } from "./check.ts";
import { passingsFile } from "./failpoints.ts";
import type { Death } from "./failpoints.ts";
import type { GoalName } from "./goals.ts";
import { live } from "./life.ts";
import { newPlace } from "./place.ts";
import type { Place } from "./place.ts";

/** The life of a run that nobody killed. */
export interface Calm {
  readonly goal: GoalName;
  readonly entries: readonly Entry[];
  readonly passings: readonly string[];
}

/** `check` sees the place before it is removed. */
export async function calmRun(
  goal: GoalName,
  check: (place: Place, calm: Calm) => Promise<void>,
): Promise<Calm> {
  const place = await newPlace();
  try {
    const end = await live(place, { goal, death: null });
    if (end !== "ended") throw new Error(`${goal}: ${end}`);
    const calm = { goal, entries: await entriesOf(place), passings: await passingsOf(place) };
    await check(place, calm);
    return calm;
  } finally {
    await place.remove();
  }
}

export const passingsOf = async ({ dir }: Place): Promise<readonly string[]> =>
  (await readFile(passingsFile(dir), "utf8")).trimEnd().split("\n");

/** A put of blobs that the next commit names: its passings by number, and the types of that commit. */
export interface NamedPut {
  readonly before: Death;
  readonly after: Death;
  readonly commit: ReadonlySet<string>;
}

/**
 * For each event type the last put before the commit in which it first appears; null where nothing was put since the
 * commit before. Only what happens one after the other can be told so.
 */
export function namedPuts({ passings }: Calm): ReadonlyMap<EventType, NamedPut | null> {
  const found = new Map<EventType, NamedPut | null>();
  const counts = { before: 0, after: 0 };
  let told = 0;
  for (const [n, at] of passings.entries()) {
    if (at === "put-blobs/before") counts.before += 1;
    if (at === "put-blobs/after") counts.after += 1;
    if (!isCommit(at) || isCommit(passings[n - 1])) continue;
    const commit = commitAt(passings, n);
    for (const type of commit)
      if (!found.has(type)) found.set(type, counts.before === told ? null : put(counts, commit));
    told = counts.before;
  }
  return found;
}

const isCommit = (at: string | undefined): boolean => at?.startsWith("append/before/") === true;

/** The failpoints of one commit stand in a row. */
function commitAt(passings: readonly string[], first: number): ReadonlySet<EventType> {
  const rest = passings.slice(first);
  const end = rest.findIndex((at) => !isCommit(at));
  return new Set(rest.slice(0, end).map((at) => at.slice("append/before/".length) as EventType));
}

const put = (
  counts: { readonly before: number; readonly after: number },
  commit: NamedPut["commit"],
): NamedPut => ({
  before: { at: "put-blobs/before", nth: counts.before },
  after: { at: "put-blobs/after", nth: counts.after },
  commit,
});
