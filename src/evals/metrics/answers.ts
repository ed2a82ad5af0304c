import { z } from "zod";
import type { Mode } from "../mode.ts";
import { bleu } from "./bleu.ts";
import {
  absoluteValueDifference,
  exactMatch,
  exactMatchIndicator,
  finalNumberExactMatch,
  prefixExactMatch,
  quasiExactMatch,
  quasiLeaveArticlesExactMatch,
  quasiPrefixExactMatch,
} from "./matching.ts";
import { metric } from "./metric.ts";
import type { Metric } from "./metric.ts";
import { exactSetMatch, f1Score, f1SetMatch, iouSetMatch } from "./overlap.ts";
import { refusal } from "./refusal.ts";
import { rougeL, rougeN } from "./rouge.ts";

/** One text, or several of which the best fitting one counts. */
const goldInput = z.object({
  gold: z.union([z.string(), z.array(z.string()).min(1)], { error: "give a text, or a list of some" }),
  pred: z.string(),
});

const answerInput = z.object({ pred: z.string(), stop: z.string().nullish() });

type Unlike = Pick<Metric, "direction" | "range" | "values">;

const usual: Unlike = { direction: "higher", range: [0, 1], values: "score" };
const hitOrMiss: Unlike = { ...usual, values: "rate" };

/** Metrics of one answer. */
export const answerMetrics: readonly Metric[] = [
  ofGold(
    "exact_match",
    "1 where answer and gold are the same, white space around them aside",
    exactMatch,
    hitOrMiss,
  ),
  ofGold(
    "quasi_exact_match",
    "the same without case, punctuation, articles and extra spaces",
    quasiExactMatch,
    hitOrMiss,
  ),
  ofGold(
    "quasi_leave_articles_exact_match",
    "the same without case, punctuation and extra spaces",
    quasiLeaveArticlesExactMatch,
    hitOrMiss,
  ),
  ofGold("prefix_exact_match", "1 where the answer begins with the gold", prefixExactMatch, hitOrMiss),
  ofGold(
    "quasi_prefix_exact_match",
    "the same without case, punctuation, articles and extra spaces",
    quasiPrefixExactMatch,
    hitOrMiss,
  ),
  ofGold("exact_match_indicator", "1 where the last words are the same", exactMatchIndicator, hitOrMiss),
  ofGold(
    "final_number_exact_match",
    "1 where the last numbers are the same",
    finalNumberExactMatch,
    hitOrMiss,
  ),
  ofGold("f1_score", "F1 of the two sets of words", f1Score),
  ofGold("exact_set_match", "1 where `x is a and b` names the same set", exactSetMatch, hitOrMiss),
  ofGold("iou_set_match", "size of what both such sets hold over what either holds", iouSetMatch),
  ofGold("f1_set_match", "F1 of two such sets", f1SetMatch),
  ofGold("rouge_1", "F-measure of shared words, by their stems", (gold, pred) => rougeN(1, gold, pred)),
  ofGold("rouge_2", "F-measure of shared pairs of words", (gold, pred) => rougeN(2, gold, pred)),
  ofGold("rouge_l", "F-measure of the longest common subsequence of words", rougeL),
  ofGold("bleu_1", "BLEU of single words, with its penalty for short answers", (gold, pred) =>
    bleu(1, gold, pred),
  ),
  ofGold("bleu_4", "the same of runs of four words (alone, as HELM has it)", (gold, pred) =>
    bleu(4, gold, pred),
  ),
  ofGold(
    "absolute_value_difference",
    "distance of two whole numbers; no number counts as 0",
    absoluteValueDifference,
    {
      direction: "lower",
      range: [0, null],
      values: "score",
    },
  ),
  metric(
    answerInput,
    {
      name: "refusal",
      about: "1 where the answer refuses, by words that begin refusals in English",
      direction: "lower",
      range: [0, 1],
      values: "rate",
      needs: "answer",
      aggregate: "mean",
    },
    ({ pred, stop }) => refusal(pred, stop ?? undefined),
  ),
];

/** Of several golds the best counts: HELM (`compute_reference_metrics`) takes the largest even where lower is better. */
function ofGold(
  name: string,
  about: string,
  score: (gold: string, pred: string) => number,
  unlike: Unlike = usual,
): Metric {
  const best = (mode: Mode): ((...scores: readonly number[]) => number) =>
    mode === "strict" && unlike.direction === "lower" ? Math.min : Math.max;
  return metric(
    goldInput,
    { name, about, needs: "gold", aggregate: "mean", ...unlike },
    ({ gold, pred }, mode) => best(mode)(...[gold].flat().map((one) => score(one, pred))),
  );
}
