import type { Decision } from "../../evals/gate/decide.ts";
import { sidesOf, sideText } from "../../evals/report/arms.ts";
import { dimensionsOf } from "../../evals/report/dimensions.ts";
import type { Dimension } from "../../evals/report/dimensions.ts";
import type { Report, StoredReport } from "../../evals/report/report.ts";
import { reportedOf } from "../../evals/report/reported.ts";
import { wholesOf } from "../../evals/report/wholes.ts";
import { winRatesOf } from "../../evals/report/win-rate.ts";
import { inColumns } from "../view/columns.ts";
import { textOf } from "../view/rows.ts";
import { stillVisible } from "../view/visible.ts";
import { endingLines } from "./ending.ts";
import type { Ending } from "./ending.ts";
import { differenceText, share, valueText } from "./figures.ts";
import { guardRows, primaryRow } from "./guard-table.ts";
import type { GuardRow } from "./guard-table.ts";
import { judgedTexts } from "./judged.ts";
import { lookLine } from "./look-line.ts";
import { candidateLine, gateLine, suiteLine } from "./opening.ts";
import type { Line } from "./opening.ts";
import { reportedLine } from "./reported-line.ts";
import { withShortNames } from "./short-names.ts";
import { wholeRows } from "./whole-rows.ts";

/** A report as a person reads it who was not there: what was compared, how it went, what came of it. */
export function reportText(whole: Report, ending: Ending): string {
  const report = withShortNames(whole);
  return [openingText(report, ending.columns), looksText(report), foundText(report, ending)]
    .filter((part) => part !== "")
    .join("\n");
}

/** What is compared, on what, and by which gate. */
export function openingText(report: StoredReport, columns: number): string {
  const gate =
    report.mode === "smoke"
      ? (["gate", "no gate: a smoke run"] as const)
      : gateLine(report.gate, { isFirst: report.baseline === null });
  return linesText([candidateLine(report, null), suiteLine(report), gate], columns);
}

function looksText({ looks, decision }: Report): string {
  const note = (index: number): string | null =>
    index + 1 < looks.length ? null : decision?.verdict === "INCONCLUSIVE" ? "not decided" : "decided";
  return looks.map((look, index) => `${lookLine(look, index + 1, note(index))}\n`).join("");
}

/** What came of it: after the last look, the table of the guards and all that follows. */
export function foundText(report: Report, ending: Ending): string {
  const { decision } = report;
  const dimensions = dimensionsOf(report);
  const reported = reportedLine(report, reportedOf(report, dimensions));
  const table = decision === null ? measureTable(report, dimensions) : guardTable(report, decision);
  const beside: readonly Line[] = [
    ...(reported === null ? [] : [reported]),
    ...winLine(report, dimensions),
    ...(decision === null
      ? []
      : [
          ...primaryLine(report, decision),
          ...judgedTexts(report.gate, decision).map((text): Line => ["judge", text]),
        ]),
  ];
  return [
    ...tableLines(table, ending.columns),
    ...tableLines(wholeTable(report), ending.columns),
    linesText(beside, ending.columns),
    ...(decision === null
      ? [" no gate     a smoke run decides nothing\n"]
      : [
          linesText(bestLines(report, decision), ending.columns),
          ...endingLines(report, decision, ending).map((line) => `${stillVisible(line)}\n`),
        ]),
  ].join("");
}

const linesText = (lines: readonly Line[], columns: number): string =>
  lines.length === 0 ? "" : textOf(lines, columns);

interface Table {
  readonly rows: readonly (readonly string[])[];
  readonly sides: readonly ("left" | "right")[];
}

const tableLines = ({ rows, sides }: Table, columns: number): readonly string[] =>
  inColumns(rows, sides, columns).map((line) => `${stillVisible(line)}\n`);

/** What is made of all answers at once; no row where nothing is. */
function wholeTable(report: StoredReport): Table {
  const rows = wholeRows(report, wholesOf(report));
  const names = sidesOf(report).map(({ side }) => sideText(side));
  const head = ["of all answers", ...names, report.baseline === null ? "" : "difference", "95 %"];
  return {
    rows:
      rows.length === 0
        ? []
        : [head, ...rows.map((row) => [row.name, ...row.values, row.difference, row.says])],
    sides: ["left", ...names.map(() => "right" as const), "right", "left"],
  };
}

function guardTable(report: StoredReport, decision: Decision): Table {
  const { gate, candidate, baseline } = report;
  const name = sideText(candidate);
  if (baseline === null) {
    const rows = guardRows(gate, decision, "floor");
    return {
      rows: [
        ["", name, "still plausible", "floor", ""],
        ...rows.map((row) => [row.name, row.candidate, row.plausible, row.margin, row.status]),
      ],
      sides: ["left", "right", "right", "right", "left"],
    };
  }
  return {
    rows: [
      ["", sideText(baseline), name, "difference", "still plausible", "margin", ""],
      ...guardRows(gate, decision, "baseline").map((row) => [
        row.name,
        row.other,
        row.candidate,
        row.difference,
        row.plausible,
        `${row.margin}${row.evidence.accepted ? " signed for" : ""}`,
        row.status,
      ]),
    ],
    sides: ["left", "right", "right", "right", "right", "right", "left"],
  };
}

/** Of a smoke run: what was measured, and nothing decided. */
function measureTable({ candidate, baseline }: StoredReport, dimensions: readonly Dimension[]): Table {
  const whole = dimensions.filter(({ group, concern }) => group === null && concern === null);
  return {
    rows: [
      ["", baseline === null ? "" : sideText(baseline), sideText(candidate), "difference", "95 %"],
      ...whole.map(({ measure, scale, arms, against }) => [
        measure.name,
        baseline === null ? "" : valueText(scale, arms.baseline?.value ?? null),
        valueText(scale, arms.candidate?.value ?? null),
        baseline === null ? "" : differenceText(scale, against.baseline?.value ?? null),
        baseline === null
          ? ""
          : `${differenceText(scale, against.baseline?.low ?? null)} to ${differenceText(scale, against.baseline?.high ?? null)}`,
      ]),
    ],
    sides: ["left", "right", "right", "right", "left"],
  };
}

function bestLines(report: StoredReport, decision: Decision): readonly Line[] {
  const rows = guardRows(report.gate, decision, "best");
  if (report.best === null || rows.length === 0) return [];
  const name = `against best ever (${sideText(report.best)})  `;
  return [[name, rows.map(bestText).join(" · ")]];
}

const bestText = ({ name, difference, plausible, status }: GuardRow): string =>
  `${name} ${difference}, ${plausible.replace(/ pts$/, "")} still plausible   ${status}`;

function primaryLine({ gate }: StoredReport, decision: Decision): readonly Line[] {
  const row = primaryRow(gate, decision);
  if (row === null) return [];
  const { name, difference, plausible, margin, status } = row;
  const worst = plausible.replace(/ pts$/, "");
  return [
    ["primary", `${name} ${difference}, ${worst} still plausible, more than ${margin} asked   ${status}`],
  ];
}

function winLine(report: StoredReport, dimensions: readonly Dimension[]): readonly Line[] {
  const rates = winRatesOf(report, dimensions);
  if (rates.length === 0) return [];
  const text = rates.map(({ arm, rate }) => {
    const side = report[arm];
    return `${side === null ? arm : sideText(side)} ${rate === null ? "–" : share(rate, 2)}`;
  });
  return [["win rate", text.join(" · ")]];
}
