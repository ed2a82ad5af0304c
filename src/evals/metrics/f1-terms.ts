import { classSet, f1Of, none } from "./classification.ts";
import type { Classes, Counts } from "./classification.ts";

/** Which F1: an average of all classes as `ClassificationF1` has them, or that of one class. */
export type F1Part = "macro" | "micro" | "weighted" | { readonly label: string };

/** What was wanted and said of each class: in all, and item by item, each item as if it had one answer. */
export interface F1Tally {
  readonly total: ReadonlyMap<string, Counts>;
  readonly items: readonly ReadonlyMap<string, Counts>[];
}

/**
 * Counts classes as `classificationF1` does; those of `gold` are all there are.
 * @param said of each item its answers, at least one; an answer that says nothing is a class of none
 */
export function tallyOf(gold: readonly Classes[], said: readonly (readonly Classes[])[]): F1Tally {
  const wanted = gold.map(classSet);
  const labels = [...new Set(wanted.flatMap((one) => [...one]))].toSorted();
  const total = new Map(labels.map((label) => [label, none()] as const));
  const items = wanted.map((own, at) => countItem(own, said[at] ?? [], total));
  return { total, items };
}

/** Of the item; and adds that to what there is in all. */
function countItem(
  wanted: ReadonlySet<string>,
  answers: readonly Classes[],
  total: ReadonlyMap<string, Counts>,
): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  const count = (label: string, key: keyof Counts, by: number): void => {
    const sum = total.get(label);
    if (sum === undefined) return;
    const own = counts.get(label) ?? none();
    own[key] += by;
    sum[key] += by;
    counts.set(label, own);
  };
  for (const label of wanted) count(label, "wanted", 1);
  for (const answer of answers) {
    for (const label of classSet(answer)) {
      count(label, "said", 1 / answers.length);
      if (wanted.has(label)) count(label, "hits", 1 / answers.length);
    }
  }
  return counts;
}

/** An F1 as if it were a mean over items, so that it can be tested like one. */
export interface F1Terms {
  readonly value: number;
  /** One for each item; their mean is `value`. */
  readonly terms: Float64Array;
  /**
   * What it makes of one item to be wrong instead of right, times the items: 1 of a share of right answers and of classes
   * that are equally frequent, more where one is rare. At least 1.
   */
  readonly reach: number;
}

/**
 * F1 is a ratio of sums (macro F1 a mean of such), so to first order it is the mean of F1 + n·(its derivative by the item's
 * counts): the delta method, which Takahashi et al., Confidence interval for micro-averaged F1 and macro-averaged F1
 * scores, Applied Intelligence 52 (2022) find to hold its coverage, https://doi.org/10.1007/s10489-021-02635-5. Terms of
 * a cluster are added up, and those of two arms subtracted, before anything is squared: which pairs arms and keeps clusters.
 */
export function f1Terms({ total, items }: F1Tally, part: F1Part): F1Terms {
  const shares = sharesOf(total, part);
  const count = items.length;
  const wanted = wantedOf(total);
  const value = valueOf(shares);
  const terms = Float64Array.from(items, (item) => {
    let [slope, weighing] = [0, 0];
    for (const [label, own] of item) {
      const { f1 = 0, size = 1, weight = 0 } = shares.get(label) ?? {};
      slope += (weight * (2 * own.hits - f1 * (own.wanted + own.said))) / size;
      weighing += (f1 - value) * own.wanted;
    }
    return value + count * (slope + (part === "weighted" ? weighing / wanted : 0));
  });
  return { value, terms, reach: Math.max(1, count * farthest(shares)) };
}

/** A class loses a hit and what was said of it; another is said wrongly. */
function farthest(shares: ReadonlyMap<string, Share>): number {
  const all = [...shares.values()].filter(({ size }) => size > 0);
  const losing = all.map(({ weight, size, f1 }) => (weight * (2 - f1)) / size);
  const gaining = all.map(({ weight, size, f1 }) => (weight * f1) / size);
  const [first, second] = [...gaining.keys()].toSorted((a, b) => (gaining[b] ?? 0) - (gaining[a] ?? 0));
  const other = (at: number): number => gaining[(at === first ? second : first) ?? -1] ?? 0;
  return Math.max(0, ...losing.map((loss, at) => loss + other(at)));
}

/** What a class adds: F1 · weight; `size`: how often it was wanted and said. Of micro F1 all classes are one. */
interface Share {
  readonly f1: number;
  readonly size: number;
  readonly weight: number;
  /** Its part of the value. */
  readonly adds: number;
}

function sharesOf(total: F1Tally["total"], part: F1Part): ReadonlyMap<string, Share> {
  const pooled = none();
  for (const { hits, wanted, said } of total.values()) {
    pooled.hits += hits;
    pooled.wanted += wanted;
    pooled.said += said;
  }
  const share = (counts: Counts, weight: number, adds: number): Share => ({
    f1: f1Of(counts),
    size: counts.wanted + counts.said,
    weight,
    adds: f1Of(counts) * adds,
  });
  return new Map(
    [...total].map(([label, counts]) => {
      if (part === "micro") return [label, share(pooled, 1, 1 / total.size)] as const;
      const weight = weightOf(part, label, counts.wanted / pooled.wanted, total.size);
      return [label, share(counts, weight, weight)] as const;
    }),
  );
}

function weightOf(part: F1Part, label: string, wanted: number, classes: number): number {
  if (typeof part === "object") return Number(part.label === label);
  return part === "weighted" ? wanted : 1 / classes;
}

const valueOf = (shares: ReadonlyMap<string, Share>): number =>
  shares.values().reduce((sum, { adds }) => sum + adds, 0);

const wantedOf = (total: F1Tally["total"]): number =>
  total.values().reduce((sum, { wanted }) => sum + wanted, 0);
