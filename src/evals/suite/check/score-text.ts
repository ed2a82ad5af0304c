import { rangeOf } from "../../gate/spec.ts";
import type { GuardSpec } from "../../gate/spec.ts";
import { metricNamed } from "../../metrics/table.ts";
import type { Case } from "../case.ts";

/** Whether a metric needs no more than a text, and perhaps a reference. */
export const isOfText = (metric: string): boolean =>
  ["gold", "answer"].includes(metricNamed(metric)?.needs ?? "");

/** What a text scores as the answer to a case; null: no metric that is built in says. */
export function scoreText(metric: string, one: Case, pred: string): number | null {
  const found = metricNamed(metric);
  if (found === undefined || !isOfText(metric)) return null;
  const gold = "expect" in one ? one.expect : undefined;
  if (found.needs === "gold" && gold === undefined) return null;
  const value = found.value({ gold, pred }, "strict");
  return typeof value === "number" ? value : null;
}

/** A text that is right. */
export const rightText = (one: Case): string | null =>
  "expect" in one && one.expect !== undefined ? ([one.expect].flat()[0] ?? null) : null;

export function bestOf(guard: GuardSpec): number {
  if (guard.kind === "ratio") return 1;
  const [low, high] = rangeOf(guard);
  return guard.better === "higher" ? high : low;
}

export function worstScore(guard: GuardSpec): number {
  const [low, high] = rangeOf(guard);
  return guard.better === "higher" ? low : high;
}
