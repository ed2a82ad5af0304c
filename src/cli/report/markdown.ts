import { dimensionsOf } from "../../evals/report/dimensions.ts";
import { regressionsOf } from "../../evals/report/regressions.ts";
import { sideText } from "../../evals/report/arms.ts";
import type { Report } from "../../evals/report/report.ts";
import { reportedOf } from "../../evals/report/reported.ts";
import { scaleOf } from "../../evals/report/scale.ts";
import { oneLine } from "../view/words.ts";
import { reportedRows } from "./dimension-rows.ts";
import { endingLines } from "./ending.ts";
import type { Ending } from "./ending.ts";
import { valueText } from "./figures.ts";
import { guardRows, primaryRow } from "./guard-table.ts";
import type { GuardRow } from "./guard-table.ts";
import { lookLine } from "./look-line.ts";
import { suiteLine } from "./opening.ts";
import { withShortNames } from "./short-names.ts";

/** By this line a file of ours is known again; readers do not show it. */
export const markOfMarkdown = "[//]: # (harness: summary of an evaluation)";

/**
 * A report in GitHub's Markdown, for a summary of CI or a comment on a pull request. Of cases and answers it holds ids and
 * numbers only; whatever others chose stands as code, in which nothing is markup, link or mention.
 */
export function markdownText(whole: Report, ending: Omit<Ending, "columns">): string {
  const report = withShortNames(whole);
  const { decision } = report;
  const dimensions = dimensionsOf(report);
  const rows = reportedRows(report, reportedOf(report, dimensions), dimensions);
  return [
    markOfMarkdown,
    "",
    `### ${decision?.verdict ?? "No gate"}: ${titleText(report)}`,
    "",
    `Suite ${code(suiteLine(report)[1])}`,
    ...(decision === null ? [] : ["", ...guardTable(report)]),
    "",
    ...tableOf(
      ["reported", ""],
      rows.map(({ name, says }) => [code(name), code(says)]),
    ),
    ...regressionTable(report),
    "",
    "```text",
    ...report.looks.map((look, index) => fenced(lookLine(look, index + 1, null))),
    ...(decision === null
      ? ["no gate: a smoke run decides nothing"]
      : endingLines(report, decision, { ...ending, columns: Infinity }).map(fenced)),
    "```",
    "",
  ].join("\n");
}

function titleText({ candidate, baseline, suite }: Report): string {
  const against = baseline === null ? "a first version" : `against ${code(sideText(baseline))}`;
  return `${code(sideText(candidate))} ${against} on ${code(suite.name)}`;
}

function guardTable(report: Report): readonly string[] {
  const { decision, gate, baseline, candidate } = report;
  if (decision === null) return [];
  const primary = primaryRow(gate, decision);
  const rows = [
    ...(["baseline", "floor", "best"] as const).flatMap((one) => guardRows(gate, decision, one)),
    ...(primary === null ? [] : [primary]),
  ];
  const head = [
    "guard",
    baseline === null ? "" : "held against",
    code(sideText(candidate)),
    "difference",
    "still plausible",
    baseline === null ? "floor" : "margin",
    "",
  ];
  return tableOf(
    head,
    rows.map((row) => guardCells(report, row)),
  );
}

const signs = { holds: "✅", worse: "❌", open: "❔" } as const;

function guardCells({ baseline, best }: Report, row: GuardRow): readonly string[] {
  const { evidence, isPrimary } = row;
  const ever = evidence.against === "best" ? " (best ever)" : "";
  const side = evidence.against === "best" ? best : evidence.against === "baseline" ? baseline : null;
  return [
    `${code(row.name)}${isPrimary ? " must get better" : ""}`,
    side === null ? "" : `${code(sideText(side))}${ever} ${row.other}`,
    row.candidate,
    row.difference,
    row.plausible,
    `${row.margin}${evidence.accepted ? " signed for" : ""}`,
    `${signs[evidence.status]} ${row.status}`,
  ];
}

function regressionTable(report: Report): readonly string[] {
  const found = regressionsOf(report);
  const measure = report.measures.find(({ name }) => name === report.quality);
  if (found.length === 0 || measure === undefined) return [];
  const scale = scaleOf(measure, report.answers);
  return [
    "",
    ...tableOf(
      ["worst regressions", "from", "to"],
      found.map((one) => [
        code(one.of.case.id),
        valueText(scale, one.baseline),
        valueText(scale, one.candidate),
      ]),
    ),
  ];
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

/** A text as code: with more backticks around it than it has itself. In a table a bar ends a cell even there. */
function code(text: string): string {
  const plain = oneLine(text, 300).replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const gap = longest > 0 ? " " : "";
  return plain === "" ? "" : `${fence}${gap}${plain}${gap}${fence}`;
}

/** A line inside a fenced block, which it cannot end. */
const fenced = (line: string): string => oneLineKept(line).replaceAll("```", "'''");

const oneLineKept = (line: string): string => line.replaceAll(/[\r\n]/g, " ").trimEnd();
