import { normalizeText } from "./normalize.ts";

/** How sure a model was of an answer, from 0 to 1, and whether the answer was right. */
export interface Rated {
  readonly prob: number;
  readonly correct: boolean;
}

/**
 * What a confidence is read off. A report names the source, for numbers of different sources do not compare.
 * `logprobs`: the model's own probability of its answer, as natural logarithms by token. `verbalised`: what it says of
 * itself. `agreement`: K answers to the same request, of which the most frequent one is rated.
 */
type Evidence =
  | { readonly source: "logprobs"; readonly logprobs: readonly number[] }
  | { readonly source: "verbalised"; readonly text: string }
  | { readonly source: "agreement"; readonly answers: readonly string[] };

/** From 0 to 1; null where the evidence says nothing. */
export function confidenceOf(evidence: Evidence): number | null {
  switch (evidence.source) {
    case "logprobs":
      return probabilityOf(evidence.logprobs);
    case "verbalised":
      return confidenceInText(evidence.text);
    case "agreement":
      return agreementOf(evidence.answers)?.confidence ?? null;
  }
}

/** Of the whole answer, as HELM's `max_prob`. An answer of no token tells nothing. */
const probabilityOf = (logprobs: readonly number[]): number | null =>
  logprobs.length === 0 ? null : Math.min(1, Math.exp(logprobs.reduce((sum, one) => sum + one, 0)));

/** The last `85 %`, `0.85` or `.85` in a text; null where there is none from 0 to 1. */
function confidenceInText(text: string): number | null {
  const found = [...text.matchAll(/(?<![\d.,])(\d*\.?\d+)(\s*%)?(?![\d%]|[.,]\d)/g)].at(-1);
  if (found === undefined) return null;
  const [, digits = "", percent] = found;
  const value = percent === undefined ? Number(digits) : Number(digits) / 100;
  return value <= 1 ? value : null;
}

interface Agreed {
  /** The answer most often given, as first given; of equally frequent ones the first. */
  readonly answer: string;
  readonly confidence: number;
}

/** Answers agree where they are one in normalised spelling. null where there is none. */
export function agreementOf(answers: readonly string[]): Agreed | null {
  const groups = Map.groupBy(answers, (answer) => normalizeText(answer));
  const [largest] = [...groups.values()].toSorted((a, b) => b.length - a.length);
  const answer = largest?.[0];
  if (largest === undefined || answer === undefined) return null;
  return { answer, confidence: largest.length / answers.length };
}
