import { stem } from "./stem.ts";

/**
 * F-measure of the n-grams that gold and answer share, from 0 to 1; 0 where either has none. Words are runs of ASCII
 * letters and digits, those longer than three letters by their stem. HELM: `get_rouge_function`
 * (metrics/evaluate_reference_metrics.py) over Google's `rouge_score` with `use_stemmer`.
 */
export function rougeN(n: number, gold: string, pred: string): number {
  const wanted = countNgrams(stems(gold), n);
  const given = countNgrams(stems(pred), n);
  let shared = 0;
  for (const [ngram, count] of wanted) shared += Math.min(count, given.get(ngram) ?? 0);
  return fMeasure(shared, total(wanted), total(given));
}

/** The same over the longest common subsequence of words. */
export function rougeL(gold: string, pred: string): number {
  const wanted = stems(gold);
  const given = stems(pred);
  return fMeasure(longestCommon(wanted, given), wanted.length, given.length);
}

const stems = (text: string): readonly string[] =>
  (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).map((word) => (word.length > 3 ? stem(word) : word));

/** How often each run of `n` words occurs. */
export function countNgrams(words: readonly string[], n: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + n <= words.length; at++) {
    const ngram = words.slice(at, at + n).join(" ");
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

const total = (counts: ReadonlyMap<string, number>): number =>
  counts.values().reduce((sum, count) => sum + count, 0);

const fMeasure = (shared: number, wanted: number, given: number): number =>
  shared === 0 ? 0 : (2 * shared) / (wanted + given);

/** The length of the longest common subsequence; time n·m, memory m. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let last = new Uint32Array(b.length + 1);
  for (const word of a) {
    const row = new Uint32Array(b.length + 1);
    for (const [at, other] of b.entries())
      row[at + 1] = word === other ? (last[at] ?? 0) + 1 : Math.max(last[at + 1] ?? 0, row[at] ?? 0);
    last = row;
  }
  return last.at(-1) ?? 0;
}
