import { splitWords, wordEnd, wordStart } from "../python-text.ts";

const punctuation = /[!-/:-@[-`{-~]/g;
const articles = new RegExp(`${wordStart}(?:a|an|the)${wordEnd}`, "gu");

/**
 * A text by its words: small letters, no ASCII punctuation, no articles, one space between words.
 * HELM's `normalize_text` (metrics/evaluate_reference_metrics.py), itself of QuAC's scorer.
 */
export function normalizeText(text: string, keep: "words" | "articles-too" = "words"): string {
  const bare = text.toLowerCase().replaceAll(punctuation, "");
  return splitWords(keep === "words" ? bare.replaceAll(articles, " ") : bare).join(" ");
}
