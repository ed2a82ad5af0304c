import type { Arm, ScoredAnswer } from "../../answer.ts";
import type { Assumption } from "../../gate/plan/assumption.ts";
import { scoreOfLoss, worstOf } from "../../gate/losses.ts";
import type { GateSpec, GuardSpec } from "../../gate/spec.ts";
import type { StoredReport } from "../../report/report.ts";
import { alikenessOf } from "./alikeness.ts";

/** What stored reports of a suite say of its next evaluation. */
export interface Measured {
  /** By guard; one of which no report holds two answers to one case is not there. */
  readonly guards: Readonly<Record<string, Assumption>>;
  /** How far differences of cases of a cluster are alike, from 0 to 1; null: it cannot be told. */
  readonly alike: number | null;
  /** Of one answer, on average; null: unknown. */
  readonly micros: number | null;
  /** How many answers this is from. */
  readonly answers: number;
}

/**
 * How answers of production (of a first version: its own) vary between and within cases, over all reports: an answer that
 * was reused counts once.
 */
export function assumptionsFrom(reports: readonly StoredReport[], gate: GateSpec): Measured {
  const answers = productionAnswers(reports);
  const byCase = [...Map.groupBy(answers, ({ caseOf }) => caseOf).values()];
  const guards: Record<string, Assumption> = {};
  for (const [name, guard] of Object.entries(gate.guards)) {
    const values = byCase.map((some) => some.flatMap(({ answer }) => valueOf(guard, answer)));
    const assumed = assumedOf(guard, values);
    if (assumed !== null) guards[name] = assumed;
  }
  const micros = answers.flatMap(({ answer }) => answer.answered.micros ?? []);
  return {
    guards,
    alike: alikenessOf(reports, gate),
    micros: micros.length === 0 ? null : meanOf(micros),
    answers: answers.length,
  };
}

interface ProductionAnswer {
  /** The version that answered, and the case. */
  readonly caseOf: string;
  readonly answer: ScoredAnswer;
}

function productionAnswers(reports: readonly StoredReport[]): readonly ProductionAnswer[] {
  const seen = new Set<string>();
  return reports.flatMap((report) => {
    const arm: Arm = report.baseline === null ? "candidate" : "baseline";
    const { digest } = report.baseline ?? report.candidate;
    return report.answers
      .filter((one) => one.arm === arm && one.form === null && seen.size < seen.add(one.key).size)
      .map((answer) => ({ caseOf: `${digest} ${answer.case}`, answer }));
  });
}

/** Of a ratio its logarithm. Outages, and errors of a ratio, are none. */
function valueOf(guard: GuardSpec, { scores }: ScoredAnswer): readonly number[] {
  const score = scores[guard.metric];
  if (guard.kind === "ratio") return typeof score === "number" && score > 0 ? [Math.log(score)] : [];
  if (score === "error") return [scoreOfLoss(guard, worstOf(guard))];
  return typeof score === "number" ? [score] : [];
}

function assumedOf(guard: GuardSpec, perCase: readonly (readonly number[])[]): Assumption | null {
  const repeated = perCase.filter((values) => values.length > 1);
  if (repeated.length === 0) return null;
  const variance = meanOf(repeated.map(varianceOf));
  if (guard.kind !== "rate") return { kind: guard.kind, sd: Math.max(leastSd, Math.sqrt(variance)), gain: 0 };
  // As if one more answer were half right: no share is 0 or 1 because nothing else was seen yet.
  const all = perCase.flat();
  const rate = (all.reduce((sum, one) => sum + one, 0) + 0.5) / (all.length + 1);
  const most = 2 * rate * (1 - rate);
  // Two answers of 0 or 1 differ twice as often as they vary.
  return { kind: "rate", rate, discordance: Math.min(Math.max(2 * variance, most / 100), most), gain: 0 };
}

/** Answers that never differ have shown no spread yet, which is not none. */
const leastSd = 0.001;

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
