import { join } from "node:path";
import type { Journal, RunRow } from "../core/ports.ts";
import { readRun } from "../loop/own.ts";
import { Refused } from "./exit.ts";
import { statThere } from "./there.ts";

/** The run a person names by its id or the beginning of it; the newest if they name none. @throws Refused */
export async function pickRun(journal: Journal, named: string | undefined, state: string): Promise<string> {
  const rows = (await journal.runs()).toSorted((a, b) => b.createdAt - a.createdAt);
  const [newest] = rows;
  if (newest === undefined)
    throw new Refused(`there is no run in ${state}; start one with: harness run goal.md`);
  if (named === undefined) return newest.id;
  if (named.trim() === "") throw new Refused(`the id of a run is empty; there are ${list(rows)}`);
  const found = rows.filter((row) => row.id.startsWith(named));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  const exact = found.find((row) => row.id === named);
  if (exact !== undefined) return exact.id;
  throw new Refused(
    `${found.length === 0 ? "no run" : "more than one run"} is called ${named}; there are ${list(rows)}`,
  );
}

/**
 * As `pickRun`, to go on with: the newest that has not ended if they name none, or the newest of all.
 * `others` have not ended either.
 */
export async function pickOpenRun(
  journal: Journal,
  named: string | undefined,
  state: string,
): Promise<{ readonly id: string; readonly others: readonly string[] }> {
  const open = named === undefined ? await openRuns(journal) : [];
  const [newest, ...others] = open;
  return { id: newest ?? (await pickRun(journal, named, state)), others };
}

/** Runs that have not ended, the newest first. */
async function openRuns(journal: Journal): Promise<readonly string[]> {
  const open: string[] = [];
  for (const row of (await journal.runs()).toSorted((a, b) => b.createdAt - a.createdAt))
    if (!(await hasEnded(journal, row))) open.push(row.id);
  return open;
}

/** Told by its last event, so that long runs need not be read. */
async function hasEnded(journal: Journal, { id, headSeq }: RunRow): Promise<boolean> {
  for await (const { type } of journal.read(id, headSeq - 1)) {
    if (type === "run-ended") return true;
    // The one event that may follow the end of a run.
    if (type === "blobs-dropped") return (await readRun({ journal }, id)).phase === "ended";
  }
  return false;
}

const list = (rows: readonly RunRow[]): string =>
  `${rows
    .slice(0, 8)
    .map((row) => row.id)
    .join(", ")}${rows.length > 8 ? ", …" : ""}`;

/** Whether a project has state at all, without making any. */
export const hasState = async (state: string): Promise<boolean> =>
  (await statThere(join(state, "harness.db"))) !== null;
