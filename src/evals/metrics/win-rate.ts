import { medianOf, summaryOf } from "./summary.ts";

/** A metric that rows are compared by; null: neither way is better, so it is left out. */
export interface Column {
  readonly name: string;
  readonly lowerIsBetter: boolean | null;
}

export type Aggregation = "mean" | "median";

/**
 * For each row (a model, a version) the chance that it beats another row drawn at random, per column, then over columns.
 * A tie is half a win. Columns with fewer than two values are left out; a row without a comparison has null.
 * HELM: `compute_aggregate_row_win_rates` (presentation/summarize.py), whose ties are halves as well.
 * @param rows one value a column; null: not measured
 */
export function winRates(
  columns: readonly Column[],
  rows: readonly (readonly (number | null)[])[],
  aggregation: Aggregation,
): readonly (number | null)[] {
  const perColumn = columns.map(({ lowerIsBetter }, at) =>
    lowerIsBetter === null
      ? []
      : winsIn(
          rows.map((row) => row[at] ?? null),
          lowerIsBetter,
        ),
  );
  return rows.map((_, row) => {
    const rates = perColumn.flatMap((wins) => wins[row] ?? []);
    return aggregation === "mean" ? (summaryOf(rates)?.mean ?? null) : medianOf(rates);
  });
}

/** Of each value the share of the others that it beats. */
function winsIn(values: readonly (number | null)[], lowerIsBetter: boolean): readonly (number | null)[] {
  const there = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  if (there.length < 2) return [];
  return values.map((value) => {
    if (value === null) return null;
    const below = there.findIndex((other) => other === value);
    const above = there.length - 1 - there.lastIndexOf(value);
    const [beaten, unbeaten] = lowerIsBetter ? [above, below] : [below, above];
    return (beaten + (there.length - 1 - beaten - unbeaten) / 2) / (there.length - 1);
  });
}
