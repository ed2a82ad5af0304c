import { strip } from "../python-text.ts";
import { normalizeText } from "./normalize.ts";

/**
 * Each compares what a model said (`pred`) with a text it should have said (`gold`) and is 1 or 0. An empty answer
 * matches nothing, not even an empty gold. HELM: metrics/evaluate_reference_metrics.py, functions of the same names.
 */
export type Match = (gold: string, pred: string) => number;

/** White space around either is not compared. */
export const exactMatch = matching(strip, (gold, pred) => gold === pred);

/** As `normalizeText` leaves them. */
export const quasiExactMatch = matching(normalizeText, (gold, pred) => gold === pred);

/** The same with articles compared. */
export const quasiLeaveArticlesExactMatch = matching(
  (text) => normalizeText(text, "articles-too"),
  (gold, pred) => gold === pred,
);

/** The answer begins with the gold: for models that go on talking. */
export const prefixExactMatch = matching(strip, (gold, pred) => pred.startsWith(gold));

export const quasiPrefixExactMatch = matching(normalizeText, (gold, pred) => pred.startsWith(gold));

/** The last words, split at single spaces, are the same: for an answer after its reasons. */
export const exactMatchIndicator: Match = (gold, pred) => exactMatch(lastWord(gold), lastWord(pred));

/** The last numbers are written the same, thousands separators aside. Without a number in the answer: 0. */
export const finalNumberExactMatch: Match = (gold, pred) => exactMatch(finalNumber(gold), finalNumber(pred));

/** The distance of two whole numbers; what is none counts as 0. Lower is better. */
export const absoluteValueDifference: Match = (gold, pred) => Math.abs(wholeNumber(gold) - wholeNumber(pred));

function matching(see: (text: string) => string, same: (gold: string, pred: string) => boolean): Match {
  return (gold, pred) => (pred !== "" && same(see(gold), see(pred)) ? 1 : 0);
}

const lastWord = (text: string): string => strip(text.slice(text.lastIndexOf(" ") + 1));

// Any one character may stand before the decimals: HELM's pattern, kept.
const number = /-?[\p{Nd},]+(?:[^\n]\p{Nd}+)?/gu;

const finalNumber = (text: string): string => text.match(number)?.at(-1)?.replaceAll(",", "") ?? "";

function wholeNumber(text: string): number {
  const digits = strip(text.replaceAll(",", ""));
  return /^[+-]?\d+(?:_\d+)*$/.test(digits) ? Number(digits.replaceAll("_", "")) : 0;
}
