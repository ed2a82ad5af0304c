import { createHash } from "node:crypto";
import { histories } from "../../../src/core/registry/history.ts";
import type { Histories, History } from "../../../src/core/registry/history.ts";
import { lockText, readLock } from "../../../src/core/registry/lock.ts";
import type { LockRecord, StageRecord, VersionRecord } from "../../../src/core/registry/record.ts";

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export const by = { who: "Ann", at: "2026-07-01T10:00:00.000Z", why: "because", commit: null };

export const made = (version: number, over: Partial<VersionRecord> = {}): VersionRecord => ({
  record: "version",
  kind: "prompt",
  name: "worker",
  version,
  digest: sha256(`closure ${version}`),
  text: sha256(`text ${version}`),
  renderer: 1,
  ...by,
  ...over,
});

export const put = (
  version: number,
  stage: "staging" | "production",
  before: number | null,
  over: Partial<StageRecord> = {},
): StageRecord => ({
  record: "stage",
  kind: "prompt",
  name: "worker",
  version,
  digest: sha256(`closure ${version}`),
  stage,
  before,
  isRollback: false,
  receipt: stage === "production" ? "unproven" : null,
  ...by,
  ...over,
});

export const textOf = (records: readonly LockRecord[]): string => lockText(records, sha256);

/** As a whole file is read: what it says, and all that is wrong with it. */
export function read(text: string): Histories {
  const { records, faults } = readLock(text, sha256);
  const folded = histories(records);
  return { byName: folded.byName, faults: [...faults, ...folded.faults] };
}

export function worker(records: readonly LockRecord[]): History {
  const { byName, faults } = read(textOf(records));
  if (faults.length > 0) throw new Error(faults[0]?.what);
  const history = byName.get("prompt:worker");
  if (history === undefined) throw new Error("nothing is said of the worker");
  return history;
}
