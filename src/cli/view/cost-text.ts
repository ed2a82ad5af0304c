import type { Reservation } from "../../core/event.ts";
import type { Purpose } from "../../core/cost/charge.ts";
import { purposes } from "../../core/cost/charge.ts";
import type { Key } from "../../core/cost/rows.ts";
import { knownMicros } from "../../core/cost/sum.ts";
import type { Sum } from "../../core/cost/sum.ts";
import { decimalsFor, moneyText } from "./cost-money.ts";
import { purposeLines, rowLines } from "./cost-table.ts";
import type { Money, Sums } from "./cost-table.ts";
import { wrap } from "./cells.ts";
import { plural, tokensText } from "./words.ts";

/** What is told of what was paid. */
export interface CostPage extends Sums {
  /** Of what: `run 7k2m`, `3 runs`. */
  readonly title: string;
  readonly by: Key;
  readonly purposes: Readonly<Record<Purpose, Sum>>;
  readonly open: readonly Reservation[];
  /** Full names of models without a price. */
  readonly unpriced: readonly string[];
  /** How forecasts came out, in words. */
  readonly forecasts: readonly string[];
}

/** A page for people, every line shorter than `columns`. */
export function costText(page: CostPage, columns: number): string {
  const { title, by, total } = page;
  if (total.calls === 0)
    return `${[...wrap(title, columns - 2).map((line) => ` ${line}`), "", " no call of a model has ended"].join("\n")}\n`;
  const told = purposes
    .map((purpose) => ({ key: purposeNames[purpose], sum: page.purposes[purpose] }))
    .filter(({ key, sum }) => key !== purposeNames.inWork || sum.calls > 0);
  const money: Money = { decimals: decimalsFor(total.micros), isUnknown: knownMicros(total) === null };
  const lines = [
    ...wrap(title, columns - 2).map((line) => ` ${line}`),
    "",
    ...purposeLines({ rows: told, total }, money, columns),
    "",
    ...rowLines(by === "day" ? "day (UTC)" : by, page, money, columns),
    ...below(notesOf(page, money), columns),
  ];
  return `${lines.join("\n")}\n`;
}

export const purposeNames: Readonly<Record<Purpose, string>> = {
  accepted: "accepted work",
  rejected: "rejected attempts",
  inWork: "in work",
  planning: "planning",
  judging: "judging",
};

/** Notes under the table, under a sign or a word each. */
function below(
  notes: readonly (readonly [sign: string, text: string])[],
  columns: number,
): readonly string[] {
  if (notes.length === 0) return [];
  const width = Math.max(...notes.map(([sign]) => sign.length)) + 2;
  const lines = notes.flatMap(([sign, text]) =>
    wrap(text, columns - 2 - width).map(
      (line, index) => ` ${(index === 0 ? sign : "").padEnd(width)}${line}`,
    ),
  );
  return ["", ...lines];
}

/** What is to be said of these sums, each under a sign or a word. */
export function notesOf(
  page: Omit<CostPage, "title" | "by" | "purposes">,
  money: Money,
): readonly (readonly [sign: string, text: string])[] {
  const { total, open, unpriced, forecasts } = page;
  const { cut, uncounted } = total.guessed;
  return [
    ...(cut + uncounted > 0 ? [["~", guessedText(total, money)] as const] : []),
    ...(total.unpriced.calls > 0 ? [["?", unpricedText(total, unpriced)] as const] : []),
    ...(open.length > 0 ? [["open", openText(open, money)] as const] : []),
    ...forecasts.map((text, index) => [index === 0 ? "forecast" : "", text] as const),
  ];
}

function guessedText({ guessed }: Sum, money: Money): string {
  const { cut, uncounted, micros } = guessed;
  const why = [
    ...(cut > 0 ? [`${cut} cut`] : []),
    ...(uncounted > 0 ? [`${uncounted} not counted by the provider`] : []),
  ].join(", ");
  const amount = micros > 0 ? ` (${moneyText(micros, money.decimals)})` : "";
  return `${plural(cut + uncounted, "call is", "calls are")} charged what was reserved${amount}: ${why}`;
}

function unpricedText({ unpriced: { calls, tokens } }: Sum, models: readonly string[]): string {
  const whose = calls === 1 ? "its price is" : "their price is";
  return `${plural(calls, "call")} of ${models.join(", ")}, ${tokensText(tokens)}: ${whose} unknown and in no sum; runs to come know it from prices: in harness.yaml`;
}

function openText(open: readonly Reservation[], money: Money): string {
  const priced = open.flatMap(({ micros }) => micros ?? []);
  const most = priced.reduce((sum, micros) => sum + micros, 0);
  const calls = plural(open.length, "call has", "calls have");
  const dear =
    priced.length < open.length
      ? "what that costs is unknown"
      : `that may add up to ${moneyText(most, money.decimals)}`;
  return `${calls} not ended; ${dear}`;
}
