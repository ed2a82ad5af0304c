import { appendFileSync } from "node:fs";
import { join } from "node:path";

/** Where a process passed its failpoints, one a line, in order, over all its lives. */
export const passingsFile = (dir: string): string => join(dir, "passings");

/**
 * A place to die at: the `nth` passing (from 1) of the failpoint `at` in one life; `*` counts those of all.
 * As text: `append/after/run-owned#2`.
 */
export interface Death {
  readonly at: string;
  readonly nth: number;
}

export const deathText = ({ at, nth }: Death): string => `${at}#${nth}`;

export function readDeath(text: string): Death {
  const [at = "", nth = ""] = text.split("#");
  return { at, nth: Number(nth) };
}

/** Notes each passing on disk, and at the chosen one dies there and then, as `kill -9` would have it. */
export function mortal(dir: string, death: Death | null): (at: string) => void {
  const file = passingsFile(dir);
  let passed = 0;
  return (at) => {
    appendFileSync(file, `${at}\n`);
    if (death === null || (death.at !== "*" && death.at !== at)) return;
    passed += 1;
    if (passed === death.nth) process.kill(process.pid, "SIGKILL");
  };
}
