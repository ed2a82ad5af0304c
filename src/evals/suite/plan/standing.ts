import type { ScoredAnswer } from "../../answer.ts";
import type { Side } from "../../receipt/receipt.ts";
import { sideText, sidesOf } from "../../report/arms.ts";
import type { StoredReport } from "../../report/report.ts";

/** Whose stored answers say how the next evaluation will go. */
export interface Standing {
  readonly side: Side;
  /** Nothing is in production: it is the newest candidate that had none to be compared with. */
  readonly isFirst: boolean;
}

/**
 * What is in production, whichever arm it was; before anything is, the newest first candidate. Of several models it was
 * asked with, the newest. null: no report has an answer of it.
 *
 * @param reports newest first
 * @param production digest of the closure in production; null: nothing is
 */
export function standingIn(reports: readonly StoredReport[], production: string | null): Standing | null {
  if (production === null) {
    const first = reports.find(({ baseline }) => baseline === null);
    return first === undefined ? null : { side: first.candidate, isFirst: true };
  }
  const sides = reports.flatMap((report) => sidesOf(report).map(({ side }) => side));
  const side = sides.find(({ digest }) => digest === production);
  return side === undefined ? null : { side, isFirst: false };
}

/** `production`, `candidate greet@1`. */
export const standingText = (standing: Standing | null): string =>
  standing?.isFirst === true ? `candidate ${sideText(standing.side)}` : "production";

/** Its answers in a report, to cases as they are written. */
export function answersBy(standing: Standing, report: StoredReport): readonly ScoredAnswer[] {
  const { digest, model } = standing.side;
  const arms = sidesOf(report)
    .filter(({ side }) => side.digest === digest && side.model === model)
    .map(({ arm }) => arm);
  return report.answers.filter((one) => one.form === null && arms.includes(one.arm));
}
