import type { Decision } from "../../../evals/gate/decide.ts";
import { sideText } from "../../../evals/report/arms.ts";
import type { Report } from "../../../evals/report/report.ts";
import { html } from "../../page/html.ts";
import type { Html, Piece } from "../../page/html.ts";
import { status } from "../../page/marks.ts";
import { endingLines } from "../ending.ts";
import { countText, moneyText, spanText } from "../figures.ts";
import { guardRows, primaryRow } from "../guard-table.ts";
import type { GuardRow } from "../guard-table.ts";
import { judgedTexts } from "../judged.ts";
import { table } from "./region.ts";

/** Every test of the gate with what it found, the looks taken, and what to do now. */
export function gateSection(report: Report, decision: Decision): Html {
  const { gate } = report;
  const against = ["baseline", "floor", "best"] as const;
  const primary = primaryRow(gate, decision);
  const rows = [
    ...against.flatMap((one) => guardRows(gate, decision, one)),
    ...(primary === null ? [] : [primary]),
  ];
  const judged = judgedTexts(gate, decision);
  const ending = endingLines(report, decision, { receipt: null, exit: null, columns: 60 });
  return html`${guardTable(report, rows)}
    ${
      judged.length === 0
        ? null
        : html`<ul>
            ${judged.map((text) => html`<li>The judge of ${text}.</li>`)}
          </ul>`
    }
    <pre class="said">${ending.map((line) => `${line.slice(1)}\n`)}</pre>
    ${looksTable(report)}`;
}

function guardTable(report: Report, rows: readonly GuardRow[]): Html {
  const other =
    report.baseline === null ? [] : [{ name: "held against" }, { name: "its value", isNumber: true }];
  return table(
    "tests of the gate",
    [
      { name: "guard" },
      ...other,
      { name: sideText(report.candidate), isNumber: true },
      { name: "difference", isNumber: true },
      { name: "still plausible", isNumber: true },
      { name: report.baseline === null ? "floor" : "margin", isNumber: true },
      { name: "stands" },
      { name: "p ≤ level", isNumber: true },
      { name: "degrees", isNumber: true },
    ],
    rows.map((row) => guardCells(report, row)),
  );
}

function guardCells(report: Report, row: GuardRow): readonly Piece[] {
  const { evidence, isPrimary } = row;
  const side = evidence.against === "best" ? report.best : report.baseline;
  const ever = evidence.against === "best" ? ", best ever" : "";
  const why = row.status.startsWith("open:") ? html` <span class="note">${row.status.slice(6)}</span>` : null;
  return [
    `${row.name}${isPrimary ? ", must get better" : ""}`,
    ...(report.baseline === null ? [] : [side === null ? "" : `${sideText(side)}${ever}`, row.other]),
    row.candidate,
    row.difference,
    row.plausible,
    `${row.margin}${evidence.accepted ? " signed for" : ""}`,
    html`${status(evidence.status === "open" ? "not decided" : evidence.status)}${why}`,
    `${probability(evidence.p)} ≤ ${probability(evidence.level)}`,
    evidence.df.toFixed(1),
  ];
}

const probability = (p: number): string => (p < 0.0001 ? "<.0001" : p.toFixed(4).replace(/^0/, ""));

const looksTable = ({ looks }: Report): Html | null =>
  looks.length === 0
    ? null
    : table(
        "looks taken",
        [
          { name: "look" },
          { name: "answers to a case", isNumber: true },
          { name: "answers", isNumber: true },
          { name: "money", isNumber: true },
          { name: "time", isNumber: true },
          { name: "errors", isNumber: true },
          { name: "outages repeated", isNumber: true },
          { name: "outages left", isNumber: true },
        ],
        looks.map((look, index) => [
          String(index + 1),
          look.samples,
          countText(look.answers),
          look.micros === null ? "unknown" : moneyText(look.micros),
          spanText(look.wallMs),
          look.errors,
          look.repeated,
          look.outages,
        ]),
      );
