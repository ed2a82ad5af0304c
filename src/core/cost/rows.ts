import type { Instant } from "../id.ts";
import type { Charge } from "./charge.ts";
import { grouped, sumOf } from "./sum.ts";
import type { Sum } from "./sum.ts";

/** By what costs can be told apart. */
export const keys = ["run", "task", "role", "model", "prompt", "day"] as const;
export type Key = (typeof keys)[number];

export interface Row {
  /**
   * `7k2m`, `7k2m/clean`, `worker`, `anthropic/<model>`, `worker 3f2a91c0` (a role with the beginning of its prompt's
   * digest), `2027-01-31`. What is of no task is `7k2m/(planning)` and `7k2m/(goal)`, which no task can be called.
   */
  readonly key: string;
  readonly sum: Sum;
}

/** Every charge is in exactly one row. Runs and days in their order, all else the dearest first, whatever the order of charges. */
export function costRows(charges: readonly Charge[], by: Key): readonly Row[] {
  const rows = [...grouped(charges, keyOf[by])].map(([key, found]) => {
    const first = found.reduce((least, { at }) => Math.min(least, at), Infinity);
    return { key, sum: sumOf(found), first };
  });
  const isInTime = by === "run" || by === "day";
  return rows
    .toSorted((a, b) => (isInTime ? a.first - b.first : dearerFirst(a, b)) || (a.key < b.key ? -1 : 1))
    .map(({ key, sum }) => ({ key, sum }));
}

/** Where no price is known, what took more tokens. */
const dearerFirst = (a: Row, b: Row): number =>
  b.sum.micros - a.sum.micros || tokenCount(b.sum) - tokenCount(a.sum);

export const tokenCount = ({ tokens }: Sum): number => tokens.input + tokens.output;

const keyOf: Readonly<Record<Key, (charge: Charge) => string>> = {
  run: ({ run }) => run,
  task: ({ run, task, purpose }) => `${run}/${task ?? (purpose === "planning" ? "(planning)" : "(goal)")}`,
  role: ({ role }) => role,
  model: ({ model }) => model,
  prompt: ({ role, prompt }) => (prompt === null ? `${role} (not pinned)` : `${role} ${prompt.slice(0, 8)}`),
  day: ({ at }) => dayOf(at),
};

/** `2027-01-31`: in UTC, as providers bill, so that it is the same day wherever it is read. */
export const dayOf = (at: Instant): string => new Date(at).toISOString().slice(0, 10);
