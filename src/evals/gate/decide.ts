import { evidenceOf } from "./evidence.ts";
import type { GuardEvidence } from "./evidence.ts";
import { gateFaults } from "./faults.ts";
import type { ScoredItem } from "./item.ts";
import { judgedMargin } from "./judge.ts";
import type { JudgedMargin, JudgeLabels } from "./judge.ts";
import type { GateSpec } from "./spec.ts";
import { trialsOf } from "./trial.ts";
import type { Trials } from "./trial.ts";
import { waysOut } from "./ways-out.ts";
import type { WaysOut } from "./ways-out.ts";

/** What an evaluation brings before its gate. */
export interface Evaluation {
  readonly items: readonly ScoredItem[];
  /** The looks taken, the last of them now: some of the spec's, ascending. Items hold so many answers each, or more. */
  readonly looks: readonly number[];
  /** How the judge agrees with people, where one is used and labels are there. */
  readonly judge?: JudgeLabels | undefined;
  /** Wider margins (ratios, floors) by guard that a person signed for. */
  readonly accepted?: Readonly<Record<string, number>> | undefined;
}

export type Verdict = "PROMOTE" | "REJECT" | "INCONCLUSIVE";

/** What the gate says: plain data, the same for the same evaluation on any machine. */
export interface Decision {
  readonly verdict: Verdict;
  /** Answers to each item at this look, and at the next; null: this was the last. */
  readonly look: number;
  readonly next: number | null;
  /** Against production, the best version ever, and (a first version) against floors. */
  readonly guards: readonly GuardEvidence[];
  /** Whether the metric that had to get better did; null where none had to. */
  readonly primary: GuardEvidence | null;
  /** What the judge leaves of the margins it is used for, by guard. */
  readonly judged: Readonly<Record<string, JudgedMargin>>;
  /** Null where the verdict is not INCONCLUSIVE. */
  readonly waysOut: WaysOut | null;
}

/** An evaluation that cannot be judged: `faults` say what is wrong, where, and what to do. */
export class GateFault extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`${faults[0] ?? ""}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ""}`);
    this.name = "GateFault";
    this.faults = faults;
  }
}

/**
 * PROMOTE where every comparison holds and the primary metric, if one is named, got better; REJECT where one is worse than
 * its margin beyond doubt; else INCONCLUSIVE. Outages decide nothing: a comparison holds, or is worse, only if it is so
 * whatever they would have been.
 * @throws GateFault
 */
export function decideGate(spec: GateSpec, evaluation: Evaluation): Decision {
  const trials = soundTrials(spec, evaluation);
  const verdict = verdictOf(trials);
  const look = evaluation.looks.at(-1) ?? 0;
  return {
    verdict,
    look,
    next: spec.looks.find((one) => one > look) ?? null,
    guards: trials.compared.map((trial) => evidenceOf(trial, spec.least_df)),
    primary: trials.primary === null ? null : evidenceOf(trials.primary, spec.least_df),
    judged: judgedOf(spec, evaluation),
    waysOut: verdict === "INCONCLUSIVE" ? waysOut(spec, look, trials) : null,
  };
}

/** The verdict alone: for many evaluations in a row, as of shuffled arms. @throws GateFault */
export const gateVerdict = (spec: GateSpec, evaluation: Evaluation): Verdict =>
  verdictOf(soundTrials(spec, evaluation));

function soundTrials(spec: GateSpec, evaluation: Evaluation): Trials {
  const faults = gateFaults(spec, evaluation);
  if (faults.length > 0) throw new GateFault(faults);
  return trialsOf(spec, evaluation.items, evaluation.looks, evaluation.accepted ?? {});
}

function verdictOf({ compared, primary }: Trials): Verdict {
  if (compared.some(({ status }) => status === "worse")) return "REJECT";
  const all = primary === null ? compared : [...compared, primary];
  return all.every(({ status }) => status === "holds") ? "PROMOTE" : "INCONCLUSIVE";
}

function judgedOf(spec: GateSpec, { judge, accepted = {} }: Evaluation): Record<string, JudgedMargin> {
  const found: Record<string, JudgedMargin> = {};
  for (const [name, guard] of Object.entries(spec.guards)) {
    if (!guard.judged || guard.kind === "ratio" || judge === undefined) continue;
    found[name] = judgedMargin(accepted[name] ?? guard.margin, judge);
  }
  return found;
}
