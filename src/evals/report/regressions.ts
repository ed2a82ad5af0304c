import type { ScoredAnswer } from "../answer.ts";
import type { Score } from "../gate/item.ts";
import { lossOf, scoreOfLoss, worstOf } from "../gate/losses.ts";
import type { Scale } from "../gate/spec.ts";
import type { StoredReport } from "./report.ts";
import { scaleOf } from "./scale.ts";

/** A case that the candidate answered worse, with the candidate's worst answer beside the baseline's best. */
export interface Regression {
  readonly of: StoredReport["cases"][number];
  /** Means over the answers to the case, in units of the metric; an error is the worst. */
  readonly candidate: number;
  readonly baseline: number;
  readonly answers: { readonly candidate: ScoredAnswer; readonly baseline: ScoredAnswer };
}

/** The worst first; of equal ones those the suite has first. Outages are left out. */
export function regressionsOf(report: StoredReport, most = 10): readonly Regression[] {
  const measure = report.measures.find(({ name }) => name === report.quality);
  if (measure === undefined || report.baseline === null) return [];
  const scale = scaleOf(measure, report.answers);
  const written = report.answers.filter(({ form }) => form === null);
  const byCase = Map.groupBy(written, (answer) => answer.case);
  return report.cases
    .flatMap((of) => regressionOf(of, byCase.get(of.case.id) ?? [], scale))
    .toSorted((a, b) => b.loss - a.loss)
    .slice(0, most)
    .map(({ regression }) => regression);
}

interface Known {
  readonly answer: ScoredAnswer;
  readonly loss: number;
}

function regressionOf(
  of: Regression["of"],
  answers: readonly ScoredAnswer[],
  scale: Scale,
): readonly { readonly loss: number; readonly regression: Regression }[] {
  const known = (arm: "candidate" | "baseline"): readonly Known[] =>
    answers
      .filter((answer) => answer.arm === arm)
      .flatMap((answer) => {
        const loss = lossIn(answer.scores[scale.metric], scale);
        return loss === null ? [] : [{ answer, loss }];
      })
      .toSorted((a, b) => a.loss - b.loss || a.answer.sample - b.answer.sample);
  const [candidate, baseline] = [known("candidate"), known("baseline")];
  const [worst, best] = [candidate.at(-1), baseline[0]];
  const loss = meanLoss(candidate) - meanLoss(baseline);
  if (worst === undefined || best === undefined || !(loss > 0)) return [];
  const regression: Regression = {
    of,
    candidate: scoreOfLoss(scale, meanLoss(candidate)),
    baseline: scoreOfLoss(scale, meanLoss(baseline)),
    answers: { candidate: worst.answer, baseline: best.answer },
  };
  return [{ loss, regression }];
}

function lossIn(score: Score | undefined, scale: Scale): number | null {
  if (score === "error") return worstOf(scale);
  return typeof score === "number" ? lossOf(scale, score) : null;
}

const meanLoss = (known: readonly Known[]): number =>
  known.reduce((sum, { loss }) => sum + loss, 0) / known.length;
