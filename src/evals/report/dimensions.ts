import type { Arm } from "../answer.ts";
import type { ScoredItem } from "../gate/item.ts";
import { itemLosses, lossesOf } from "../gate/losses.ts";
import type { Losses } from "../gate/losses.ts";
import type { Scale } from "../gate/spec.ts";
import type { Measure } from "../measure.ts";
import { clustersOf } from "../stats/clusters.ts";
import { estimateOf } from "./estimate.ts";
import type { Estimate } from "./estimate.ts";
import { itemsOf } from "./items.ts";
import type { StoredReport } from "./report.ts";
import { scaleOf } from "./scale.ts";
import { worstForms } from "./worst-forms.ts";
import type { WorstForm } from "./worst-forms.ts";

/** One number that people look at, for each arm, and how the candidate's differs from the others'. */
export interface Dimension {
  readonly measure: Measure;
  readonly scale: Scale;
  /** Cases with this word in `groups`; null: all. */
  readonly group: string | null;
  /** `robustness`, `fairness`, or one form: the worst over it and the case as written, one answer each; null: as written. */
  readonly concern: string | null;
  readonly cases: number;
  readonly clusters: number;
  /** null: that arm is not there. */
  readonly arms: Readonly<Record<Arm, Estimate | null>>;
  /** Candidate less (of a ratio: by) the other. */
  readonly against: Readonly<Record<"baseline" | "best", Estimate | null>>;
}

/**
 * Each measure over all cases, then by group; the metric that the suite calls quality in the worst of its forms, too. An
 * error counts as the worst, and so does an outage, which in a difference counts against the candidate: as in the gate.
 */
export function dimensionsOf(report: StoredReport): readonly Dimension[] {
  const items = itemsOf(report);
  const all = report.cases.map((_, index) => index);
  const groups = groupsOf(report);
  return report.measures.flatMap((measure) => {
    const about = { measure, scale: scaleOf(measure, report.answers), concern: null };
    const table = tableOf(items, about.scale);
    const written = [
      dimensionOf({ ...about, group: null }, table, all),
      ...[...groups].map(([group, cases]) => dimensionOf({ ...about, group }, table, cases)),
    ];
    return measure.name === report.quality ? [...written, ...formDimensions(report, about)] : written;
  });
}

/** By name, the numbers of their cases. */
export function groupsOf({ cases }: StoredReport): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const [index, one] of cases.entries()) {
    for (const group of new Set(one.case.groups)) groups.set(group, [...(groups.get(group) ?? []), index]);
  }
  return new Map([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A loss for each case: `worst` and `best` by what outages are taken for; null: the arm is not there. */
export interface Row {
  readonly worst: Float64Array;
  readonly best: Float64Array;
  readonly answers: number;
}

interface Table {
  readonly clusters: readonly string[];
  readonly rows: Readonly<Record<Arm, Row | null>>;
}

function tableOf(items: readonly ScoredItem[], scale: Scale): Table {
  const row = (arm: Arm): Row | null => {
    const answers = items[0]?.[arm].length ?? 0;
    return answers === 0 ? null : rowOf(lossesOf(items, scale, arm, answers), scale);
  };
  return {
    clusters: items.map(({ cluster }) => cluster),
    rows: { candidate: row("candidate"), baseline: row("baseline"), best: row("best") },
  };
}

const rowOf = (losses: Losses, scale: Scale): Row => ({
  worst: itemLosses(losses, scale, losses.answers, "worst"),
  best: itemLosses(losses, scale, losses.answers, "best"),
  answers: losses.answers,
});

/** Of these cases, by their numbers. */
export function dimensionOf(
  about: Pick<Dimension, "measure" | "scale" | "group" | "concern">,
  { clusters: keys, rows }: Table,
  cases: readonly number[],
): Dimension {
  const clusters = clustersOf(cases.map((index) => keys[index] ?? ""));
  const picked = (losses: Float64Array): Float64Array =>
    Float64Array.from(cases, (index) => losses[index] ?? 0);
  const alone = (row: Row | null): Estimate | null =>
    row === null
      ? null
      : estimateOf(about.scale, { own: picked(row.worst), theirs: null, answers: row.answers, clusters });
  const less = (own: Row | null, other: Row | null): Estimate | null => {
    if (own === null || other === null) return null;
    const answers = Math.max(own.answers, other.answers);
    return estimateOf(about.scale, { own: picked(own.worst), theirs: picked(other.best), answers, clusters });
  };
  const { candidate, baseline, best } = rows;
  return {
    ...about,
    cases: cases.length,
    clusters: clusters.sizes.length,
    arms: { candidate: alone(candidate), baseline: alone(baseline), best: alone(best) },
    against: { baseline: less(candidate, baseline), best: less(candidate, best) },
  };
}

/** None where nothing was put in another form. */
const formDimensions = (
  report: StoredReport,
  about: Pick<Dimension, "measure" | "scale">,
): readonly Dimension[] =>
  worstForms(report.answers, about.scale).map(({ concern, losses }) => {
    const cases = report.cases.filter((one) => losses.has(one.case.id));
    const all = cases.map((_, index) => index);
    return dimensionOf({ ...about, group: null, concern }, formTable(cases, losses), all);
  });

function formTable(cases: StoredReport["cases"], losses: WorstForm["losses"]): Table {
  const row = (arm: Arm): Row | null => {
    const values = cases.flatMap((one) => losses.get(one.case.id)?.[arm] ?? []);
    const worst = Float64Array.from(values);
    return values.length === 0 ? null : { worst, best: worst, answers: 1 };
  };
  return {
    clusters: cases.map(({ cluster }) => cluster),
    rows: { candidate: row("candidate"), baseline: row("baseline"), best: row("best") },
  };
}
