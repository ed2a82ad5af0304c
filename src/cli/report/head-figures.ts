import { averagesOf } from "../../evals/report/averages.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import { scaleOf } from "../../evals/report/scale.ts";
import { wholeName, wholesOf } from "../../evals/report/wholes.ts";
import { valueText } from "./figures.ts";
import { guardsOf } from "./opening.ts";

interface HeadFigure {
  readonly name: string;
  /** In units of the metric; null: without bound. */
  readonly value: number | null;
  readonly text: string;
  /** The measure it is of, and which way that is better; null: it is made of all answers at once. */
  readonly metric: string | null;
  readonly better: "higher" | "lower" | null;
  /** Of money, time or tokens: what an answer takes, not how good it is. */
  readonly amount: boolean;
}

/** The candidate in numbers, for lists of reports: by guard, then measures that are no guard's, then what all answers say. */
export function headFigures(report: StoredReport): HeadFigure[] {
  const averages = averagesOf(report, "candidate");
  const guards = guardsOf(report.gate).map(
    ([name, { metric }]) => [name, report.measures.find((one) => one.name === metric)] as const,
  );
  const guarded = new Set(guards.map(([, measure]) => measure?.name));
  const others = report.measures.flatMap((measure) =>
    guarded.has(measure.name) ? [] : [[measure.name, measure] as const],
  );
  const single = [...guards, ...others].flatMap(([name, measure]) => {
    if (measure === undefined) return [];
    const value = averages.get(measure.name) ?? null;
    const text = valueText(scaleOf(measure, report.answers), value);
    const { name: metric, better, kind } = measure;
    return [{ name, value, text, metric, better, amount: kind === "ratio" }];
  });
  return [...single, ...wholeFigures(report)];
}

/** Over all cases; of single classes only the report itself tells. */
const wholeFigures = (report: StoredReport): readonly HeadFigure[] =>
  wholesOf(report)
    .filter(({ group, part, why }) => group === null && why === null && !(part ?? "").startsWith("class "))
    .map((one) => {
      const value = one.arms.candidate?.value ?? null;
      const text = valueText(one.scale, value);
      return { name: wholeName(one), value, text, metric: null, better: null, amount: false };
    });
