import type { Arm, ScoredAnswer } from "../answer.ts";
import { medianOf } from "../metrics/summary.ts";
import type { StoredReport } from "./report.ts";

/** What the answers of one arm took: medians of one answer, and sums. null: not known of any. */
export interface Efficiency {
  readonly answers: number;
  readonly latencyMs: { readonly median: number | null; readonly p95: number | null };
  readonly tokens: { readonly median: number | null; readonly sum: number };
  readonly micros: { readonly median: number | null; readonly sum: number; readonly unknown: number };
  readonly turns: { readonly median: number | null };
}

/** Over answers that came, errors too; to cases as written. null: there is none. */
export function efficiencyOf(report: StoredReport, arm: Arm): Efficiency | null {
  const answers = cameOf(report.answers, arm);
  if (answers.length === 0) return null;
  const latencies = answers.map(({ answered }) => answered.latencyMs);
  const tokens = answers.flatMap(({ answered: { usage } }) =>
    usage === null ? [] : [usage.input + usage.output],
  );
  const micros = answers.flatMap(({ answered }) => answered.micros ?? []);
  return {
    answers: answers.length,
    latencyMs: { median: medianOf(latencies), p95: quantileOf(latencies, 0.95) },
    tokens: { median: medianOf(tokens), sum: sumOf(tokens) },
    micros: { median: medianOf(micros), sum: sumOf(micros), unknown: answers.length - micros.length },
    turns: { median: medianOf(answers.map(({ answered }) => answered.turns)) },
  };
}

/** Milliseconds of each answer that came, ascending. */
export const latenciesOf = ({ answers }: StoredReport, arm: Arm): readonly number[] =>
  cameOf(answers, arm)
    .map(({ answered }) => answered.latencyMs)
    .toSorted((a, b) => a - b);

const cameOf = (answers: readonly ScoredAnswer[], arm: Arm): readonly ScoredAnswer[] =>
  answers.filter((one) => one.arm === arm && one.form === null && one.answered.outcome !== "outage");

/** The least value that at least this share of all does not exceed (nearest rank). */
export function quantileOf(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
