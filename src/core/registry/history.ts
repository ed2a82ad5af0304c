import { nameText, versionText } from "./artifact.ts";
import type { ArtifactName, Stage, Which } from "./artifact.ts";
import { makeCommand, versionPath } from "./kind-words.ts";
import type { Placed } from "./lock.ts";
import type { LockFault } from "./lock-fault.ts";
import type { LockRecord, StageRecord, VersionRecord } from "./record.ts";

/** All that was done about one name. */
export interface History extends ArtifactName {
  readonly records: readonly LockRecord[];
  readonly versions: ReadonlyMap<number, VersionState>;
  readonly staging: number | null;
  /** Versions as they came into production, what is there now last; a rollback takes the last away. */
  readonly productions: readonly number[];
}

export interface VersionState {
  readonly made: VersionRecord;
  /** null: it never had one. */
  readonly stage: Stage | null;
  /** What put it into the stage it is in, or was in last; null: nothing did. */
  readonly placed: StageRecord | null;
}

export const noHistory = (of: ArtifactName): History => ({
  kind: of.kind,
  name: of.name,
  records: [],
  versions: new Map(),
  staging: null,
  productions: [],
});

export interface Histories {
  readonly byName: ReadonlyMap<string, History>;
  readonly faults: readonly LockFault[];
}

/** Folds the records of a lock; one that contradicts those before it is a fault and changes nothing. */
export function histories(records: readonly Placed[]): Histories {
  const byName = new Map<string, History>();
  const faults: LockFault[] = [];
  for (const placed of records) {
    const name = nameText(placed.record);
    const history = byName.get(name) ?? noHistory(placed.record);
    const what = faultOf(history, placed.record);
    if (what === null) byName.set(name, after(history, placed.record));
    else faults.push({ line: placed.line, what });
  }
  return { byName, faults };
}

/** What is in production now; null: nothing. */
export const inProduction = ({ productions }: History): number | null => productions.at(-1) ?? null;

export const newestVersion = ({ versions }: History): number | null =>
  versions.size === 0 ? null : Math.max(...versions.keys());

/** The version that is meant; null: it is the working file. @returns what is wrong, as a sentence's beginning */
export function resolveWhich(history: History, which: Which): VersionState | null | string {
  switch (which.type) {
    case "file":
      return null;
    case "unsaid":
      return history.versions.get(inProduction(history) ?? 0) ?? null;
    case "version":
      return history.versions.get(which.version) ?? `there is no ${versionText(history, which.version)}`;
    case "stage": {
      const version = which.stage === "staging" ? history.staging : inProduction(history);
      return history.versions.get(version ?? 0) ?? `no version of ${history.name} is in ${which.stage}`;
    }
  }
}

/** The history once this is done. The record must fit it. */
export function after(history: History, record: LockRecord): History {
  const records = [...history.records, record];
  const versions = new Map(history.versions);
  if (record.record === "version") {
    versions.set(record.version, { made: record, stage: null, placed: null });
    return { ...history, records, versions };
  }
  const archived = record.before === null ? undefined : versions.get(record.before);
  if (archived !== undefined) versions.set(archived.made.version, { ...archived, stage: "archived" });
  const made = versions.get(record.version)?.made;
  if (made !== undefined) versions.set(record.version, { made, stage: record.stage, placed: record });
  const staging =
    record.stage === "staging" ? record.version : history.staging === record.version ? null : history.staging;
  return { ...history, records, versions, staging, productions: productionsAfter(history, record) };
}

function productionsAfter({ productions }: History, record: StageRecord): readonly number[] {
  if (record.stage === "staging") return productions;
  return record.isRollback ? productions.slice(0, -1) : [...productions, record.version];
}

/** What keeps a record from following on this history, in words; null: nothing. */
function faultOf(history: History, record: LockRecord): string | null {
  const name = versionText(record, record.version);
  const there = history.versions.get(record.version);
  if (record.record === "version") return there === undefined ? null : madeTwice(there.made, record);
  if (there === undefined)
    return `this puts ${name} into ${record.stage}, and no line before it makes ${name}`;
  if (there.made.digest !== record.digest)
    return `this puts ${name} of digest ${short(record.digest)} into ${record.stage}, and ${name} was made as ${short(there.made.digest)}; take this line out and promote it again`;
  if (record.stage === "staging" && inProduction(history) === record.version)
    return `this puts ${name} into staging, and it is in production; take this line out`;
  if (record.stage === "production" && record.receipt === null)
    return `this puts ${name} into production with neither a receipt nor a person's word; take it out, and say: harness promote ${nameText(record)}@${record.version} --to production --unproven --why "…"`;
  const now = record.stage === "staging" ? history.staging : inProduction(history);
  if (now !== record.before) return overtaken(record, now);
  if (record.isRollback && history.productions.at(-2) !== record.version)
    return `this goes back to ${name}, and that is not what was in production before; take this line out, and say: harness rollback ${nameText(record)} --why "…"`;
  return null;
}

const madeTwice = (first: VersionRecord, again: VersionRecord): string => {
  const name = versionText(again, again.version);
  return `${name} is made a second time (${short(first.digest)} by ${first.who}, then ${short(again.digest)} by ${again.who}): two branches both made it. Keep the line of the one that ${versionPath(again)} holds, take the other out with the lines that put it into a stage, and make that one anew: ${makeCommand(again)}`;
};

function overtaken(record: StageRecord, now: number | null): string {
  const named = (version: number | null): string =>
    version === null ? "no version" : versionText(record, version);
  return `this puts ${named(record.version)} into ${record.stage} in place of ${named(record.before)}, but ${named(now)} was there by then: two branches both promoted. Keep the line that is to hold, take the other out`;
}

/** As much of a digest as people read. */
export const short = (digest: string): string => digest.slice(0, 4);
