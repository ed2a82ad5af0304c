import { normalizeText } from "./normalize.ts";

/** The classes of one item as written: one text, or several where more than one may hold. */
export type Classes = string | readonly string[];

/** From 0 to 1. A class that was neither wanted nor said has 0, as in scikit-learn. */
export interface ClassificationF1 {
  /** The mean over classes. */
  readonly macro: number;
  /** Over all decisions as if there were one class. */
  readonly micro: number;
  /** The mean over classes, each by how often it is wanted. */
  readonly weighted: number;
  readonly perClass: Readonly<Record<string, number>>;
}

export interface Counts {
  hits: number;
  wanted: number;
  said: number;
}

/**
 * F1 per class over all items. Classes are compared in normalised spelling with articles kept; what is said but is no
 * class counts against none of them. HELM: `ClassificationMetric` (metrics/classification_metrics.py) over
 * scikit-learn's `f1_score`.
 * @param labels the classes; those of `gold` where it is left out, so that classes never wanted are missed
 */
export function classificationF1(
  gold: readonly Classes[],
  pred: readonly Classes[],
  labels?: readonly string[],
): ClassificationF1 {
  const counts = countClasses(gold.map(classSet), pred.map(classSet), labels?.map(spelling));
  const all = [...counts.values()];
  const wanted = all.reduce((sum, one) => sum + one.wanted, 0);
  return {
    macro: all.length === 0 ? 0 : all.reduce((sum, one) => sum + f1Of(one), 0) / all.length,
    micro: f1Of(all.reduce(added, none())),
    weighted: wanted === 0 ? 0 : all.reduce((sum, one) => sum + f1Of(one) * one.wanted, 0) / wanted,
    perClass: Object.fromEntries([...counts].map(([label, one]) => [label, f1Of(one)])),
  };
}

function countClasses(
  gold: readonly ReadonlySet<string>[],
  pred: readonly ReadonlySet<string>[],
  labels: readonly string[] = gold.flatMap((one) => [...one]),
): ReadonlyMap<string, Counts> {
  const counts = new Map([...new Set(labels)].toSorted().map((label) => [label, none()] as const));
  for (const [at, wanted] of gold.entries()) {
    const said = pred[at] ?? new Set();
    for (const [label, count] of counts) {
      count.wanted += Number(wanted.has(label));
      count.said += Number(said.has(label));
      count.hits += Number(wanted.has(label) && said.has(label));
    }
  }
  return counts;
}

export const none = (): Counts => ({ hits: 0, wanted: 0, said: 0 });

const added = (a: Counts, b: Counts): Counts => ({
  hits: a.hits + b.hits,
  wanted: a.wanted + b.wanted,
  said: a.said + b.said,
});

export const f1Of = ({ hits, wanted, said }: Counts): number =>
  wanted + said === 0 ? 0 : (2 * hits) / (wanted + said);

/** In normalised spelling. */
export const classSet = (classes: Classes): ReadonlySet<string> =>
  new Set((typeof classes === "string" ? [classes] : classes).filter((one) => one !== "").map(spelling));

const spelling = (label: string): string => normalizeText(label, "articles-too");
