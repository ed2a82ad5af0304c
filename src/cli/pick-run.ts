import { join } from "node:path";
import type { Journal, RunRow } from "../core/ports.ts";
import { Refused } from "./exit.ts";
import { statThere } from "./there.ts";

/** The run a person names by its id or the beginning of it; the newest if they name none. @throws Refused */
export async function pickRun(journal: Journal, named: string | undefined, state: string): Promise<string> {
  const rows = (await journal.runs()).toSorted((a, b) => b.createdAt - a.createdAt);
  const [newest] = rows;
  if (newest === undefined)
    throw new Refused(`there is no run in ${state}; start one with: harness run goal.md`);
  if (named === undefined) return newest.id;
  const found = rows.filter((row) => row.id.startsWith(named));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  const exact = found.find((row) => row.id === named);
  if (exact !== undefined) return exact.id;
  throw new Refused(
    `${found.length === 0 ? "no run" : "more than one run"} is called ${named}; there are ${list(rows)}`,
  );
}

const list = (rows: readonly RunRow[]): string =>
  `${rows
    .slice(0, 8)
    .map((row) => row.id)
    .join(", ")}${rows.length > 8 ? ", …" : ""}`;

/** Whether a project has state at all, without making any. */
export const hasState = async (state: string): Promise<boolean> =>
  (await statThere(join(state, "harness.db"))) !== null;
