import type { ReportHead } from "../evaluation/stored-reports.ts";
import { inColumns } from "../view/columns.ts";
import type { Side } from "../view/columns.ts";
import { oneLine } from "../view/words.ts";
import { moneyText } from "./figures.ts";

/** So many metrics are columns; `--json` has all. */
const most = 6;

/** Reports as a table: version × metric × date, the newest first. */
export function listLines(heads: readonly ReportHead[], columns: number): readonly string[] {
  const metrics = [...new Set(heads.flatMap(({ figures }) => Object.keys(figures)))].slice(0, most);
  const suites = new Set(heads.map(({ suite }) => suite));
  const sides: readonly Side[] = [
    ...Array.from({ length: 6 }, (): Side => "left"),
    ...metrics.map((): Side => "right"),
    "right",
  ];
  return inColumns(
    [
      [
        "date (UTC)",
        suites.size > 1 ? "suite" : "",
        "candidate",
        "against",
        "verdict",
        "report",
        ...metrics.map((name) => oneLine(name, 20)),
        "money",
      ],
      ...heads.map((head) => rowOf(head, metrics, suites.size > 1)),
    ],
    sides,
    columns,
  );
}

function rowOf(head: ReportHead, metrics: readonly string[], withSuite: boolean): readonly string[] {
  const { id, at, suite, candidate, baseline, verdict, mode, micros, figures } = head;
  return [
    new Date(at).toISOString().slice(0, 16).replace("T", " "),
    withSuite ? suite : "",
    candidate,
    baseline ?? "floors",
    verdict ?? (mode === "smoke" ? "no gate" : "not decided"),
    id,
    ...metrics.map((name) => figures[name]?.text ?? ""),
    micros === null ? "unknown" : moneyText(micros),
  ];
}
