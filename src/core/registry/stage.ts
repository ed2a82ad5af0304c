import { nameText, versionText } from "./artifact.ts";
import type { ArtifactName } from "./artifact.ts";
import { inProduction, newestVersion } from "./history.ts";
import type { History, VersionState } from "./history.ts";
import { logCommand, makeCommand } from "./kind-words.ts";
import type { StageRecord, VersionRecord } from "./record.ts";

/** Who does it, when and why. */
export type Signature = Pick<VersionRecord, "who" | "at" | "why" | "commit">;

/** Why nothing is done, and what to say instead. */
export interface No {
  readonly no: string;
}

export interface Promotion {
  readonly version: number;
  readonly to: "staging" | "production";
  /** The digest of the receipt that was found for this version; null: none was. */
  readonly receipt: string | null;
  /** Why none counts and what to do about it, where more is known than that there is none. */
  readonly without?: string | undefined;
  /** The person answers for it. */
  readonly isUnproven: boolean;
}

/** The next version of a name, unless one says the same in all that counts. */
export function newVersion(
  history: History,
  made: Pick<VersionRecord, "digest" | "text" | "renderer">,
  by: Signature,
): VersionRecord | No {
  const same = [...history.versions.values()].find(({ made: { digest } }) => digest === made.digest);
  if (same !== undefined) return madeAlready(same);
  const version = (newestVersion(history) ?? 0) + 1;
  return { record: "version", ...nameOf(history), version, ...made, ...by };
}

/**
 * Any version may come into staging or production, but what is in production leaves it only when another takes its place.
 * Production asks for a receipt, or for a person who says that there is none.
 */
export function promotion(history: History, asked: Promotion, by: Signature): StageRecord | No {
  const { version, to } = asked;
  const found = history.versions.get(version);
  const name = versionText(history, version);
  if (found === undefined) return unmade(history, version);
  if (found.stage === to) return { no: `${name} is in ${to} already; see: ${logCommand(history)}` };
  if (found.stage === "production")
    return {
      no: `${name} is in production; to take it out: harness rollback ${nameText(history)} --why "…"`,
    };
  const receipt = to === "staging" ? null : (asked.receipt ?? (asked.isUnproven ? "unproven" : null));
  if (to === "production" && receipt === null)
    return {
      no: `${asked.without ?? `no receipt in receipts/ is for ${name}`}; without one a person answers for it: harness promote ${nameText(history)}@${version} --to production --unproven --why "…"`,
    };
  const before = to === "staging" ? history.staging : inProduction(history);
  return { ...placed(found), stage: to, before, isRollback: false, receipt, ...by };
}

/** What was in production before comes back, with the receipt it had. */
export function rollback(history: History, by: Signature): StageRecord | No {
  const [now, back] = [inProduction(history), history.productions.at(-2)];
  if (now === null)
    return {
      no: `no version of ${history.name} is in production; see: ${logCommand(history)}`,
    };
  const found = back === undefined ? undefined : history.versions.get(back);
  if (found === undefined)
    return {
      no: `nothing was in production before ${versionText(history, now)}; to use another version: harness promote ${nameText(history)}@N --to production --why "…"`,
    };
  const receipt = receiptOf(history, found.made.version);
  return { ...placed(found), stage: "production", before: now, isRollback: true, receipt, ...by };
}

/** With which it was last in production; a version that was there has one. */
const receiptOf = ({ records }: History, version: number): StageRecord["receipt"] =>
  records.reduce<StageRecord["receipt"]>(
    (last, one) =>
      one.record === "stage" && one.stage === "production" && one.version === version ? one.receipt : last,
    "unproven",
  );

function madeAlready({ made, stage }: VersionState): No {
  const name = versionText(made, made.version);
  const next =
    stage === "production"
      ? `it is in production; see: ${logCommand(made)}`
      : `to use it: harness promote ${nameText(made)}@${made.version} --to ${stage === "staging" ? "production" : "staging"} --why "…"`;
  return { no: `this is ${name} already, in all that counts; ${next}` };
}

const nameOf = ({ kind, name }: ArtifactName): ArtifactName => ({ kind, name });

const placed = ({ made: { kind, name, version, digest } }: VersionState) =>
  ({ record: "stage", kind, name, version, digest }) as const;

function unmade(history: History, version: number): No {
  const newest = newestVersion(history);
  const known = newest === null ? "it has no version yet" : `the newest is ${versionText(history, newest)}`;
  return {
    no: `there is no ${versionText(history, version)}, ${known}; make one: ${makeCommand(history)}`,
  };
}
