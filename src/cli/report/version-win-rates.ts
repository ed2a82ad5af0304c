import { winRates } from "../../evals/metrics/win-rate.ts";
import type { ReportHead } from "../evaluation/stored-reports.ts";

/** Two are told apart by their differences. */
const leastVersions = 3;

/**
 * HELM's mean win rate of versions (`winRates`: a tie is half a win) by id of report: the chance to beat another version
 * that answered the very same cases, over all measures of how good its answers are: a worse one is often the cheaper one.
 * Of a version its newest report counts.
 * @param heads newest first
 */
export function versionWinRates(heads: readonly ReportHead[]): ReadonlyMap<string, number | null> {
  const comparable = heads.filter(({ mode, cases }) => mode === "gate" && cases !== null);
  const bySuite = Map.groupBy(comparable, ({ suite, cases }) => `${suite} ${cases}`);
  return new Map([...bySuite.values()].flatMap((own) => ratesAmong(newestOf(own))));
}

function newestOf(heads: readonly ReportHead[]): readonly ReportHead[] {
  const seen = new Set<string>();
  return heads.filter(({ candidate }) => seen.size < seen.add(candidate).size);
}

function ratesAmong(heads: readonly ReportHead[]): readonly (readonly [id: string, rate: number | null])[] {
  if (heads.length < leastVersions) return [];
  const ways = new Map(
    heads.flatMap(({ figures }) =>
      figures.flatMap(({ metric, better, amount }) =>
        metric === null || better === null || amount ? [] : [[metric, better] as const],
      ),
    ),
  );
  const columns = [...ways].map(([name, better]) => ({ name, lowerIsBetter: better === "lower" }));
  const rows = heads.map(({ figures }) =>
    columns.map(({ name }) => figures.find(({ metric }) => metric === name)?.value ?? null),
  );
  const rates = winRates(columns, rows, "mean");
  return heads.map(({ id }, at) => [id, rates[at] ?? null]);
}
