import type { ScoredAnswer } from "../../answer.ts";
import type { Assumption, Level } from "../../gate/plan/assumption.ts";
import { lossOf, scoreOfLoss, worstOf } from "../../gate/losses.ts";
import { median } from "../../gate/medians.ts";
import type { GateSpec, GuardSpec } from "../../gate/spec.ts";
import type { StoredReport } from "../../report/report.ts";
import { alikenessOf } from "./alikeness.ts";
import { answersBy, standingIn } from "./standing.ts";
import type { Standing } from "./standing.ts";

/** What stored reports of a suite say of its next evaluation. */
export interface Measured {
  /** By guard; one of which no report holds two answers to one case is not there. */
  readonly guards: Readonly<Record<string, Assumption>>;
  /** By the same guards: how good the answers are, against floors. */
  readonly levels: Readonly<Record<string, Level>>;
  /** How far differences (of a first version: losses) of cases of a cluster are alike, from 0 to 1; null: it cannot be told. */
  readonly alike: number | null;
  /** Of one answer, on average; null: unknown. */
  readonly micros: number | null;
  /** How many answers this is from. */
  readonly answers: number;
  /** Whose they are; null: there are none. */
  readonly of: Standing | null;
}

/**
 * How answers of production (while nothing is: of a first version) vary between and within cases, over all reports: an
 * answer that was reused counts once. @param production digest of the closure that is in production
 */
export function assumptionsFrom(
  reports: readonly StoredReport[],
  gate: GateSpec,
  production: string | null,
): Measured {
  const of = standingIn(reports, production);
  const answers = of === null ? [] : answersOf(reports, of);
  const byCase = [...Map.groupBy(answers, (one) => one.case).values()];
  const guards: Record<string, Assumption> = {};
  const levels: Record<string, Level> = {};
  for (const [name, guard] of Object.entries(gate.guards)) {
    const values = byCase.map((some) => some.flatMap((answer) => valueOf(guard, answer)));
    const assumed = assumedOf(guard, values);
    if (assumed === null) continue;
    guards[name] = assumed;
    levels[name] = levelOf(guard, assumed, values);
  }
  const micros = answers.flatMap(({ answered }) => answered.micros ?? []);
  return {
    guards,
    levels,
    alike: alikenessOf(reports, gate, production === null),
    micros: micros.length === 0 ? null : meanOf(micros),
    answers: answers.length,
    of,
  };
}

function answersOf(reports: readonly StoredReport[], standing: Standing): readonly ScoredAnswer[] {
  const byKey = new Map<string, ScoredAnswer>();
  for (const report of reports)
    for (const answer of answersBy(standing, report))
      if (!byKey.has(answer.key)) byKey.set(answer.key, answer);
  return [...byKey.values()];
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

/** Cases differ by what their averages differ by, less what single answers make of that. */
function levelOf(guard: GuardSpec, assumed: Assumption, perCase: readonly (readonly number[])[]): Level {
  const answered = perCase.filter(({ length }) => length > 0);
  const means = answered.map(meanOf);
  const each = meanOf(answered.map(({ length }) => 1 / length));
  const chance = assumed.kind === "rate" ? assumed.discordance / 2 : assumed.sd ** 2;
  const between = means.length < 2 ? 0 : Math.max(0, varianceOf(means) - chance * each);
  return { loss: lossAt(guard, means), between: Math.sqrt(between) };
}

/** Of an amount the median, as the gate judges it. */
function lossAt(guard: GuardSpec, means: readonly number[]): number {
  if (guard.kind !== "ratio") return lossOf(guard, meanOf(means));
  return lossOf(guard, Math.exp(median(Float64Array.from(means).toSorted())));
}

/** Answers that never differ have shown no spread yet, which is not none. */
const leastSd = 0.001;

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
