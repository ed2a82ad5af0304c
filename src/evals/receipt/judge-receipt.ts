import { canonical } from "../../core/canonical.ts";
import { arms } from "../answer.ts";
import type { Arm } from "../answer.ts";
import { GateFault } from "../gate/decide.ts";
import type { Decision } from "../gate/decide.ts";
import { decisionOf } from "./make-receipt.ts";
import type { Receipt } from "./receipt.ts";

export interface Judged {
  /** null: nothing can be judged. */
  readonly decision: Decision | null;
  readonly faults: readonly string[];
}

/** Whether what a receipt says fits itself, and what the gate makes of it. */
export function judgeReceipt(receipt: Receipt): Judged {
  const faults = [...armFaults(receipt), ...answerFaults(receipt), ...judgeFaults(receipt)];
  if (receipt.digest !== receipt.candidate.digest)
    faults.push("digest: it is not that of the candidate, so it is about another version");
  try {
    const decision = decisionOf(receipt);
    return { decision, faults: [...faults, ...verdictFaults(receipt, decision)] };
  } catch (error) {
    if (!(error instanceof GateFault)) throw error;
    return { decision: null, faults: [...faults, ...error.faults] };
  }
}

/** Each answer has its digest, and each arm that answered is named. */
function armFaults(receipt: Receipt): string[] {
  const named: Readonly<Record<Arm, boolean>> = {
    candidate: true,
    baseline: receipt.baseline !== null,
    best: receipt.best !== null,
  };
  return receipt.items.flatMap(({ item, answers }) =>
    arms.flatMap((arm) => {
      const [scored, kept] = [item[arm].length, answers[arm].length];
      if (scored !== kept) return [`item ${item.id}: ${scored} scores and ${kept} answers of ${arm}`];
      if (named[arm] !== scored > 0)
        return [
          `item ${item.id}: ${scored} answers of ${arm}, ${named[arm] ? "which is named" : "and none is named"}`,
        ];
      return [];
    }),
  );
}

/** The same answer to the same case has the same scores, whoever gave it. */
function answerFaults({ items }: Receipt): string[] {
  return items.flatMap(({ item, answers }) => {
    const scores = new Map<string, string>();
    return arms.flatMap((arm) =>
      answers[arm].flatMap((digest, index) => {
        const score = canonical(item[arm][index] ?? null);
        const before = scores.get(digest) ?? score;
        scores.set(digest, before);
        return before === score ? [] : [`item ${item.id}: one and the same answer has two scores`];
      }),
    );
  });
}

function judgeFaults({ gate, judge }: Receipt): string[] {
  const judged = Object.entries(gate.guards).find(([, guard]) => guard.judged);
  return judged === undefined || judge !== null
    ? []
    : [`judge: none is named, and ${judged[0]} is scored by one`];
}

function verdictFaults(receipt: Receipt, { verdict }: Decision): string[] {
  const faults =
    verdict === receipt.verdict ? [] : [`verdict: it says ${receipt.verdict}, and its scores say ${verdict}`];
  const { looks, accepted } = receipt;
  const early =
    verdict === "REJECT"
      ? undefined
      : looks.slice(0, -1).find((_, at) => asPlanned(receipt, looks.slice(0, at + 1)) === "REJECT");
  if (early !== undefined)
    faults.push(
      `looks: by ${early} answers to each item the verdict was REJECT, and the evaluation ends there`,
    );
  if (accepted === null) return faults;
  if (Object.keys(accepted.margins).length === 0) faults.push("accepted: no margin is named");
  const before = asPlanned(receipt, looks);
  if (before !== "INCONCLUSIVE")
    faults.push(`accepted: wider margins are for what is INCONCLUSIVE, and without them this is ${before}`);
  return faults;
}

/** The verdict with the margins of the suite. */
const asPlanned = (receipt: Receipt, looks: readonly number[]): Decision["verdict"] =>
  decisionOf({ ...receipt, looks: [...looks] }, {}).verdict;
