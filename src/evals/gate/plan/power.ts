import { binomialCdf, binomialDensity } from "../../stats/binomial.ts";
import { normalCdf } from "../../stats/normal.ts";
import { studentQuantile } from "../../stats/student.ts";
import { tiltedVariance } from "../../stats/tilt.ts";
import { lossOfPairs } from "../pairs.ts";
import { rangeOf } from "../spec.ts";
import type { GuardSpec } from "../spec.ts";
import type { Assumption, Cases, RatioAssumption } from "./assumption.ts";
import { spreadOfRates, spreadOfScores, varianceOf } from "./spread.ts";
import type { Spread } from "./spread.ts";

/** How one guard fares at one look. */
export interface Power {
  /** The chance that it holds, at the level of the look. */
  readonly chance: (level: number) => number;
  /** The standard deviation of one item's difference: looks at the same items correlate by its ratio. */
  readonly sd: number;
}

export function powerAt(guard: GuardSpec, assumed: Assumption, cases: Cases, answers: number): Power {
  if (assumed.kind === "ratio") return ofMedians(marginOf(guard), assumed, cases, answers);
  const margin = marginOf(guard);
  const [low, high] = rangeOf(guard);
  const spread =
    assumed.kind === "rate" ? spreadOfRates(assumed, answers) : spreadOfScores(assumed, answers, high - low);
  const isPairs = assumed.kind === "rate" && answers === 1 && cases.clusters === cases.items;
  if (isPairs) return ofPairs(spread, margin, cases.items);
  return ofMeans(spread, margin, [low - high, high - low], cases);
}

const marginOf = (guard: GuardSpec): number =>
  guard.kind === "ratio" ? Math.log(guard.ratio) : guard.margin;

/** Past this many cases the normal distribution is as exact as anybody's assumptions. */
const countedCases = 3000;

function ofPairs(spread: Spread, margin: number, n: number): Power {
  const [c = 0, , b = 0] = spread.chances;
  const sd = Math.sqrt(varianceOf(spread));
  if (n > countedCases) return ofMeans(spread, margin, [-1, 1], { items: n, clusters: n, alike: 0 });
  return { chance: (level) => pairsChance(n, b, c, margin, level), sd };
}

/** Over all counts of items that differ; `b`, `c`: the chances that only the candidate, or only the other, loses. */
function pairsChance(n: number, b: number, c: number, margin: number, level: number): number {
  const spare = 8 * Math.sqrt(n * c * (1 - c)) + 8;
  const last = Math.min(n, Math.ceil(n * c + spare));
  let [chance, most] = [0, -1];
  for (let lost = Math.max(0, Math.floor(n * c - spare)); lost <= last; lost += 1) {
    // The more the other lost, the more the candidate may.
    while (most < n - lost && lossOfPairs(most + 1, lost, n, margin) <= level) most += 1;
    if (most < 0) continue;
    chance += binomialDensity(lost, n, c) * binomialCdf(most, n - lost, Math.min(1, b / (1 - c)));
  }
  return chance;
}

/**
 * As `contrastOfMeans` judges, with what is expected in place of what is seen. By how much it is above its bound varies
 * with how often each value turns up, not only through the mean but through the error too: by the delta method.
 */
export function ofMeans(
  spread: Spread,
  margin: number,
  ends: readonly [least: number, most: number],
  { items, clusters, alike }: Cases,
): Power {
  const design = 1 + (items / clusters - 1) * alike;
  const n = items / design;
  // So few independent items stand for all; the two at the ends are of no cluster, and count for as little as among all.
  const terms = Float64Array.from([
    ...spread.values.map((value) => value - margin),
    ...ends.map((end) => (end - margin) / design),
  ]);
  const counts = Float64Array.from([...spread.chances.map((chance) => chance * n), 1, 1]);
  const chance = (level: number): number => {
    if (clusters <= 1) return 0;
    const quantile = studentQuantile(1 - level, clusters - 1);
    const slack = slackOf(terms, counts, quantile);
    const slopes = spread.values.map((_, index) => slopeOf(terms, counts, quantile, index));
    return normalCdf(slack / Math.sqrt(n * varianceOf({ values: slopes, chances: spread.chances })));
  };
  return { chance, sd: Math.sqrt(varianceOf(spread)) };
}

/** By how much a sum of deviations from the margin lies below what it must not exceed. */
function slackOf(terms: Float64Array, counts: Float64Array, quantile: number): number {
  let [items, sum, squares] = [0, 0, 0];
  for (const [index, term] of terms.entries()) {
    const count = counts[index] ?? 0;
    items += count;
    sum += count * term;
    squares += count * term * term;
  }
  const seen = ((squares - (sum * sum) / items) * items) / (items - 1);
  return -sum - quantile * Math.sqrt(Math.max(seen, tiltedVariance(terms, counts)));
}

/** How that changes with one more item of a value. */
function slopeOf(terms: Float64Array, counts: Float64Array, quantile: number, index: number): number {
  const count = counts[index] ?? 0;
  const step = Math.max(1e-6, Math.min(0.25, count / 2));
  const at = (by: number): number => slackOf(terms, counts.with(index, count + by), quantile);
  return (at(step) - at(-Math.min(step, count))) / (step + Math.min(step, count));
}

/** The variance of the median of so many normal numbers, of one of them. */
const medianVariance = [1, 1, 0.5, 0.448_67, 0.298_2, 0.286_83, 0.214_7, 0.210_4, 0.168_2] as const;

function ofMedians(
  margin: number,
  { sd: logs, gain }: RatioAssumption,
  cases: Cases,
  answers: number,
): Power {
  const sd = logs * Math.sqrt(2 * medianVarianceOf(answers));
  return { ...ofSigns(normalCdf((margin + gain) / sd), cases), sd };
}

export const medianVarianceOf = (answers: number): number =>
  medianVariance[answers] ?? Math.PI / 2 / (answers + 1);

/** @param below the chance that an item is on the right side */
export function ofSigns(below: number, cases: Cases): Pick<Power, "chance"> {
  const { items, clusters } = cases;
  if (clusters === items) return { chance: (level) => signsChance(items, below, level) };
  // Over clusters it is the mean of signs that is judged: 1 on the wrong side, 0 on the right one.
  const signs: Spread = { values: Float64Array.of(0, 1), chances: Float64Array.of(below, 1 - below) };
  return ofMeans(signs, 0.5, [0, 1], cases);
}

/** The chance of as many items below the margin as the test of signs asks for. */
function signsChance(n: number, below: number, level: number): number {
  let [low, high] = [-1, n];
  while (low < high) {
    const others = Math.ceil((low + high) / 2);
    if (binomialCdf(others, n, 0.5) <= level) low = others;
    else high = others - 1;
  }
  return low < 0 ? 0 : binomialCdf(low, n, 1 - below);
}
