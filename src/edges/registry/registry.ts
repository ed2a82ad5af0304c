import { createHash } from "node:crypto";
import { join } from "node:path";
import { nameText, versionText } from "../../core/registry/artifact.ts";
import type { ArtifactName } from "../../core/registry/artifact.ts";
import { inLf } from "../../core/registry/closure.ts";
import { histories, noHistory } from "../../core/registry/history.ts";
import type { Histories, History } from "../../core/registry/history.ts";
import { logCommand, versionPath } from "../../core/registry/kind-words.ts";
import { lockText, readLock } from "../../core/registry/lock.ts";
import type { LockFault } from "../../core/registry/lock-fault.ts";
import type { LockRecord, VersionRecord } from "../../core/registry/record.ts";
import type { Digest } from "../../core/id.ts";
import { readFileThere } from "./read-file.ts";
import { RegistryRefused } from "./refused.ts";
import { addFile, replaceFile } from "./replace-file.ts";

/** What `harness.lock` of a project says. Text in git is all there is: nothing is kept besides. */
export interface Registry extends Histories {
  readonly records: readonly LockRecord[];
  history(of: ArtifactName): History;
}

/** Reads `harness.lock` with all that is wrong with it; where there is none, nothing was ever done. @throws RegistryRefused */
export async function readRegistry(projectDir: string): Promise<Registry> {
  return registryOf(await readFileThere(lockPath(projectDir)));
}

function registryOf(text: string | null): Registry {
  const { records, faults } = readLock(text ?? "", sha256);
  const folded = histories(records);
  return {
    byName: folded.byName,
    faults: [...faults, ...folded.faults].toSorted((a, b) => a.line - b.line),
    records: records.map(({ record }) => record),
    history: (of) => folded.byName.get(nameText(of)) ?? noHistory(of),
  };
}

export interface Edit {
  readonly projectDir: string;
  /** A file by which processes of this machine keep out of each other's way. */
  readonly lock: string;
  /** What the record was made for: nothing may have been done about this name since. */
  readonly seen: History;
  readonly record: LockRecord;
  /** Of a version: the text that it is. */
  readonly text?: string;
}

/**
 * Adds a record to `harness.lock`, whole or not at all, and the file of a version before it.
 * @throws RegistryRefused when anybody did something about that name meanwhile, or the file was changed
 */
export async function addRecord(edit: Edit): Promise<void> {
  // It loads a database, which whoever only reads does without.
  const { exclusively } = await import("./exclusive.ts");
  await exclusively(edit.lock, async () => {
    const { projectDir, record, seen, text } = edit;
    const path = lockPath(projectDir);
    const before = await readFileThere(path);
    const now = registryOf(before);
    refuseFaults(now.faults);
    refuseOvertaken(seen, now.history(seen));
    if (record.record === "version") await writeVersion(projectDir, record, inLf(text ?? ""));
    // Editors and git know nothing of our lock.
    if ((await readFileThere(path)) !== before)
      throw new RegistryRefused(`${lockName} was changed this moment by another program; say it again`);
    await replaceFile(path, lockText([...now.records, record], sha256));
  });
}

/** One line: what is wrong first, and how to see the rest. @throws RegistryRefused */
export function refuseFaults(faults: readonly LockFault[]): void {
  const [first] = faults;
  if (first === undefined) return;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more: harness promote --check)` : "";
  throw new RegistryRefused(`${lockName}:${first.line}: ${first.what}${more}`);
}

function refuseOvertaken(seen: History, now: History): void {
  const isSame = (index: number): boolean =>
    JSON.stringify(seen.records[index]) === JSON.stringify(now.records[index]);
  const isAsSeen =
    seen.records.length === now.records.length && now.records.every((_, index) => isSame(index));
  const last = now.records.at(-1);
  if (isAsSeen) return;
  const what = last === undefined ? "took its lines out" : `${wordsOf(last)} meanwhile ("${last.why}")`;
  throw new RegistryRefused(
    `nothing was changed: ${last?.who ?? "somebody"} ${what}; look at it (${logCommand(now)}), then say yours again`,
  );
}

const wordsOf = (record: LockRecord): string => {
  const name = versionText(record, record.version);
  return record.record === "version" ? `made ${name}` : `put ${name} into ${record.stage}`;
};

/** The text of a version. @throws RegistryRefused naming the file, when it is not there or not what was made */
export async function readVersion(projectDir: string, made: VersionRecord): Promise<string> {
  const path = versionPath(made);
  const text = await readFileThere(join(projectDir, path));
  const name = versionText(made, made.version);
  if (text === null)
    throw new RegistryRefused(
      `${path}: the file of ${name} is not there; put it back: git checkout -- ${path}`,
    );
  if (sha256(inLf(text)) === made.text) return inLf(text);
  throw new RegistryRefused(
    `${path}: this is not ${name} as ${made.who} made it: its digest is ${sha256(inLf(text)).slice(0, 12)}, not ${made.text.slice(0, 12)}; put it back: git checkout -- ${path}`,
  );
}

/** What lies there without a line in the lock is a person's to judge, unless it is the same. */
async function writeVersion(projectDir: string, made: VersionRecord, text: string): Promise<void> {
  const path = versionPath(made);
  if (sha256(text) !== made.text) throw new Error(`${path} is to hold another text than its record says`);
  if (await addFile(join(projectDir, path), text)) return;
  const there = await readFileThere(join(projectDir, path));
  if (there !== null && inLf(there) === text) return;
  throw new RegistryRefused(
    `${path} is there already, and no line of ${lockName} is about it; see where it came from (git log -- ${path}), then remove it, or put the line back`,
  );
}

export const lockName = "harness.lock";
const lockPath = (projectDir: string): string => join(projectDir, lockName);

export const sha256 = (text: string): Digest => createHash("sha256").update(text).digest("hex");
