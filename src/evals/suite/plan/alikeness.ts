import type { ScoredAnswer } from "../../answer.ts";
import { lossOf } from "../../gate/losses.ts";
import type { GateSpec, GuardSpec } from "../../gate/spec.ts";
import type { StoredReport } from "../../report/report.ts";

/**
 * How far differences between the arms are alike within clusters: the intraclass correlation of a one-way analysis of
 * variance (R. A. Fisher), of the first guard that is no amount, in the newest report that has two arms and clusters of
 * more than one case. From 0 to 1; null: there is no such report. @param isFirst it is the losses of the only arm, of the
 * first guard with a floor
 */
export function alikenessOf(
  reports: readonly StoredReport[],
  { guards }: GateSpec,
  isFirst: boolean,
): number | null {
  const guard = Object.values(guards).find(
    ({ kind, floor }) => kind !== "ratio" && (!isFirst || floor !== undefined),
  );
  if (guard === undefined) return null;
  for (const report of reports) {
    if ((report.baseline === null) !== isFirst) continue;
    const groups = valuesOf(report, guard);
    const cases = groups.reduce((sum, { length }) => sum + length, 0);
    if (groups.length > 1 && cases > groups.length) return correlationOf(groups, cases);
  }
  return null;
}

/** By cluster: how much more the candidate lost than production (if there was any), of each case that all have answered. */
function valuesOf({ cases, answers, baseline }: StoredReport, guard: GuardSpec): readonly number[][] {
  const byCase = Map.groupBy(
    answers.filter(({ form }) => form === null),
    (one) => one.case,
  );
  const byCluster = new Map<string, number[]>();
  for (const { cluster, case: one } of cases) {
    const own = byCase.get(one.id) ?? [];
    const candidate = meanLoss(own, "candidate", guard);
    const other = baseline === null ? 0 : meanLoss(own, "baseline", guard);
    if (candidate === null || other === null) continue;
    byCluster.set(cluster, [...(byCluster.get(cluster) ?? []), candidate - other]);
  }
  return [...byCluster.values()];
}

function meanLoss(answers: readonly ScoredAnswer[], arm: string, guard: GuardSpec): number | null {
  const losses = answers.flatMap((one) => {
    const score = one.arm === arm ? one.scores[guard.metric] : undefined;
    return typeof score === "number" ? [lossOf(guard, score)] : [];
  });
  return losses.length === 0 ? null : losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function correlationOf(groups: readonly (readonly number[])[], cases: number): number {
  const all = groups.flat().reduce((sum, value) => sum + value, 0) / cases;
  let [between, within, squares] = [0, 0, 0];
  for (const group of groups) {
    const mean = group.reduce((sum, value) => sum + value, 0) / group.length;
    between += group.length * (mean - all) ** 2;
    within += group.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    squares += group.length ** 2;
  }
  const [msBetween, msWithin] = [between / (groups.length - 1), within / (cases - groups.length)];
  const size = (cases - squares / cases) / (groups.length - 1);
  const total = msBetween + (size - 1) * msWithin;
  return total <= 0 ? 0 : Math.min(1, Math.max(0, (msBetween - msWithin) / total));
}
