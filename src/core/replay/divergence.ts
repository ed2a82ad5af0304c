import type { Entry } from "../event.ts";
import { conductOf } from "./conduct.ts";

/** Where two runs first went different ways; null: one of them did nothing there. */
export interface Divergence {
  readonly before: Entry | null;
  readonly after: Entry | null;
}

/**
 * The first event of a run that the other does not have in the same place. Tasks at work side by side come in any order,
 * so each strand (a thread, a task, the run) is compared by itself; of strands that differ the one that does so first in the
 * first run counts. null: both went the same way.
 */
export function divergence(
  before: readonly Entry[],
  after: readonly Entry[],
  areTreesAlike = true,
): Divergence | null {
  const others = strandsOf(after, areTreesAlike);
  const passed = new Map<string, number>();
  for (const entry of before) {
    const conduct = conductOf(entry, areTreesAlike);
    if (conduct === null) continue;
    const at = passed.get(conduct.strand) ?? 0;
    passed.set(conduct.strand, at + 1);
    const other = others.get(conduct.strand)?.[at];
    if (other?.what !== conduct.what) return { before: entry, after: other?.entry ?? null };
  }
  const more = [...others].flatMap(([strand, steps]) => steps[passed.get(strand) ?? 0] ?? []);
  const [first] = more.toSorted((a, b) => a.entry.seq - b.entry.seq);
  return first === undefined ? null : { before: null, after: first.entry };
}

interface Step {
  readonly entry: Entry;
  readonly what: string;
}

function strandsOf(entries: readonly Entry[], areTreesAlike: boolean): ReadonlyMap<string, readonly Step[]> {
  const strands = new Map<string, Step[]>();
  for (const entry of entries) {
    const conduct = conductOf(entry, areTreesAlike);
    if (conduct === null) continue;
    const steps = strands.get(conduct.strand) ?? [];
    steps.push({ entry, what: conduct.what });
    strands.set(conduct.strand, steps);
  }
  return strands;
}
