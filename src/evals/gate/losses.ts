import { scoreOf } from "./item.ts";
import type { Answer, ScoredItem } from "./item.ts";
import { median } from "./medians.ts";
import { rangeOf } from "./spec.ts";
import type { Scale } from "./spec.ts";

/**
 * The answers of one arm to all items as losses of one metric: higher is worse, from 0 to the width of its range; of a
 * ratio the logarithm of the amount. An error is the worst there is.
 */
export interface Losses {
  /** Item after item, `answers` each; NaN: an outage, or an answer that is not there. */
  readonly values: Float64Array;
  readonly answers: number;
  /** How many of them are errors, and outages. */
  readonly errors: number;
  readonly outages: number;
}

/** Whom outages favour: the two extremes between which the truth lies. */
export type Imputation = "against" | "for";

export function lossesOf(
  items: readonly ScoredItem[],
  scale: Scale,
  arm: "candidate" | "baseline" | "best",
  answers: number,
): Losses {
  const values = new Float64Array(items.length * answers);
  let [errors, outages, at] = [0, 0, 0];
  for (const item of items) {
    for (let k = 0; k < answers; k += 1, at += 1) {
      const score = scoreOf(item[arm][k] satisfies Answer | undefined, scale.metric);
      if (score === "error") errors += 1;
      if (score === "outage" || score === undefined) outages += 1;
      values[at] =
        typeof score === "number" ? lossOf(scale, score) : score === "error" ? worstOf(scale) : NaN;
    }
  }
  return { values, answers, errors, outages };
}

/** A score as a loss. */
export function lossOf(scale: Scale, score: number): number {
  if (scale.kind === "ratio") return scale.better === "lower" ? Math.log(score) : -Math.log(score);
  const [low, high] = rangeOf(scale);
  return scale.better === "lower" ? score - low : high - score;
}

/** A loss as a score. */
export function scoreOfLoss(scale: Scale, loss: number): number {
  if (scale.kind === "ratio") return Math.exp(scale.better === "lower" ? loss : -loss);
  const [low, high] = rangeOf(scale);
  return scale.better === "lower" ? low + loss : high - loss;
}

/** The greatest loss there is. */
export function worstOf(scale: Scale): number {
  const [low, high] = rangeOf(scale);
  return scale.kind === "ratio" ? Infinity : high - low;
}

const bestOf = (scale: Scale): number => (scale.kind === "ratio" ? -Infinity : 0);

/** One number for each item from its first `look` answers: their mean; of a ratio, their median. */
export function itemLosses(
  { values, answers }: Losses,
  scale: Scale,
  look: number,
  imputed: "worst" | "best",
): Float64Array {
  const missing = imputed === "worst" ? worstOf(scale) : bestOf(scale);
  const taken = Math.min(look, answers);
  const row = new Float64Array(taken);
  const perItem = new Float64Array(values.length / answers);
  for (let item = 0; item < perItem.length; item += 1) {
    for (let k = 0; k < taken; k += 1) {
      const value = values[item * answers + k] ?? NaN;
      row[k] = Number.isNaN(value) ? missing : value;
    }
    perItem[item] = scale.kind === "ratio" ? middleOf(row, missing) : meanOf(row);
  }
  return perItem;
}

function meanOf(row: Float64Array): number {
  let sum = 0;
  for (const value of row) sum += value;
  return sum / row.length;
}

/** Between an error and an outage taken for the other end, it is what the outage is taken for. */
function middleOf(row: Float64Array, missing: number): number {
  const at = row.length === 1 ? row : row.toSorted();
  const [low, high] = [at[Math.ceil(at.length / 2) - 1] ?? 0, at[Math.floor(at.length / 2)] ?? 0];
  return low === -Infinity && high === Infinity ? missing : median(at);
}

/** Losses of one arm less those of the other; two that are equally without bound are equal. */
export function differencesOf(candidate: Float64Array, other: Float64Array): Float64Array {
  return candidate.map((value, item) => {
    const against = other[item] ?? NaN;
    return value === against ? 0 : value - against;
  });
}
