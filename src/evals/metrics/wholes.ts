import { z } from "zod";
import { equalMassEce, equalWidthEce, recalibrated, selective } from "./calibration.ts";
import { classificationF1 } from "./classification.ts";
import type { ClassificationF1 } from "./classification.ts";
import type { Rated } from "./confidence.ts";
import { metric } from "./metric.ts";
import type { Metric, Value } from "./metric.ts";
import type { Mode } from "../mode.ts";
import { passAtK } from "./pass-at-k.ts";

const classes = z.union([z.string(), z.array(z.string())]);

const classInput = z
  .object({ gold: z.array(classes), pred: z.array(classes), labels: z.array(z.string()).optional() })
  .refine(({ gold, pred }) => gold.length === pred.length, { error: "gold and pred are not equally long" });

const confidenceInput = z
  .object({
    probs: z.array(z.number().min(0).max(1)),
    correct: z.array(z.union([z.boolean(), z.literal(0), z.literal(1)])),
    num_bins: z.int().min(1).default(10),
  })
  .refine(({ probs, correct }) => probs.length === correct.length, {
    error: "probs and correct are not equally long",
  });
type ConfidenceInput = z.infer<typeof confidenceInput>;

const count = z.int().min(0);
const countInput = z
  .object({ n: count, c: count, k: z.int().min(1) })
  .refine(({ n, c }) => c <= n, { error: "c is larger than n" });

/** Metrics that take all items at once. */
export const wholeMetrics: readonly Metric[] = [
  metric(
    countInput,
    {
      name: "pass_at_k",
      about: "the chance that one of k answers passes, of n tried and c that passed",
      direction: "higher",
      range: [0, 1],
      values: "score",
      needs: "counts",
      aggregate: "mean",
    },
    ({ n, c, k }) => passAtK(n, c, k),
  ),
  ofClasses("classification_macro_f1", "F1 of classes, their mean", ({ macro }) => macro),
  ofClasses("classification_micro_f1", "F1 of classes, all decisions as one", ({ micro }) => micro),
  ofClasses(
    "classification_weighted_f1",
    "F1 of classes, weighted by how often each is gold",
    ({ weighted }) => weighted,
  ),
  ofClasses("classification_f1", "all three, and F1 of each class", named),
  ofConfidence("ece_10_bin", "calibration error over ten bins of equal mass", "lower", (rated) =>
    equalMassEce(rated, 10),
  ),
  ofConfidence("ece_1_bin", "distance of mean confidence and accuracy", "lower", (rated) =>
    equalWidthEce(rated, 1),
  ),
  ofConfidence(
    "ece_em",
    "calibration error over num_bins bins of equal mass",
    "lower",
    (rated, _, { num_bins }) => equalMassEce(rated, num_bins),
  ),
  ofConfidence("ece_equal_width", "the same over bins of equal width", "lower", (rated, _, { num_bins }) =>
    equalWidthEce(rated, num_bins),
  ),
  ofConfidence(
    "selective_cov_acc_area",
    "accuracy among the surest answers, over all coverages",
    "higher",
    (rated, mode) => selective(rated, mode)?.area ?? null,
  ),
  ofConfidence(
    "selective_acc@10",
    "accuracy among the surest tenth",
    "higher",
    (rated, mode) => selective(rated, mode)?.accuracyAt10 ?? null,
  ),
  ofConfidence(
    "platt_ece_10_bin",
    "ece_10_bin after Platt scaling",
    "lower",
    (rated, mode) => recalibrated(rated, mode)?.ece10 ?? null,
  ),
  ofConfidence(
    "platt_ece_1_bin",
    "ece_1_bin after Platt scaling",
    "lower",
    (rated, mode) => recalibrated(rated, mode)?.ece1 ?? null,
  ),
  ofConfidence("calibration", "all numbers of calibration, and the Platt scaling", null, calibration),
];

function named({ macro, micro, weighted, perClass }: ClassificationF1): Value {
  const classes = Object.entries(perClass).map(([label, f1]) => [`${label}_f1`, f1]);
  return { macro_f1: macro, micro_f1: micro, weighted_f1: weighted, ...Object.fromEntries(classes) };
}

function calibration(rated: readonly Rated[], mode: Mode): Value {
  const kept = selective(rated, mode);
  const scaled = recalibrated(rated, mode);
  return {
    ece_10_bin: equalMassEce(rated, 10),
    ece_1_bin: equalWidthEce(rated, 1),
    ece_10_equal_width: equalWidthEce(rated, 10),
    selective_cov_acc_area: kept?.area ?? null,
    "selective_acc@10": kept?.accuracyAt10 ?? null,
    platt_coef: scaled?.platt?.coef ?? null,
    platt_intercept: scaled?.platt?.intercept ?? null,
    platt_ece_10_bin: scaled?.ece10 ?? null,
    platt_ece_1_bin: scaled?.ece1 ?? null,
  };
}

function ofClasses(name: string, about: string, value: (f1: ClassificationF1) => Value): Metric {
  return metric(
    classInput,
    {
      name,
      about,
      direction: "higher",
      range: [0, 1],
      values: "score",
      needs: "classes",
      aggregate: "whole",
    },
    ({ gold, pred, labels }) => value(classificationF1(gold, pred, labels)),
  );
}

function ofConfidence(
  name: string,
  about: string,
  direction: Metric["direction"],
  value: (rated: readonly Rated[], mode: Mode, input: ConfidenceInput) => Value,
): Metric {
  return metric(
    confidenceInput,
    { name, about, direction, range: [0, 1], values: "score", needs: "confidence", aggregate: "whole" },
    (input, mode) => value(ratedOf(input), mode, input),
  );
}

const ratedOf = ({ probs, correct }: ConfidenceInput): readonly Rated[] =>
  probs.map((prob, at) => ({ prob, correct: Boolean(correct[at]) }));
