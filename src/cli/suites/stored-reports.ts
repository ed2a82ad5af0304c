import type { StoredReport } from "../../evals/report/report.ts";
import { openEvaluations } from "../../edges/sqlite/evaluations.ts";
import { places } from "../../edges/sqlite/state-dir.ts";
import { reportsOfSuite } from "../evaluation/stored-reports.ts";
import { statThere } from "../there.ts";
import { stateDir } from "../wire.ts";

/** The newest reports of a suite, newest first. Where nothing was evaluated yet nothing is made. */
export async function storedReports(dir: string, suite: string): Promise<readonly StoredReport[]> {
  if ((await statThere(places(stateDir(dir)).evaluations)) === null) return [];
  const evaluations = await openEvaluations(stateDir(dir));
  try {
    return await reportsOfSuite(evaluations, suite);
  } finally {
    evaluations.close();
  }
}
