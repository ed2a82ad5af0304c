import { setTimeout as delay } from "node:timers/promises";
import type { Ports } from "../../core/ports.ts";
import { askedIn } from "./inbox.ts";
import type { Asked } from "./inbox.ts";

/** How often the journal is looked at, in ms. */
const everyMs = 400;

/** Reads the inbox again and again: only runs of which anything changed are read anew. */
export function newLook(ports: Pick<Ports, "journal" | "blobs">): () => Promise<readonly Asked[]> {
  const known = new Map<string, { readonly state: string; readonly asked: readonly Asked[] }>();
  return async () => {
    const all: Asked[] = [];
    for (const { id, headHash } of await ports.journal.runs()) {
      const state = `${headHash} ${(await ports.journal.answers(id)).length}`;
      const before = known.get(id);
      const now = before?.state === state ? before : { state, asked: await askedIn(ports, id) };
      known.set(id, now);
      all.push(...now.asked);
    }
    return all.toSorted((a, b) => a.askedAt - b.askedAt);
  };
}

/** Calls `see` at once and then every 0.4 s, until it says that it has seen enough or the signal comes. */
export async function keepLooking(see: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await see()))
    await delay(everyMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
}
