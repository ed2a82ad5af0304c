import { report } from "../../evals/report/report.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import { openEvaluations } from "../../edges/sqlite/evaluations.ts";
import { places } from "../../edges/sqlite/state-dir.ts";
import { statThere } from "../there.ts";
import { stateDir } from "../wire.ts";

/** Older ones say little of what production is like now. */
const most = 5;

/** The newest reports of a suite, newest first. What another version of harness wrote is passed over. */
export async function storedReports(dir: string, suite: string): Promise<readonly StoredReport[]> {
  if ((await statThere(places(stateDir(dir)).evaluations)) === null) return [];
  const evaluations = await openEvaluations(stateDir(dir));
  try {
    const found: StoredReport[] = [];
    for (const row of evaluations.reports()) {
      if (row.suite !== suite) continue;
      const read = report.safeParse(await evaluations.report(row.id));
      if (read.success) found.push(read.data);
      if (found.length === most) break;
    }
    return found;
  } finally {
    evaluations.close();
  }
}
