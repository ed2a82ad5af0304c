import { averagesOf } from "../../evals/report/averages.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import { scaleOf } from "../../evals/report/scale.ts";
import { valueText } from "./figures.ts";
import { guardsOf } from "./opening.ts";

export interface HeadFigure {
  /** In units of the metric; null: without bound. */
  readonly value: number | null;
  readonly text: string;
}

/** The candidate in numbers, for lists of reports: by guard, then measures that are no guard's. */
export function headFigures(report: StoredReport): Record<string, HeadFigure> {
  const averages = averagesOf(report, "candidate");
  const guards = guardsOf(report.gate).map(
    ([name, { metric }]) => [name, report.measures.find((one) => one.name === metric)] as const,
  );
  const guarded = new Set(guards.map(([, measure]) => measure?.name));
  const others = report.measures.flatMap((measure) =>
    guarded.has(measure.name) ? [] : [[measure.name, measure] as const],
  );
  return Object.fromEntries(
    [...guards, ...others].flatMap(([name, measure]) => {
      if (measure === undefined) return [];
      const value = averages.get(measure.name) ?? null;
      return [[name, { value, text: valueText(scaleOf(measure, report.answers), value) }]];
    }),
  );
}
