import type { Machine } from "../simulation/simulate.ts";
import { collector, drifting, fullDisk, limited, tampering } from "./hardships.ts";
import { baseCheckouts, lateBlobs, lateSnapshots, openLock, shortBatches } from "./lies.ts";

/** A part of the machine that does not keep its word. */
export type Lie =
  | "late-blobs"
  | "late-snapshots"
  | "forgetful-collector"
  | "open-lock"
  | "short-batches"
  | "base-checkouts";

/** A new machine for one run. Without a lie it is a hard one to work on, and a sound build does. */
export function machine(lie: Lie | null, seed: number, isCalm: boolean): Machine {
  const hardships = [
    ...(isCalm ? [] : [fullDisk(seed)]),
    tampering(),
    drifting(),
    collector(lie === "forgetful-collector" ? "criterion-judged" : null),
    limited(),
  ];
  const parts = [...hardships, ...(lie === null ? [] : [lies[lie]()])];
  return {
    ports: (ports, disk, again) =>
      parts.reduce((made, part) => part.ports?.(made, disk, again) ?? made, ports),
    rest: async (disk, how) => {
      // A lie first: while it keeps a second process alive, nothing may be collected.
      for (const part of parts.toReversed()) await part.rest?.(disk, how);
    },
  };
}

const lies: Readonly<Record<Lie, () => Partial<Machine>>> = {
  "late-blobs": lateBlobs,
  "late-snapshots": lateSnapshots,
  "forgetful-collector": () => ({}),
  "open-lock": openLock,
  "short-batches": shortBatches,
  "base-checkouts": baseCheckouts,
};
