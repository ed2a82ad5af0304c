import { pad, wrap } from "./cells.ts";
import { stillVisible } from "./visible.ts";

/** What is said of a run, under a name each. */
export type Rows = readonly (readonly [name: string, value: string])[];

/** Names in one column, what they say in the next, on as many lines as it takes. */
export function textOf(rows: Rows, columns: number): string {
  const width = Math.max(20, columns - 13);
  const lines = rows.flatMap(([name, value]) =>
    wrap(stillVisible(value.replaceAll(/[\n\t]/g, " ")), width).map(
      (line, index) => ` ${pad(index === 0 ? name : "", 11)}${line}`,
    ),
  );
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}
