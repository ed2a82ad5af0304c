import type { Row } from "../../core/cost/rows.ts";
import { tokenCount } from "../../core/cost/rows.ts";
import { knownMicros } from "../../core/cost/sum.ts";
import type { Sum } from "../../core/cost/sum.ts";
import { cells, fit, pad, padLeft } from "./cells.ts";
import { bar, percent } from "./cost-bar.ts";
import { moneyText, shares } from "./cost-money.ts";
import type { Decimals } from "./cost-money.ts";
import { short } from "./words.ts";

/** Sums under a name each, and all of them together. */
export interface Sums {
  readonly rows: readonly Row[];
  readonly total: Sum;
}

/** How amounts are shown on one page. */
export interface Money {
  readonly decimals: Decimals;
  /** No price is known: bars are of tokens. */
  readonly isUnknown: boolean;
}

/** Longer ones say nothing more. */
const widestBar = 32;
/** Shorter ones say nothing. */
const leastBar = 6;
/** Shorter ones cannot be told apart. */
const leastName = 8;

/** What money went for: a line each with its share and a bar. */
export function purposeLines({ rows, total }: Sums, money: Money, columns: number): readonly string[] {
  const amounts = rows.map(({ sum }) => amountOf(sum, money));
  const texts = money.isUnknown
    ? rows.map(({ sum }) => `${short(tokenCount(sum))} tokens`)
    : moneyTexts({ rows, total }, money.decimals);
  const table = rows.map(({ key, sum }, index) => [
    key,
    texts[index] ?? "",
    !money.isUnknown && knownMicros(sum) === null
      ? "?"
      : percent(amounts[index] ?? 0, amountOf(total, money)),
  ]);
  return withBars(table, amounts, columns);
}

/** A line for each row under a line of names; below them the total. */
export function rowLines(
  name: string,
  { rows, total }: Sums,
  money: Money,
  columns: number,
): readonly string[] {
  const texts = moneyTexts({ rows, total }, money.decimals);
  const lines = [...rows, { key: "total", sum: total }].map(({ key, sum }, index) => [
    key,
    texts[index] ?? "",
    short(sum.tokens.input),
    percent(sum.tokens.cached, sum.tokens.input),
    short(sum.tokens.output),
    String(sum.calls),
  ]);
  const heads = [name, money.isUnknown ? "price" : "money", "tokens in", "cached", "out", "calls"];
  const amounts = [0, ...rows.map(({ sum }) => amountOf(sum, money)), 0];
  return withBars([heads, ...lines], amounts, columns);
}

const amountOf = (sum: Sum, { isUnknown }: Money): number => (isUnknown ? tokenCount(sum) : sum.micros);

/** Of each row, then of the total; `~` before what is partly a guess, `+?` after what is partly unknown. */
export function moneyTexts({ rows, total }: Sums, decimals: Decimals): readonly string[] {
  const shown = shares(
    rows.map(({ sum }) => sum.micros),
    decimals,
  );
  const isMixed = suffixOf(total) !== "";
  return [...rows.map(({ sum }) => sum), total].map((sum, index) => {
    const { cut, uncounted } = sum.guessed;
    const sign = cut + uncounted > 0 ? "~" : "";
    const text = knownMicros(sum) === null ? "unknown" : sign + moneyText(sum.micros, decimals, shown[index]);
    return text + (isMixed ? suffixOf(sum).padEnd(2) : "");
  });
}

const suffixOf = (sum: Sum): string => (sum.unpriced.calls > 0 && knownMicros(sum) !== null ? "+?" : "");

/** The first column at the left, the others at the right; then bars, where there is room. Every line is shorter than `columns`. */
function withBars(
  table: readonly (readonly string[])[],
  amounts: readonly number[],
  columns: number,
): readonly string[] {
  const widths = (table[0] ?? []).map((_, at) => Math.max(...table.map((row) => cells(row[at] ?? ""))));
  const [named = 0, ...others] = widths;
  const fixed = others.reduce((sum, width) => sum + 2 + width, 2);
  const name = Math.min(named, Math.max(leastName, columns - fixed));
  const room = Math.min(widestBar, columns - fixed - name - 2);
  const longest = Math.max(...amounts);
  return table.map(([key = "", ...rest], at) => {
    const figures = rest.map((text, column) => `  ${padLeft(text, others[column] ?? 0)}`).join("");
    const drawn = room < leastBar ? "" : `  ${bar(amounts[at] ?? 0, longest, room)}`;
    return fit(` ${pad(inTheMiddle(key, name), name)}${figures}${drawn}`.trimEnd(), columns - 1);
  });
}

/** Cut where names of models and tasks differ least. Names are ASCII, or short. */
function inTheMiddle(text: string, width: number): string {
  if (cells(text) <= width || width < 8 || !/^[\x20-\x7e]*$/.test(text)) return text;
  const tail = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
}
