import { z } from "zod";
import { wilson } from "../stats/proportion.ts";

const counted = z.strictObject({ right: z.int().nonnegative(), of: z.int().nonnegative() });

/** How a judge's verdicts agree with people's labels: of what people call good, and of what they call bad. */
export const judgeLabels = z.strictObject({ good: counted, bad: counted });
export type JudgeLabels = z.infer<typeof judgeLabels>;

/** Fewer labels than these prove nothing about a judge. */
export const leastLabels = 100;

/** What a noisy judge leaves of a margin. Null: nothing, as its verdicts do not depend on the answer. */
export interface JudgedMargin {
  readonly sensitivity: number;
  readonly specificity: number;
  readonly labels: number;
  readonly proven: boolean;
  /** The true difference that shows as the suite's margin. */
  readonly effective: number | null;
  /** The widest that is still plausible, with 95 % for each of sensitivity and specificity. */
  readonly plausible: number | null;
}

/**
 * A judge that finds a share `sensitivity` of good answers good, and a share `specificity` of bad ones bad, shrinks every
 * true difference by sensitivity + specificity − 1 (W. Rogan and B. Gladen, 1978). So a candidate that keeps a margin in
 * the judge's eyes may truly be worse by the margin divided by that.
 */
export function judgedMargin(margin: number, { good, bad }: JudgeLabels): JudgedMargin {
  const labels = good.of + bad.of;
  const [sensitivity, specificity] = [shareOf(good), shareOf(bad)];
  const left = (sees: number): number | null => (sees > 0 ? margin / sees : null);
  return {
    sensitivity,
    specificity,
    labels,
    proven: labels >= leastLabels && good.of > 0 && bad.of > 0,
    effective: left(sensitivity + specificity - 1),
    plausible: left(lowOf(good) + lowOf(bad) - 1),
  };
}

const shareOf = ({ right, of }: { right: number; of: number }): number => (of === 0 ? 0 : right / of);

const lowOf = ({ right, of }: { right: number; of: number }): number =>
  of === 0 ? 0 : wilson(right, of, 0.95).low;
