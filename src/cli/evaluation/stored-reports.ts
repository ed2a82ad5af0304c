import { z } from "zod";
import { canonical } from "../../core/canonical.ts";
import { receipt } from "../../evals/receipt/receipt.ts";
import type { Receipt } from "../../evals/receipt/receipt.ts";
import { sideText } from "../../evals/report/arms.ts";
import { report } from "../../evals/report/report.ts";
import type { Report, StoredReport } from "../../evals/report/report.ts";
import { headFigures } from "../report/head-figures.ts";
import { sha256 } from "../sha256.ts";
import type { Evaluations } from "../../edges/sqlite/evaluations.ts";

/** A report in a line, as `harness report` lists it and as forecasts are made of. */
const reportHead = z.strictObject({
  candidate: z.string(),
  baseline: z.string().nullable(),
  mode: z.enum(["gate", "smoke"]),
  verdict: z.enum(["PROMOTE", "REJECT", "INCONCLUSIVE"]).nullable(),
  answers: z.int().min(0),
  micros: z.int().min(0).nullable(),
  wallMs: z.int().min(0),
  /** Digest of the cases that were asked; null: kept by a harness that did not say. */
  cases: z.string().nullable().default(null),
  /** The candidate's averages by guard, and of measures that are none: as numbers, and as people read them. */
  figures: z
    .array(
      z.strictObject({
        name: z.string(),
        value: z.number().nullable(),
        text: z.string(),
        metric: z.string().nullable().default(null),
        better: z.enum(["higher", "lower"]).nullable().default(null),
        amount: z.boolean().default(false),
      }),
    )
    .default([]),
});
export type ReportHead = z.infer<typeof reportHead> & {
  readonly id: string;
  readonly at: number;
  readonly suite: string;
};

const body = z.strictObject({ report, receipt: receipt.nullable() });

/** A report with its receipt; null: no gate looked at it. */
export interface KeptReport {
  readonly report: StoredReport;
  readonly receipt: Receipt | null;
}

export async function keepReport(evaluations: Evaluations, kept: KeptReport, shown: Report): Promise<void> {
  const { id, at, suite, candidate, baseline, mode } = kept.report;
  const last = kept.report.looks.at(-1);
  const head: z.infer<typeof reportHead> = {
    candidate: sideText(candidate),
    baseline: baseline === null ? null : sideText(baseline),
    mode,
    verdict: shown.decision?.verdict ?? null,
    answers: last?.answers ?? 0,
    micros: last?.micros ?? null,
    wallMs: last?.wallMs ?? 0,
    cases: sha256(canonical(kept.report.cases)),
    figures: headFigures(kept.report),
  };
  await evaluations.putReport({ id, at, suite: suite.name, head }, kept);
}

/** Newest first. */
export const reportHeads = (evaluations: Pick<Evaluations, "reports">): readonly ReportHead[] =>
  evaluations.reports().map(({ id, at, suite, head }) => ({ ...reportHead.parse(head), id, at, suite }));

/** null: there is no such evaluation, or it has no report yet. */
export async function readReport(
  evaluations: Pick<Evaluations, "report">,
  id: string,
): Promise<KeptReport | null> {
  const found = await evaluations.report(id);
  return found === null ? null : body.parse(found);
}

/** Older ones say little of what production is like now. */
const most = 5;

/** The newest reports of a suite, newest first. */
export async function reportsOfSuite(
  evaluations: Pick<Evaluations, "reports" | "report">,
  suite: string,
): Promise<readonly StoredReport[]> {
  const heads = reportHeads(evaluations).filter((one) => one.suite === suite);
  const kept = await Promise.all(heads.slice(0, most).map(async ({ id }) => readReport(evaluations, id)));
  return kept.flatMap((one) => one?.report ?? []);
}
