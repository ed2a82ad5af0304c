import type { Mode } from "../mode.ts";
import type { Rated } from "./confidence.ts";
import { binOf, equalMassEdges, equalWidthEdges } from "./bins.ts";
import type { Edges } from "./bins.ts";
import { crossFittedPlatt, helmPlatt, plattScaled, smoothPlatt } from "./platt.ts";
import type { Platt } from "./platt.ts";

/**
 * Expected calibration error: the distance of mean confidence and accuracy, averaged over bins by how many answers each
 * holds. From 0 to 1, lower is better; 0 where there is no answer. With ten bins it takes some 300 answers to mean much.
 */
function expectedCalibrationError(rated: readonly Rated[], edges: Edges): number {
  const gaps = edges.map(() => 0);
  for (const { prob, correct } of rated) {
    const bin = binOf(prob, edges);
    gaps[bin] = (gaps[bin] ?? 0) + prob - Number(correct);
  }
  return rated.length === 0 ? 0 : gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / rated.length;
}

/** HELM: `ece_10_bin` (metrics/basic_metrics.py), over `get_ece_em`. */
export const equalMassEce = (rated: readonly Rated[], bins: number): number =>
  expectedCalibrationError(
    rated,
    equalMassEdges(
      rated.map(({ prob }) => prob),
      bins,
    ),
  );

/** HELM: `ece_1_bin` where `bins` is 1, over `get_ece`. */
export const equalWidthEce = (rated: readonly Rated[], bins: number): number =>
  expectedCalibrationError(rated, equalWidthEdges(bins));

export interface Selective {
  /** The mean, over all numbers of answers kept, of the accuracy among the surest ones kept. */
  readonly area: number;
  /** Accuracy among the surest tenth (and one more: HELM's index). */
  readonly accuracyAt10: number;
}

/**
 * What accuracy is left to who answers only when sure. HELM: `selective_cov_acc_area` and `selective_acc@10`, over
 * `get_selective_stats`.
 *
 * Of answers that are equally sure HELM keeps the ones its sorting happens to put first (here: those given first), so
 * that the order of a file changes the number; `strict` takes the expectation over their orders. null for no answers.
 */
export function selective(rated: readonly Rated[], mode: Mode): Selective | null {
  const sorted = rated.toSorted((a, b) => b.prob - a.prob);
  const gains = mode === "helm" ? sorted.map(({ correct }) => Number(correct)) : expectedGains(sorted);
  let right = 0;
  const accuracies = gains.map((gain, at) => (right += gain) / (at + 1));
  const accuracyAt10 = accuracies[Math.floor(0.1 * accuracies.length)];
  if (accuracyAt10 === undefined) return null;
  return { area: accuracies.reduce((sum, one) => sum + one, 0) / accuracies.length, accuracyAt10 };
}

/** Each answer counts as right as often as those it is tied with. */
function expectedGains(sorted: readonly Rated[]): readonly number[] {
  const ties = Map.groupBy(sorted, ({ prob }) => prob);
  return [...ties.values()].flatMap((tied) => {
    const share = tied.filter(({ correct }) => correct).length / tied.length;
    return tied.map(() => share);
  });
}

export interface Recalibrated {
  readonly ece10: number;
  readonly ece1: number;
  /** Fitted on all answers. null where `helm` fits none: they are all right or all wrong. */
  readonly platt: Platt | null;
}

/**
 * Calibration after Platt scaling: how much of the error a mere rescaling of confidence would take away.
 *
 * HELM (`platt_ece_10_bin`, `platt_ece_1_bin`, metrics/basic_metrics.py) scores the scaling on the very answers it was
 * fitted on, which makes the error with one bin vanish for any model, and calls it 0 where all answers are right or all
 * wrong. `strict` rescales each answer by a fit on others (ten folds). null for fewer than two answers in `strict`, for none in `helm`.
 */
export function recalibrated(rated: readonly Rated[], mode: Mode): Recalibrated | null {
  if (rated.length < (mode === "strict" ? 2 : 1)) return null;
  if (mode === "strict") return { ...errorsOf(crossFittedPlatt(rated)), platt: smoothPlatt(rated) };
  const right = rated.filter(({ correct }) => correct).length;
  if (right === 0 || right === rated.length) return { ece10: 0, ece1: 0, platt: null };
  const platt = helmPlatt(rated);
  return { ...errorsOf(rated.map((one) => ({ ...one, prob: plattScaled(platt, one.prob) }))), platt };
}

const errorsOf = (rated: readonly Rated[]): Pick<Recalibrated, "ece10" | "ece1"> => ({
  ece10: equalMassEce(rated, 10),
  ece1: equalWidthEce(rated, 1),
});
