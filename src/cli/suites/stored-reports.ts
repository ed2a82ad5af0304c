import type { StoredReport } from "../../evals/report/report.ts";
import { readEvaluations } from "../evaluation/read-evaluations.ts";
import { reportsOfSuite } from "../evaluation/stored-reports.ts";

/** The newest reports of a suite, newest first; none where nothing was evaluated yet. */
export const storedReports = async (dir: string, suite: string): Promise<readonly StoredReport[]> =>
  (await readEvaluations(dir, async (evaluations) => reportsOfSuite(evaluations, suite))) ?? [];
