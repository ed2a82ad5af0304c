import type { ReportHead } from "../evaluation/stored-reports.ts";
import { inColumns } from "../view/columns.ts";
import type { Side } from "../view/columns.ts";
import { oneLine } from "../view/words.ts";
import { moneyText, share } from "./figures.ts";
import { versionWinRates } from "./version-win-rates.ts";

/** So many metrics are columns; `--json` has all. */
const most = 6;

/** Reports as a table: version × metric × date, the newest first; with win rates where there are versions to compare. */
export function listLines(heads: readonly ReportHead[], columns: number): readonly string[] {
  const metrics = [...new Set(heads.flatMap(({ figures }) => figures.map(({ name }) => name)))].slice(
    0,
    most,
  );
  const rates = versionWinRates(heads);
  const suites = new Set(heads.map(({ suite }) => suite));
  const sides: readonly Side[] = [
    ...Array.from({ length: 6 }, (): Side => "left"),
    ...metrics.map((): Side => "right"),
    "right",
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
        rates.size === 0 ? "" : "win rate",
        "money",
      ],
      ...heads.map((head) => rowOf(head, { metrics, rates, withSuite: suites.size > 1 })),
    ],
    sides,
    columns,
  );
}

interface Columns {
  readonly metrics: readonly string[];
  readonly rates: ReturnType<typeof versionWinRates>;
  readonly withSuite: boolean;
}

function rowOf(head: ReportHead, { metrics, rates, withSuite }: Columns): readonly string[] {
  const { id, at, suite, candidate, baseline, verdict, mode, micros, figures } = head;
  const rate = rates.get(id) ?? null;
  return [
    new Date(at).toISOString().slice(0, 16).replace("T", " "),
    withSuite ? suite : "",
    candidate,
    baseline ?? "floors",
    verdict ?? (mode === "smoke" ? "no gate" : "not decided"),
    id,
    ...metrics.map((metric) => figures.find(({ name }) => name === metric)?.text ?? ""),
    rate === null ? "" : share(rate, 2),
    micros === null ? "unknown" : moneyText(micros),
  ];
}
