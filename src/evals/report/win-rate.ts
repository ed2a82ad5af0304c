import type { Arm } from "../answer.ts";
import { winRates } from "../metrics/win-rate.ts";
import { sidesOf } from "./arms.ts";
import type { Dimension } from "./dimensions.ts";
import type { StoredReport } from "./report.ts";

export interface WinRate {
  readonly arm: Arm;
  /** The chance to beat another arm, ties as halves, over all measures but amounts (HELM's mean win rate); null: nothing compared. */
  readonly rate: number | null;
}

/** None for fewer than three arms, where it would say no more than the differences do. */
export function winRatesOf(report: StoredReport, dimensions: readonly Dimension[]): readonly WinRate[] {
  const sides = sidesOf(report);
  if (sides.length < 3) return [];
  const whole = dimensions.filter(
    ({ group, concern, measure: { kind } }) => group === null && concern === null && kind !== "ratio",
  );
  const columns = whole.map(({ measure: { name, better } }) => ({ name, lowerIsBetter: better === "lower" }));
  const rows = sides.map(({ arm }) => whole.map(({ arms }) => arms[arm]?.value ?? null));
  const rates = winRates(columns, rows, "mean");
  return sides.map(({ arm }, index) => ({ arm, rate: rates[index] ?? null }));
}
