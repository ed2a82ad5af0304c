import type { Answered, Arm, ScoredAnswer } from "../answer.ts";
import type { Score } from "../gate/item.ts";
import { clustersOf } from "../stats/clusters.ts";
import { clusteredMean } from "../stats/mean.ts";
import { studentCdf } from "../stats/student.ts";

/** A stored answer that was asked again: how both scored (`numbersOf`), and which model answered; null: none said. */
export interface Recheck {
  readonly case: string;
  readonly before: Readonly<Record<string, number>>;
  readonly now: Readonly<Record<string, number>>;
  readonly servedBefore: string | null;
  readonly servedNow: string | null;
}

/** Of all metrics and looks together: how often answers that still hold are doubted. */
const alpha = 0.01;
const leastCases = 8;
/** What stands beside the metrics, as an error has no scores. */
const errorRate = "rate of errors";

/** Scores that are numbers, and whether it was an error. */
export const numbersOf = (
  { outcome }: Pick<Answered, "outcome">,
  scores: Readonly<Record<string, Score>>,
): Record<string, number> => ({
  ...Object.fromEntries(
    Object.entries(scores).flatMap(([name, value]) => (typeof value === "number" ? [[name, value]] : [])),
  ),
  [errorRate]: outcome === "error" ? 1 : 0,
});

/**
 * Why stored answers no longer describe what they are answers of, in words; null: nothing says so. Another model that answers is
 * enough; else the scores of some metric, or how many are errors, must have moved, by a two-sided t-test over cases.
 * @param looks how often it is asked in all
 */
export function driftOf(
  rechecks: readonly Recheck[],
  metrics: readonly string[],
  looks: number,
): string | null {
  const other = rechecks.find(
    ({ servedBefore, servedNow }) =>
      servedBefore !== null && servedNow !== null && servedBefore !== servedNow,
  );
  if (other !== undefined) return differentModel(other.servedBefore ?? "", other.servedNow ?? "");
  const all = [...metrics, errorRate];
  for (const metric of all) {
    const p = chanceOf(rechecks, metric);
    if (p !== null && p < alpha / all.length / looks)
      return `asked again, their ${metric} is another one (${p < 0.0001 ? "p < 0.0001" : `p = ${p.toPrecision(2)}`} over ${rechecks.length} answers)`;
  }
  return null;
}

/**
 * Answers taken from earlier that another model gave than the one that answers arms asked with the same model now, in words.
 * @param models of each arm; of one that is not there nothing is known
 */
export function otherServed(
  answers: readonly ScoredAnswer[],
  models: Readonly<Partial<Record<Arm, string>>>,
): string | null {
  const served = new Map<string, Set<string>>();
  const all = answers.flatMap(({ arm, reused, answered: { served: id } }) => {
    const model = models[arm];
    return model === undefined || id === null ? [] : [{ model, reused, id }];
  });
  for (const { model, reused, id } of all)
    if (!reused) served.set(model, (served.get(model) ?? new Set()).add(id));
  const other = all.find(({ model, reused, id }) => reused && served.get(model)?.has(id) === false);
  return other === undefined
    ? null
    : differentModel(other.id, [...(served.get(other.model) ?? [])].join(", "));
}

const differentModel = (before: string, now: string): string =>
  `they are of ${before}, and now ${now} answers`;

function chanceOf(rechecks: readonly Recheck[], metric: string): number | null {
  const compared = rechecks.flatMap(({ case: id, before, now }) => {
    const [old, fresh] = [before[metric], now[metric]];
    return old === undefined || fresh === undefined ? [] : [{ id, difference: fresh - old }];
  });
  const clusters = clustersOf(compared.map(({ id }) => id));
  if (clusters.sizes.length < leastCases) return null;
  const { mean, se } = clusteredMean(
    Float64Array.from(compared, ({ difference }) => difference),
    clusters,
    null,
  );
  if (mean === 0) return 1;
  return 2 * (1 - studentCdf(se === 0 ? Infinity : Math.abs(mean) / se, clusters.df));
}
