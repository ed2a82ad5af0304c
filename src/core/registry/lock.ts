import type { Digest } from "../id.ts";
import { nameText } from "./artifact.ts";
import { conflictWords } from "./conflict.ts";
import type { LockFault } from "./lock-fault.ts";
import { readRecord, recordLine } from "./record.ts";
import type { LockRecord } from "./record.ts";

/** A record and the line of `harness.lock` on which it stands, counted from 1. */
export interface Placed<R extends LockRecord = LockRecord> {
  readonly record: R;
  readonly line: number;
}

export interface LockFile {
  readonly records: readonly Placed[];
  readonly faults: readonly LockFault[];
}

const heading = "# harness.lock 1: versions and stages, written by harness; lines are added, never changed";

/**
 * The text of `harness.lock`. Each name has a section of its own to which lines are added, so that git merges what was
 * done about different names, and shows as a conflict what was done twice about one.
 */
export function lockText(records: readonly LockRecord[], sha256: (text: string) => Digest): string {
  const sections = Map.groupBy(records, nameText);
  const lines = [...sections]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, all]) => ["", `# ${name}`, ...all.map((one) => recordLine(one, sha256))]);
  return [heading, ...lines, ""].join("\n");
}

/** Reads what `lockText` wrote, as git merged it; line ends of any kind. Every line that cannot be used is a fault. */
export function readLock(text: string, sha256: (text: string) => Digest): LockFile {
  const lines = text.replaceAll(/\r\n?/g, "\n").split("\n");
  const read = (line: string): LockRecord | null => readRecord(line, sha256);
  const conflict = conflictWords(lines, read);
  if (conflict !== null) return { records: [], faults: [conflict] };
  const records: Placed[] = [];
  const faults: LockFault[] = [];
  for (const [index, line] of lines.entries()) {
    const record = read(line);
    if (record !== null) records.push({ record, line: index + 1 });
    else if (!isFrame(lines, index, read)) faults.push({ line: index + 1, what: damaged(index) });
  }
  return { records: withoutRepeats(records), faults };
}

/** Lines that say nothing must be exactly what they are, so that no damage hides in them. */
function isFrame(
  lines: readonly string[],
  index: number,
  read: (line: string) => LockRecord | null,
): boolean {
  const line = lines[index] ?? "";
  if (index === 0) return line === heading || (line === "" && lines.length === 1);
  if (line === "") return true;
  // What cannot be read below it is a fault of its own.
  const below = read(lines[index + 1] ?? "");
  return section.test(line) && (below === null || line === `# ${nameText(below)}`);
}

const section = /^# [a-z]+:[a-z0-9_-]+$/;

const damaged = (index: number): string =>
  index === 0
    ? "this is not how harness begins the file; put it back: git checkout harness.lock"
    : "this line is damaged: it is not what harness wrote there; put it back as it is in git: git log -p harness.lock";

/** A line that two branches both have, because one was picked from the other, says one thing. */
function withoutRepeats(records: readonly Placed[]): readonly Placed[] {
  const seen = new Set<string>();
  return records.filter(({ record }) => {
    const text = JSON.stringify(record);
    return !seen.has(text) && seen.add(text).has(text);
  });
}
