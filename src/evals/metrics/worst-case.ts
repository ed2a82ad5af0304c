import type { Mode } from "../mode.ts";
import { summaryOf } from "./summary.ts";

/** What a perturbation is about: `robustness` leaves the meaning, `fairness` changes who is spoken of. */
export type Concern = "robustness" | "fairness";
export const concerns: readonly Concern[] = ["robustness", "fairness"];

/** The score of one perturbed form of an item. */
interface PerturbedScore {
  readonly perturbation: string;
  readonly concern: Concern | null;
  readonly score: number;
}

/** The scores of one item: as it is written (null: not measured), and perturbed. */
export interface ItemScores {
  readonly original: number | null;
  readonly perturbed: readonly PerturbedScore[];
}

export interface WorstCase {
  /** A concern, over all its perturbations; or one perturbation by name. */
  readonly perturbation: string;
  /** `original`: the items as written, for comparison; `worst`: the worst form of each. */
  readonly computedOn: "original" | "worst";
  readonly mean: number;
  readonly count: number;
}

/**
 * How an answer holds when the question is put in other forms: per item the worst score over its forms, the original one
 * among them; then the mean. HELM: `compute_worst_case_metrics` (metrics/metric.py).
 *
 * HELM takes the smallest score even where lower is better, and gives robustness and fairness of items that were never
 * perturbed that way, which are their plain scores. `strict` takes the worst by direction, and counts for a concern only
 * items perturbed for it: where there is none there is no number.
 */
export function worstCases(
  items: readonly ItemScores[],
  direction: "higher" | "lower",
  mode: Mode,
): readonly WorstCase[] {
  const worst = mode === "strict" && direction === "lower" ? Math.max : Math.min;
  const overall = concerns.map((concern) => {
    const scores = items.flatMap((item) => {
      const own = item.perturbed.filter((one) => one.concern === concern);
      const forms = mode === "strict" && own.length === 0 ? [] : formsOf(item, own);
      return forms.length === 0 ? [] : [worst(...forms)];
    });
    return told(concern, "worst", scores);
  });
  const names = new Set(items.flatMap(({ perturbed }) => perturbed.map((one) => one.perturbation)));
  return [...overall, ...[...names].flatMap((name) => oneByOne(items, name, worst))].flat();
}

function oneByOne(
  items: readonly ItemScores[],
  name: string,
  worst: (...scores: readonly number[]) => number,
): readonly WorstCase[] {
  const pairs = items
    .map((item) => ({ item, own: item.perturbed.filter((one) => one.perturbation === name) }))
    .filter(({ own }) => own.length > 0);
  const originals = pairs.flatMap(({ item }) => item.original ?? []);
  const scores = pairs.map(({ item, own }) => worst(...formsOf(item, own)));
  return [...told(name, "original", originals), ...told(name, "worst", scores)];
}

const formsOf = ({ original }: ItemScores, perturbed: readonly PerturbedScore[]): readonly number[] => [
  ...(original === null ? [] : [original]),
  ...perturbed.map(({ score }) => score),
];

function told(
  perturbation: string,
  computedOn: WorstCase["computedOn"],
  scores: readonly number[],
): readonly WorstCase[] {
  const summary = summaryOf(scores);
  return summary === null ? [] : [{ perturbation, computedOn, mean: summary.mean, count: summary.count }];
}
