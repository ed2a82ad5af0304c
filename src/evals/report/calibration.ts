import type { Arm, ScoredAnswer } from "../answer.ts";
import type { Scale } from "../gate/spec.ts";
import { rangeOf } from "../gate/spec.ts";
import { binOf, equalMassEdges } from "../metrics/bins.ts";
import { equalMassEce, recalibrated, selective } from "../metrics/calibration.ts";
import type { Recalibrated, Selective } from "../metrics/calibration.ts";
import { agreementOf, confidenceOf } from "../metrics/confidence.ts";
import type { Rated } from "../metrics/confidence.ts";
import { wilson } from "../stats/proportion.ts";
import type { Interval } from "../stats/proportion.ts";
import type { StoredReport } from "./report.ts";
import { scaleOf } from "./scale.ts";

/** Whether one arm is right as often as it is sure. */
export interface Calibration {
  readonly source: StoredReport["confidence"];
  /** Answers whose confidence is known; with `agreement` one for each case. */
  readonly rated: number;
  /** Expected calibration error over ten bins of equal mass: 0 is best, 1 worst. */
  readonly ece: number;
  readonly selective: Selective | null;
  /** null: too few answers. */
  readonly platt: Recalibrated | null;
  readonly bins: readonly Bin[];
}

/** Answers that are about as sure. */
export interface Bin {
  readonly count: number;
  /** Means over them. */
  readonly confidence: number;
  readonly accuracy: number;
  /** In which their true accuracy plausibly lies (Wilson, 95 %). */
  readonly interval: Interval;
}

const bins = 10;

/** null: nobody said how sure the arm was. An answer is right if its quality is at least half of what it can be. */
export function calibrationOf(report: StoredReport, arm: Arm): Calibration | null {
  const measure = report.measures.find(({ name }) => name === report.quality);
  if (measure === undefined || measure.kind === "ratio") return null;
  const own = report.answers.filter((answer) => answer.arm === arm && answer.form === null);
  const rated = ratedOf(own, scaleOf(measure, report.answers), report.confidence);
  if (rated.length === 0) return null;
  return {
    source: report.confidence,
    rated: rated.length,
    ece: equalMassEce(rated, bins),
    selective: selective(rated, "strict"),
    platt: recalibrated(rated, "strict"),
    bins: binsOf(rated),
  };
}

function ratedOf(
  answers: readonly ScoredAnswer[],
  scale: Scale,
  source: StoredReport["confidence"],
): readonly Rated[] {
  const complete = answers.filter(({ answered }) => answered.outcome === "complete");
  if (source === "agreement") {
    return [...Map.groupBy(complete, (answer) => answer.case).values()].flatMap((own) => agreed(own, scale));
  }
  return complete.flatMap((answer) => {
    const correct = isRight(answer, scale);
    const prob = confidenceIn(answer, source);
    return correct === null || prob === null ? [] : [{ prob, correct }];
  });
}

/** Of answers to one case the one most often given is rated. */
function agreed(answers: readonly ScoredAnswer[], scale: Scale): readonly Rated[] {
  const most = agreementOf(answers.map(({ answered }) => answered.text));
  const first = answers.find(({ answered }) => answered.text === most?.answer);
  const correct = first === undefined ? null : isRight(first, scale);
  return most === null || correct === null || answers.length < 2 ? [] : [{ prob: most.confidence, correct }];
}

function confidenceIn({ answered }: ScoredAnswer, source: "logprobs" | "verbalised"): number | null {
  if (source === "logprobs") return confidenceOf({ source, logprobs: answered.logprobs ?? [] });
  return answered.confidence ?? confidenceOf({ source, text: answered.text });
}

function isRight({ scores }: ScoredAnswer, scale: Scale): boolean | null {
  const score = scores[scale.metric];
  if (typeof score !== "number") return score === "error" ? false : null;
  const [low, high] = rangeOf(scale);
  const middle = (low + high) / 2;
  return scale.better === "higher" ? score >= middle : score <= middle;
}

function binsOf(rated: readonly Rated[]): readonly Bin[] {
  const edges = equalMassEdges(
    rated.map(({ prob }) => prob),
    bins,
  );
  const byBin = Map.groupBy(rated, ({ prob }) => binOf(prob, edges));
  return [...byBin.entries()]
    .toSorted(([a], [b]) => a - b)
    .map(([, own]) => {
      const right = own.filter(({ correct }) => correct).length;
      return {
        count: own.length,
        confidence: own.reduce((sum, { prob }) => sum + prob, 0) / own.length,
        accuracy: right / own.length,
        interval: wilson(right, own.length, 0.95),
      };
    });
}
