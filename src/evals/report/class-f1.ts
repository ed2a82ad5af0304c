import type { Arm, ScoredAnswer } from "../answer.ts";
import { f1Terms, tallyOf } from "../metrics/f1-terms.ts";
import type { F1Part, F1Tally } from "../metrics/f1-terms.ts";
import { answeredItemsOf } from "./items.ts";
import { clustersOf } from "../stats/clusters.ts";
import type { Clusters } from "../stats/clusters.ts";
import { classFault } from "../suite/whole-spec.ts";
import type { WholeSpec } from "../suite/whole-spec.ts";
import type { Estimate } from "./estimate.ts";
import { differenceOfF1, intervalOfF1 } from "./f1-interval.ts";
import type { StoredReport } from "./report.ts";
import { undefinedWhole, wholeScale } from "./whole.ts";
import type { Whole } from "./whole.ts";

/** With more classes than this each one's own F1 is not told. */
const mostClasses = 10;

/**
 * F1 of classes of each arm over all answers: `expect` is a case's class, an answer's text the class it says. An error
 * says none; an outage says none either, but in a difference it counts against the candidate, as in the gate.
 */
export function classF1(
  report: StoredReport,
  { name, f1 }: Extract<WholeSpec, { f1: string }>,
): readonly Whole[] {
  const { cases } = report;
  const bad = cases.flatMap(({ case: one }) => {
    const fault = classFault(one);
    return fault === null ? [] : [`case ${one.id}: ${fault}`];
  })[0];
  if (bad !== undefined || cases.length === 0)
    return [undefinedWhole(name, cases.length, bad ?? "there is no case")];
  const tallies = talliesOf(report);
  const clusters = clustersOf(cases.map(({ cluster }) => cluster));
  return partsOf(f1, tallies.candidate.worst).map(([part, of]) => ({
    name,
    part,
    scale: wholeScale(name),
    group: null,
    cases: cases.length,
    clusters: clusters.sizes.length,
    ...comparedOf(tallies, of, clusters),
    why: null,
  }));
}

type Named = readonly [part: string | null, of: F1Part];

function partsOf(f1: "all" | "macro" | "micro" | "weighted", { total }: F1Tally): readonly Named[] {
  if (f1 !== "all") return [[null, f1]];
  const labels = total.size > mostClasses ? [] : [...total.keys()];
  return [
    ["macro", "macro"],
    ["micro", "micro"],
    ["weighted", "weighted"],
    ...labels.map((label): Named => [`class ${label}`, { label }]),
  ];
}

/** What an arm said, by what outages are taken for: no class, or the right one. */
interface Tallies {
  readonly worst: F1Tally;
  readonly best: F1Tally;
}

type ArmTallies = Readonly<Record<Arm, Tallies | null>> & { readonly candidate: Tallies };

function talliesOf(report: StoredReport): ArmTallies {
  const items = answeredItemsOf(report);
  const gold = report.cases.map(({ case: one }) =>
    "expect" in one && one.expect !== undefined ? ([one.expect].flat()[0] ?? "") : "",
  );
  const of = (arm: Arm): Tallies => {
    const said = (at: number, outage: string): readonly string[] => {
      const { item, answers } = items[at] ?? { item: { [arm]: [] }, answers: { [arm]: [] } };
      const came = (answers[arm] ?? []).map((one) => classSaid(one, outage));
      return [...came, ...Array.from({ length: (item[arm] ?? []).length - came.length }, () => outage)];
    };
    return {
      worst: tallyOf(
        gold,
        gold.map((_, at) => said(at, "")),
      ),
      best: tallyOf(
        gold,
        gold.map((right, at) => said(at, right)),
      ),
    };
  };
  const { baseline, best } = report;
  return {
    candidate: of("candidate"),
    baseline: baseline === null ? null : of("baseline"),
    best: best === null ? null : of("best"),
  };
}

/** `""` is no class. */
function classSaid({ answered: { outcome, text } }: ScoredAnswer, outage: string): string {
  if (outcome === "complete") return text;
  return outcome === "outage" ? outage : "";
}

function comparedOf(tallies: ArmTallies, part: F1Part, clusters: Clusters): Pick<Whole, "arms" | "against"> {
  const { candidate, baseline, best } = tallies;
  const own = f1Terms(candidate.worst, part);
  const alone = (arm: Tallies | null): Estimate | null =>
    arm === null ? null : intervalOfF1(f1Terms(arm.worst, part), clusters);
  const less = (arm: Tallies | null): Estimate | null =>
    arm === null ? null : differenceOfF1(own, f1Terms(arm.best, part), clusters);
  return {
    arms: { candidate: intervalOfF1(own, clusters), baseline: alone(baseline), best: alone(best) },
    against: { baseline: less(baseline), best: less(best) },
  };
}
