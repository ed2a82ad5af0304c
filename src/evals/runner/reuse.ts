import { canonical } from "../../core/canonical.ts";
import type { Json } from "../../core/canonical.ts";
import type { Digest, Instant } from "../../core/id.ts";
import type { Arm } from "../answer.ts";
import type { KeptAnswer } from "./store.ts";

/** Under what an answer is kept. `identity`: of its subject. */
export const keyOf = (sha256: (text: string) => Digest, sample: number, identity: Json): Digest =>
  sha256(canonical({ v: 1, sample, is: identity }));

/** What an evaluation may take of what is kept. */
export interface Reuse {
  readonly evaluation: string;
  readonly now: Instant;
  /** How old answers of earlier evaluations may be. */
  readonly freshMs: number;
  /** They no longer hold: none is taken. */
  readonly isDoubted: boolean;
  /** None of this arm's is asked again yet, and of some it must be, or nobody sees that another model answers now. */
  readonly mustCheck: boolean;
}

/** What need not be asked; and what is to be compared with the answer of this evaluation, to see whether it still holds. */
export interface Known {
  readonly use: KeptAnswer | null;
  readonly isOwn: boolean;
  readonly check: KeptAnswer | null;
}

const nothing: Known = { use: null, isOwn: false, check: null };

/**
 * What is known of an ask already. An evaluation's own answers count in any case, which is how it goes on after it was
 * killed. Those of earlier ones come from days when the model may have been another one, so they must be fresh, in every arm:
 * an arm of then beside one of now would be compared with another model. Of production a tenth is asked again; of the candidate
 * none, as asking until the luck is right must not help.
 */
export function knownOf(
  sha256: (text: string) => Digest,
  arm: Arm,
  kept: readonly KeptAnswer[],
  { evaluation, now, freshMs, isDoubted, mustCheck }: Reuse,
): Known {
  const own = kept.find((one) => one.evaluation === evaluation) ?? null;
  const earlier = kept.find((one) => one.evaluation !== evaluation) ?? null;
  const isUsable = earlier !== null && !isDoubted && now - earlier.at <= freshMs;
  const isToCheck =
    isUsable && arm !== "candidate" && (mustCheck || isChecked(sha256, evaluation, earlier.key));
  const check = isToCheck ? earlier : null;
  if (own !== null) return { use: own, isOwn: true, check };
  if (!isUsable) return nothing;
  return isToCheck ? { ...nothing, check } : { use: earlier, isOwn: false, check: null };
}

const checkedShare = 0.1;

/** The same tenth each time an evaluation goes on. */
const isChecked = (sha256: (text: string) => Digest, evaluation: string, key: Digest): boolean =>
  Number.parseInt(sha256(`check ${evaluation} ${key}`).slice(0, 13), 16) / 2 ** 52 < checkedShare;
