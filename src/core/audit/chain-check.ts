import { brokenLink } from "../chain.ts";
import type { Sha256 } from "../chain.ts";
import type { Entry } from "../event.ts";
import type { Instant } from "../id.ts";
import type { Finding } from "./finding.ts";

/** The chain itself: every link, one run, epochs that only owners raise, no entry from the future. */
export function chainFindings(entries: readonly Entry[], sha256: Sha256, now: Instant): Finding[] {
  if (entries.length === 0) return [{ promise: "chain", seq: null, what: "the journal of the run is empty" }];
  const findings: Finding[] = [];
  entries.forEach((entry, position) => {
    const before = entries[position - 1] ?? null;
    for (const what of [
      brokenLink(before, entry, sha256),
      wrongRun(entries, entry),
      wrongEpoch(before, entry),
    ]) {
      if (what !== null) findings.push({ promise: "chain", seq: entry.seq, what });
    }
  });
  const future = entries.find((entry) => entry.at > now);
  if (future !== undefined)
    findings.push({ promise: "chain", seq: future.seq, what: `entry ${future.seq} is dated after now` });
  return findings;
}

const wrongRun = (entries: readonly Entry[], entry: Entry): string | null =>
  entry.run === entries[0]?.run ? null : `entry ${entry.seq} belongs to run ${entry.run}`;

/** `run-created` and the `run-owned` after it share epoch 1; each later `run-owned` adds one. */
function wrongEpoch(before: Entry | null, entry: Entry): string | null {
  if (before === null) {
    return entry.type === "run-created" && entry.epoch === 1
      ? null
      : "the journal does not begin with run-created in epoch 1";
  }
  if (before.type === "run-created") {
    return entry.type === "run-owned" && entry.epoch === before.epoch
      ? null
      : "the run was created and not owned in the same commit";
  }
  const expected = entry.type === "run-owned" ? before.epoch + 1 : before.epoch;
  if (entry.epoch === expected) return null;
  return `${entry.type} is written in epoch ${entry.epoch}, where only epoch ${expected} could write it`;
}
