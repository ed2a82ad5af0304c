import { sidesOf, sideText } from "../../../evals/report/arms.ts";
import type { Estimate } from "../../../evals/report/estimate.ts";
import type { StoredReport } from "../../../evals/report/report.ts";
import type { Whole } from "../../../evals/report/whole.ts";
import { wholeName } from "../../../evals/report/wholes.ts";
import { excerpt } from "../../page/bounded.ts";
import { html } from "../../page/html.ts";
import type { Html } from "../../page/html.ts";
import { oneLine, plural } from "../../view/words.ts";
import { differenceText, valueText } from "../figures.ts";
import { table } from "./region.ts";

const mostRows = 60;

/** Numbers made of all answers at once, each arm with its interval, and how the candidate differs. */
export function wholeSection(report: StoredReport, wholes: readonly Whole[]): Html {
  const others = sidesOf(report).filter(({ arm }) => arm !== "candidate");
  const { first, missing, last } = excerpt(wholes, mostRows);
  const columns = [
    { name: "metric" },
    ...sidesOf(report).map(({ side }) => ({ name: sideText(side), isLine: true })),
    ...others.map(({ side }) => ({ name: `less ${sideText(side)}`, isLine: true })),
  ];
  return html`<p class="note">
      Made of all answers to a case, or of all answers of an arm, so the gate does not look at them. Intervals
      at 95 %, over clusters of cases.
    </p>
    ${table(
      "numbers made of all answers at once",
      columns,
      [...first, ...last].map((one) => [nameCell(one), ...cellsOf(report, one, columns.length - 1)]),
    )}
    ${missing === 0 ? null : html`<p class="note">${plural(missing, "more row")} would not fit.</p>`}`;
}

const nameCell = (one: Whole): Html =>
  html`${oneLine(wholeName(one), 60)}${one.group === null ? "" : `, ${oneLine(one.group, 40)}`}
    <span class="note">${one.cases}</span>`;

function cellsOf(report: StoredReport, { why, scale, arms, against }: Whole, count: number): readonly Html[] {
  if (why !== null)
    return Array.from({ length: count }, (_, at) =>
      at === 0 ? html`<span class="note">not defined: ${oneLine(why, 160)}</span>` : html``,
    );
  const sides = sidesOf(report);
  return [
    ...sides.map(({ arm }) => cell(arms[arm], (value) => valueText(scale, value))),
    ...sides.flatMap(({ arm }) =>
      arm === "candidate" ? [] : [cell(against[arm], (value) => differenceText(scale, value))],
    ),
  ];
}

const cell = (estimate: Estimate | null, text: (value: number | null) => string): Html =>
  html`<b>${text(estimate?.value ?? null)}</b>
    <span class="note">${text(estimate?.low ?? null)} to ${text(estimate?.high ?? null)}</span>`;
