import { pad, wrap } from "./cells.ts";
import { stillVisible } from "./visible.ts";

/** What is said of a run, under a name each. */
export type Rows = readonly (readonly [name: string, value: string])[];

/** Names in one column, what they say in the next, on as many lines as it takes. */
export function textOf(rows: Rows, columns: number): string {
  const names = Math.max(11, ...rows.map(([name]) => name.length + 1));
  const width = Math.max(20, columns - 2 - names);
  const lines = rows.flatMap(([name, value]) =>
    wrap(stillVisible(value.replaceAll(/[\n\t]/g, " ")), width).map(
      (line, index) => ` ${pad(index === 0 ? name : "", names)}${line}`,
    ),
  );
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}
