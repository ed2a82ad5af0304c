import type { RunId } from "../../core/id.ts";
import { openCollection } from "../../edges/sqlite/collection.ts";
import type { Collection } from "../../edges/sqlite/collection.ts";
import type { Amount } from "../../edges/sqlite/reach.ts";
import { DamagedBlob } from "../../edges/sqlite/refused.ts";
import { collect, look } from "../collect.ts";
import type { Found, Skipped } from "../collect.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { person } from "../person.ts";
import { existing } from "../reader.ts";
import { nameOf } from "../standing.ts";
import { failpoint } from "../wire.ts";
import { textOf } from "../view/rows.ts";
import { size } from "../view/sizes.ts";
import { plural } from "../view/words.ts";

export interface GcOptions {
  readonly keepDays?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const dayMs = 86_400_000;
/** Days for which an environment that no run names stays after its last use. */
const environmentDays = 30;

/** `harness gc`: drops blobs that nothing needs, and says first what that frees. */
export async function gc(io: Io, options: GcOptions): Promise<number> {
  const days = daysOf(options.keepDays);
  const { state } = await existing(io);
  const isDry = options.dryRun === true;
  const collection = await openCollection(state, { readonly: isDry, ...failpoint(io.env) });
  const tell = (rows: readonly (readonly [string, string])[]): void => {
    if (options.json !== true) io.out(textOf(rows, io.columns));
  };
  try {
    const now = Date.now();
    const found = await lookAt(collection, {
      endedBefore: days === null ? null : now - days * dayMs,
      usedBefore: now - environmentDays * dayMs,
    });
    const before = await collection.bytes();
    const plan = planOf(found, days, before);
    tell(plan.rows);
    if (isDry) {
      if (options.json === true) io.out(`${JSON.stringify({ dryRun: true, ...plan.json })}\n`);
      return exit.ok;
    }
    const why = `gc: the run ended more than ${plural(days ?? 0, "day")} ago`;
    const collected = await collect(collection, found, why, person());
    if (collected === null) throw await othersWork(collection);
    const { said, skipped, environments } = collected;
    collection.free();
    const after = await collection.bytes();
    const freed = Math.max(0, before - after);
    tell([...skippedRows(skipped), ["freed", `${size(freed)}; blobs.db takes ${size(after)}`]]);
    if (options.json === true) {
      const all = [...found.skipped, ...skipped].map(skippedJson);
      const done = { runs: said, skipped: all, environments, bytesAfter: after, freed };
      io.out(`${JSON.stringify({ dryRun: false, ...plan.json, ...done })}\n`);
    }
    return exit.ok;
  } finally {
    collection.close();
  }
}

function daysOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,5}$/.test(text))
    throw new Refused(`--keep-days ${text}: say a number of days, like --keep-days 30`);
  return Number(text);
}

/** As `look`. @throws Refused for a blob that cannot be read: what it names is not known. */
async function lookAt(collection: Collection, retention: Parameters<typeof look>[1]): Promise<Found> {
  try {
    return await look(collection, retention);
  } catch (error) {
    if (!(error instanceof DamagedBlob)) throw error;
    const why = "what it names is not known, so nothing was dropped; see: harness audit";
    throw new Refused(`${error.message}; ${why}`, exit.infrastructure);
  }
}

/** Blobs are dropped only while nobody can store the same ones. */
async function othersWork(collection: Collection): Promise<Refused> {
  const working: string[] = [];
  for (const { id } of await collection.journal.runs()) {
    const owner = collection.ownerOf(id);
    if (owner !== null) working.push(`run ${id} (${nameOf(owner)})`);
  }
  const who = working.length === 0 ? "another harness command" : working.join(", ");
  return new Refused(
    `${who} is at work here and may need what nothing names yet, so nothing was dropped; try again when it has ended or was stopped`,
    exit.infrastructure,
  );
}

/** What is to be done, for people and for machines. */
function planOf(
  { amounts, runs, skipped, environments }: Found,
  days: number | null,
  bytes: number,
): { readonly rows: readonly (readonly [string, string])[]; readonly json: object } {
  const { kept, passing, unnamed } = amounts;
  const rows: (readonly [string, string])[] = [
    ["stays", `${amountText(kept)} that a run, an answer or an environment needs`],
    ["goes", `${amountText(unnamed)} that nothing names`],
  ];
  if (days !== null) {
    const whose = `${plural(runs.length, "run")} that ended more than ${plural(days, "day")} ago`;
    const what = "requests, answers of models, output and trees between calls";
    rows.push(["goes", `${amountText(passing)} of ${whose}${runs.length > 0 ? ` (${what})` : ""}`]);
  }
  if (environments.length > 0)
    rows.push([
      "goes",
      `${plural(environments.length, "environment")} that no run names, not used for ${environmentDays} days`,
    ]);
  rows.push(...skippedRows(skipped));
  const json = {
    kept,
    unnamed,
    passing,
    runs,
    environments: environments.length,
    skipped: skipped.map(skippedJson),
    bytesBefore: bytes,
  };
  return { rows, json };
}

const amountText = ({ blobs, bytes }: Amount): string => `${plural(blobs, "blob")}, ${size(bytes)},`;

const skippedRows = (skipped: readonly Skipped[]): readonly (readonly [string, string])[] =>
  skipped.map(({ run, owner }) => ["skipped", `run ${run}: ${nameOf(owner)} works on it`]);

const skippedJson = ({ run, owner }: Skipped): { run: RunId; pid: number; host: string } => ({
  run,
  ...owner,
});
