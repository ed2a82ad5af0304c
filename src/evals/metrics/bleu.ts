import { countNgrams } from "./rouge.ts";
import { wordTokens } from "./word-tokens.ts";

/**
 * BLEU of one order: the share of the answer's n-grams that the gold has (each as often as there), times the penalty of
 * an answer shorter than the gold. From 0 to 1; without smoothing, so 0 where no single word is shared.
 *
 * HELM: `bleu_1` and `bleu_4` (metrics/evaluate_reference_metrics.py) over NLTK's `sentence_bleu` with the whole weight on
 * one order; its `bleu_4` is the precision of 4-grams alone, not the usual mean over four orders.
 */
export function bleu(n: number, gold: string, pred: string): number {
  const wanted = wordTokens(gold);
  const given = wordTokens(pred);
  if (clippedMatches(wanted, given, 1) === 0) return 0;
  const precision = clippedMatches(wanted, given, n) / Math.max(1, given.length - n + 1);
  return brevity(wanted.length, given.length) * precision;
}

function clippedMatches(wanted: readonly string[], given: readonly string[], n: number): number {
  const there = countNgrams(wanted, n);
  return countNgrams(given, n)
    .entries()
    .reduce((sum, [ngram, count]) => sum + Math.min(count, there.get(ngram) ?? 0), 0);
}

const brevity = (wanted: number, given: number): number =>
  given > wanted ? 1 : Math.exp(1 - wanted / given);
