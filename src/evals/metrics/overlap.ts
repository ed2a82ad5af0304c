import { splitWords } from "../python-text.ts";
import { normalizeText } from "./normalize.ts";

/**
 * F1 of the two sets of normalised words; 0 where either has none.
 * HELM: `f1_score` (metrics/evaluate_reference_metrics.py) over NLTK's `f_measure`.
 */
export function f1Score(gold: string, pred: string): number {
  const wanted = wordSet(gold);
  const given = wordSet(pred);
  if (wanted.size === 0 || given.size === 0) return 0;
  return (2 * wanted.intersection(given).size) / (wanted.size + given.size);
}

/** Size of what both sets hold over what either holds. HELM: `iou_set_match`. */
export const iouSetMatch = comparingSets(
  (gold, pred) => gold.intersection(pred).size / gold.union(pred).size,
);

/** F1 of two sets. HELM: `f1_set_match`. */
export const f1SetMatch = comparingSets(
  (gold, pred) => (2 * gold.intersection(pred).size) / (gold.size + pred.size),
);

/** 1 where two sets hold the same. HELM: `exact_set_match`. */
export const exactSetMatch = comparingSets((gold, pred) => Number(isSame(gold, pred)));

type Overlap = (gold: ReadonlySet<string>, pred: ReadonlySet<string>) => number;

/** Of the answer only the first line is read. An empty gold is met by an empty answer alone. */
function comparingSets(overlap: Overlap): (gold: string, pred: string) => number {
  return (gold, pred) => {
    const wanted = setIn(gold);
    const given = setIn(pred.split("\n", 1)[0] ?? "");
    return wanted.size === 0 ? Number(isSame(wanted, given)) : overlap(wanted, given);
  };
}

const isSame: (a: ReadonlySet<string>, b: ReadonlySet<string>) => boolean = (a, b) =>
  a.size === b.size && a.isSubsetOf(b);

const wordSet = (text: string): ReadonlySet<string> => new Set(splitWords(normalizeText(text)));

/** `alice is red and blue.` says the set of red and blue, `Nothing.` the empty one. HELM: `extract_set_from_text`. */
function setIn(text: string): ReadonlySet<string> {
  if (text === "Nothing.") return new Set();
  return new Set(text.replaceAll(".", "").split(" is ").at(-1)?.split(" and "));
}
