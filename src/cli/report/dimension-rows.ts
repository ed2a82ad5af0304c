import type { Dimension } from "../../evals/report/dimensions.ts";
import { sidesOf, sideText } from "../../evals/report/arms.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import type { Reported } from "../../evals/report/reported.ts";
import { differenceText, valueText } from "./figures.ts";
import { wholesOf } from "../../evals/report/wholes.ts";
import { reportedValues } from "./reported-line.ts";
import { wholeRows, wholeText } from "./whole-rows.ts";

/** A dimension that decides nothing, as a name and what it says. */
export interface ReportedRow {
  readonly name: string;
  readonly says: string;
}

/** What a suite wants reported, each measure over all cases that is none of its guards, and what is made of all answers. */
export function reportedRows(
  report: StoredReport,
  reported: readonly Reported[],
  dimensions: readonly Dimension[],
): readonly ReportedRow[] {
  const guarded = new Set(Object.values(report.gate.guards).map(({ metric }) => metric));
  const wanted = new Set(reported.map(({ name }) => name));
  const others = dimensions.filter(
    ({ measure, group, concern }) =>
      group === null &&
      concern === null &&
      !wanted.has(measure.name) &&
      (report.mode === "smoke" || !guarded.has(measure.name)),
  );
  return [
    ...reported.map((one) => ({ name: one.name, says: reportedValues(report, one) })),
    ...others.map((one) => ({ name: one.measure.name, says: dimensionText(report, one) })),
    ...wholeRows(report, wholesOf(report)).map((one) => ({ name: one.name, says: wholeText(report, one) })),
  ];
}

/** `worker@5 .843, worker@6 .849: +0.6 pts (−1.2 pts to +2.4 pts)`. */
function dimensionText(report: StoredReport, { scale, arms, against }: Dimension): string {
  const values = sidesOf(report).map(
    ({ arm, side }) => `${sideText(side)} ${valueText(scale, arms[arm]?.value ?? null)}`,
  );
  const { baseline } = against;
  if (baseline === null) return values.join(", ");
  const [value, low, high] = [baseline.value, baseline.low, baseline.high].map((one) =>
    differenceText(scale, one),
  );
  return `${values.join(", ")}: ${value} (${low} to ${high})`;
}
