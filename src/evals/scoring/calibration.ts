import type { Answered, ScoredAnswer } from "../answer.ts";
import type { Measure } from "../measure.ts";
import { agreementOf, confidenceOf } from "../metrics/confidence.ts";
import type { Rated } from "../metrics/confidence.ts";
import type { SuiteSpec } from "../suite/spec.ts";

export type ConfidenceSource = SuiteSpec["confidence"];

/**
 * How sure answers were, and whether they were right by this measure: what metrics of calibration read. Answers of one
 * arm, in the form in which cases are written; those without a score or without a confidence are left out. Of
 * `agreement` there is one for each case, else one for each answer.
 * @param rightFrom from which score on an answer is right; of a rate only 1 is
 */
export function calibrationInput(
  answers: readonly ScoredAnswer[],
  source: ConfidenceSource,
  measure: Measure,
  rightFrom: number = rightOf(measure),
): readonly Rated[] {
  const scored = answers.flatMap((one): readonly Scored[] => {
    const score = one.scores[measure.name];
    if (one.form !== null || typeof score !== "number") return [];
    const isRight = measure.better === "higher" ? score >= rightFrom : score <= rightFrom;
    return [{ ...one, isRight }];
  });
  return source === "agreement" ? byAgreement(scored) : scored.flatMap((one) => byItself(one, source));
}

type Scored = ScoredAnswer & { readonly isRight: boolean };

/** The middle of its range, where neither 0 nor 1 is all there is. */
function rightOf({ kind, better, range: [low, high] }: Measure): number {
  if (kind === "rate") return better === "higher" ? 1 : 0;
  return high === null ? low : (low + high) / 2;
}

function byItself({ answered, isRight }: Scored, source: "logprobs" | "verbalised"): readonly Rated[] {
  const prob = source === "logprobs" ? ofLogprobs(answered) : verbalised(answered);
  return prob === null ? [] : [{ prob, correct: isRight }];
}

const ofLogprobs = ({ logprobs }: Answered): number | null =>
  logprobs === null ? null : confidenceOf({ source: "logprobs", logprobs });

const verbalised = ({ confidence, text }: Answered): number | null =>
  confidence ?? confidenceOf({ source: "verbalised", text });

/** The answer that most samples of a case agree on, as the first of them was scored. One sample agrees with nobody. */
function byAgreement(scored: readonly Scored[]): readonly Rated[] {
  const cases = [...Map.groupBy(scored, (one) => one.case).values()];
  return cases.flatMap((samples): readonly Rated[] => {
    const ordered = samples.toSorted((a, b) => a.sample - b.sample);
    const agreed = ordered.length < 2 ? null : agreementOf(ordered.map(saidBy));
    const given = ordered.find((one) => saidBy(one) === agreed?.answer);
    return agreed === null || given === undefined
      ? []
      : [{ prob: agreed.confidence, correct: given.isRight }];
  });
}

const saidBy = ({ answered: { text, output } }: ScoredAnswer): string =>
  output === null ? text : JSON.stringify(output);
