import { answerBook } from "./audit/answers.ts";
import { blobFindings } from "./audit/blob-check.ts";
import { chainFindings } from "./audit/chain-check.ts";
import { show } from "./audit/finding.ts";
import type { Finding, Report, Rule } from "./audit/finding.ts";
import { approvalRule } from "./audit/rules/approvals.ts";
import { attemptRule } from "./audit/rules/attempts.ts";
import { batchRule } from "./audit/rules/batches.ts";
import { budgetRule } from "./audit/rules/budget.ts";
import { callRule } from "./audit/rules/calls.ts";
import { effectRule } from "./audit/rules/effects.ts";
import { escalationRule } from "./audit/rules/escalations.ts";
import { integrationRule } from "./audit/rules/integrations.ts";
import { judgingRule } from "./audit/rules/judging.ts";
import { ownershipRule, stuckRule } from "./audit/rules/ownership.ts";
import { pinRule } from "./audit/rules/pins.ts";
import { planRule } from "./audit/rules/plans.ts";
import { turnRule } from "./audit/rules/turns.ts";
import { newStory } from "./audit/story.ts";
import { endRecovery, recoveryEnds, tell } from "./audit/tell.ts";
import { readable } from "./audit/version-check.ts";
import type { Sha256 } from "./chain.ts";
import type { Entry } from "./event.ts";
import type { Digest, Instant } from "./id.ts";
import type { Answer } from "./ports.ts";

/** What the auditor may look at besides the journal. */
export interface AuditWorld {
  /** As `Blobs.missing`. */
  readonly missing: (digests: readonly Digest[]) => Promise<readonly Digest[]>;
  /** All answers to this run, in the order they came. */
  readonly answers: readonly Answer[];
  readonly sha256: Sha256;
  readonly now: Instant;
}

/**
 * Reads the whole journal of one run and says which promises it breaks; empty when it finds nothing.
 * It tells the story of a run by itself and shares no code with the fold, so that a fault of `apply`, `decide` or
 * `recover` cannot hide from it. Linear in the number of entries.
 *
 * What it cannot see by reading only:
 * - A tail that was cut off: only a chain head kept elsewhere shows it. Nor a journal forged whole.
 * - P2: whether an effect really happened, once or twice; only that it was started once and what was said of it.
 * - P3: whether the card showed the bytes it names, and what the person understood.
 * - P4: whether blobs hash to their names, what is inside trees and records, and whether a blob was durable before
 *   the commit that names it (only when it is missing now).
 * - P5: takes two runs: see `finalState` and `compareFinal`.
 * - P6: in which slot a criterion ran, whether the worker's processes were gone, whether protected files were put back
 *   as `restored` says, and where an exit code came from.
 * - P7: prices, tokens the provider counted otherwise, and wall time that passes inside one open call.
 * - P8, P9, P11: files outside the databases, secrets, receipts.
 * - P10: whether something could still be done in a run that stands still; that takes `decide`.
 * - P12: whether the code that ran is the version that was pinned.
 */
export async function audit(entries: readonly Entry[], world: AuditWorld): Promise<readonly Finding[]> {
  const read = readable(entries);
  const findings = [
    ...chainFindings(entries, world.sha256, world.now),
    ...read.findings,
    ...storyFindings(read.entries, world.answers),
    ...(await blobFindings(read.entries, world.missing)),
  ];
  return findings.toSorted((a, b) => (a.seq ?? Infinity) - (b.seq ?? Infinity) || 0);
}

const rules: readonly Rule[] = [
  ownershipRule,
  stuckRule,
  escalationRule,
  batchRule,
  planRule,
  attemptRule,
  turnRule,
  callRule,
  effectRule,
  approvalRule,
  judgingRule,
  integrationRule,
  budgetRule,
  pinRule,
];

function storyFindings(entries: readonly Entry[], given: readonly Answer[]): Finding[] {
  const story = newStory();
  const answers = answerBook(given);
  const findings: Finding[] = [];
  const reportAt =
    (seq: number | null): Report =>
    (promise, what) =>
      findings.push({ promise, seq, what });
  const recovered = (next: Entry | null): void => {
    if (!recoveryEnds(story, next)) return;
    for (const rule of rules) rule.recovered?.(story, reportAt(next?.seq ?? null));
    endRecovery(story);
  };
  for (const entry of entries) {
    recovered(entry);
    const sight = { entry, story, answers, report: reportAt(entry.seq) };
    for (const rule of rules) show(rule, sight);
    tell(story, entry);
  }
  recovered(null);
  for (const rule of rules) rule.end?.(story, reportAt(null));
  return findings;
}
