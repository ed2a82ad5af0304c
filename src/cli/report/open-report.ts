import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { meant } from "../../core/nearest.ts";
import type { EvaluationsReader } from "../../edges/sqlite/evaluations.ts";
import { decided } from "../../evals/report/decided.ts";
import { report } from "../../evals/report/report.ts";
import type { Report, StoredReport } from "../../evals/report/report.ts";
import { inWords } from "../evaluating/json-lines.ts";
import { readEvaluations } from "../evaluation/read-evaluations.ts";
import { readReport, reportHeads } from "../evaluation/stored-reports.ts";
import type { ReportHead } from "../evaluation/stored-reports.ts";
import { Refused } from "../exit.ts";

/** The reports of a project, newest first; none where nothing was evaluated. */
export const headsIn = async (projectDir: string): Promise<readonly ReportHead[]> =>
  (await readEvaluations(projectDir, async (evaluations) => reportHeads(evaluations))) ?? [];

/**
 * One report: by its id, or as many letters of it as tell it apart; or a file that `harness report --json` wrote.
 * @throws Refused
 */
export async function openReport(projectDir: string, cwd: string, named: string): Promise<Report> {
  if (/[/\\]|\.json$/.test(named)) return readReportFile(resolve(cwd, named), named);
  const stored = await readEvaluations(projectDir, async (evaluations) => storedReport(evaluations, named));
  if (stored === null)
    throw new Refused(`report ${named}: nothing was evaluated here yet; see: harness eval`);
  return decided(stored);
}

async function storedReport(evaluations: EvaluationsReader, named: string): Promise<StoredReport> {
  const ids = reportHeads(evaluations).map(({ id }) => id);
  const found = ids.includes(named) ? [named] : ids.filter((id) => id.startsWith(named));
  const [id, other] = found;
  if (id === undefined)
    throw new Refused(`report ${named}: there is none${meant(named, ids)}; harness report lists all`);
  if (other !== undefined)
    throw new Refused(`report ${named}: ${found.length} begin so, like ${id} and ${other}; write more of it`);
  const kept = await readReport(evaluations, id);
  if (kept === null) throw new Refused(`report ${id}: it is gone; harness report lists all`);
  return kept.report;
}

/** What is decided and what all answers say at once is computed anew, whatever the file says. */
async function readReportFile(path: string, named: string): Promise<Report> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    const known: Readonly<Record<string, string>> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a directory",
    };
    const why = known[error.code ?? ""] ?? error.message;
    throw new Refused(`report ${named}: ${why}; name a file that harness report --json wrote`);
  });
  const form = "what harness report --json prints";
  return inWords(named, form, () => {
    const { decision: _, over_all: __, ...stored } = z.looseObject({}).parse(JSON.parse(text));
    return decided(report.parse(stored));
  });
}
