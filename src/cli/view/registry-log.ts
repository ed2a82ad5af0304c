import { versionText } from "../../core/registry/artifact.ts";
import { short } from "../../core/registry/history.ts";
import type { LockRecord, StageRecord } from "../../core/registry/record.ts";
import { inColumns } from "./columns.ts";
import { oneLine, timeOfDay } from "./words.ts";

/** What was done about one name, newest first, a line each. */
export const logLines = (
  records: readonly LockRecord[],
  { now, columns }: { readonly now: number; readonly columns: number },
): readonly string[] =>
  inColumns(
    records
      .toReversed()
      .map((record) => [
        timeOfDay(Date.parse(record.at), now),
        oneLine(record.who, 20),
        record.record === "version"
          ? `made ${versionText(record, record.version)} ${short(record.digest)}`
          : doneText(record),
        record.record === "stage" ? proofText(record.receipt) : "",
        record.commit === null ? "" : oneLine(record.commit, 40).slice(0, 7),
        oneLine(record.why, 200),
      ]),
    ["left", "left", "left", "left", "left", "left"],
    columns,
  );

/** `worker@6 is in production, worker@5 archived · unproven`. */
export function stageText(record: StageRecord): string {
  const { version, before, stage, receipt } = record;
  const archived = before === null ? "" : `, ${versionText(record, before)} archived`;
  const proof = receipt === null ? "" : ` · ${proofText(receipt)}`;
  return `${versionText(record, version)} is in ${stage}${record.isRollback ? " again" : ""}${archived}${proof}`;
}

function doneText(record: StageRecord): string {
  const { version, before, stage, isRollback } = record;
  const instead = before === null ? "" : ` for ${versionText(record, before)}`;
  return `${versionText(record, version)} ${isRollback ? "back in" : "to"} ${stage}${instead}`;
}

/** What lets a version be in production. */
export const proofText = (receipt: StageRecord["receipt"]): string =>
  receipt === null ? "" : receipt === "unproven" ? "unproven" : `receipt ${short(receipt)}`;
