import { nameText, versionText } from "./artifact.ts";
import { makeCommand, versionPath } from "./kind-words.ts";
import type { LockFault } from "./lock-fault.ts";
import type { LockRecord } from "./record.ts";

/** What git left where two branches wrote in one place, in words; null: there is no such place. */
export function conflictWords(
  lines: readonly string[],
  read: (line: string) => LockRecord | null,
): LockFault | null {
  const start = lines.findIndex((line) => /^(?:<{7}|\|{7}|={7}|>{7})(?: |$)/.test(line));
  if (start === -1) return null;
  const after = lines.findIndex((line, index) => index > start && /^>{7}(?: |$)/.test(line));
  const end = after === -1 ? start : after;
  const marked = lines.slice(start, end + 1);
  const middle = marked.findIndex((line) => /^={7}$/.test(line));
  const base = marked.findIndex((line) => /^\|{7}(?: |$)/.test(line));
  const recordsIn = (from: number, to: number): readonly LockRecord[] =>
    marked.slice(from, to).flatMap((line) => read(line) ?? []);
  const ours = recordsIn(1, base === -1 ? middle : base);
  const theirs = recordsIn(middle, marked.length);
  return {
    line: start + 1,
    what: `two branches meet in lines ${start + 1} to ${end + 1}, and git has marked them: ${mend(ours, theirs)}, then: harness promote --check`,
  };
}

function mend(ours: readonly LockRecord[], theirs: readonly LockRecord[]): string {
  for (const mine of ours) {
    const other = theirs.find((one) => contradicts(mine, one));
    if (other === undefined) continue;
    const name = versionText(mine, mine.version);
    if (mine.record === "version")
      return `both made ${name}. Keep the lines of one side and its ${versionPath(mine)}, make the other anew (${makeCommand(mine)}), take the marker lines out`;
    const into = (record: LockRecord): string => (record.record === "stage" ? record.stage : "");
    return `one puts ${name} into ${into(mine)}, the other ${versionText(other, other.version)} into ${into(other)}. Keep one of these lines, take the marker lines out`;
  }
  return "they do not contradict each other. Keep the lines of both sides, take the marker lines out";
}

/** Two different records of one place in the history of one name. */
function contradicts(a: LockRecord, b: LockRecord): boolean {
  if (nameText(a) !== nameText(b) || JSON.stringify(a) === JSON.stringify(b)) return false;
  if (a.record === "version") return b.record === "version" && a.version === b.version;
  // One version is in one stage.
  return b.record === "stage" && (a.stage === b.stage || a.version === b.version);
}
