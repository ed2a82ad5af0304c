import { cells, fit, pad, padLeft } from "./cells.ts";

/** How a column stands: its words at the left or at the right of it; the last may be as long as there is room. */
export type Side = "left" | "right";

/** Rows of words in columns that stand under each other, each line shorter than `columns` cells. */
export function inColumns(
  rows: readonly (readonly string[])[],
  sides: readonly Side[],
  columns: number,
): readonly string[] {
  const widths = sides.map((_, column) => Math.max(0, ...rows.map((row) => cells(row[column] ?? ""))));
  return rows.map((row) => {
    const parts = row.map((text, column) => {
      if (column === sides.length - 1) return text;
      const width = widths[column] ?? 0;
      return sides[column] === "right" ? padLeft(text, width) : pad(text, width);
    });
    return fit(
      ` ${parts.filter((_, column) => (widths[column] ?? 0) > 0).join("  ")}`,
      columns - 1,
    ).trimEnd();
  });
}
