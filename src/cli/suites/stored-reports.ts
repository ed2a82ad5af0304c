import type { StoredReport } from "../../evals/report/report.ts";
import { openEvaluations } from "../../edges/sqlite/evaluations.ts";
import { places } from "../../edges/sqlite/state-dir.ts";
import { readReport, reportHeads } from "../evaluation/stored-reports.ts";
import { statThere } from "../there.ts";
import { stateDir } from "../wire.ts";

/** Older ones say little of what production is like now. */
const most = 5;

/** The newest reports of a suite, newest first. Where nothing was evaluated yet nothing is made. */
export async function storedReports(dir: string, suite: string): Promise<readonly StoredReport[]> {
  if ((await statThere(places(stateDir(dir)).evaluations)) === null) return [];
  const evaluations = await openEvaluations(stateDir(dir));
  try {
    const heads = reportHeads(evaluations).filter((one) => one.suite === suite);
    const kept = await Promise.all(heads.slice(0, most).map(async ({ id }) => readReport(evaluations, id)));
    return kept.flatMap((one) => one?.report ?? []);
  } finally {
    evaluations.close();
  }
}
