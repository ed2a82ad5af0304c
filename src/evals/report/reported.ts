import type { Arm } from "../answer.ts";
import { calibrationOf } from "./calibration.ts";
import type { Dimension } from "./dimensions.ts";
import { efficiencyOf } from "./efficiency.ts";
import { agreementIn } from "./judging.ts";
import type { StoredReport } from "./report.ts";

/** What is reported besides the guards, as one number for each arm. */
export interface Reported {
  /** A metric, `robustness`, `fairness`, `ECE`, `p95`; of a judge `accuracy`, `κ`, `sensitivity`, `specificity`. */
  readonly name: string;
  /** The metric in whose units it is; null: from 0 to 1. */
  readonly metric: string | null;
  /** null: there is none, as nothing was put in another form, or nobody said how sure they were. */
  readonly values: Readonly<Record<Arm, number | null>>;
}

/** What is made of all answers at once is told apart (`wholesOf`). */
export function reportedOf(report: StoredReport, dimensions: readonly Dimension[]): readonly Reported[] {
  return [...agreements(report), ...wantedOf(report, dimensions)];
}

/** Of a judge it is always told how it agrees with people. */
const agreements = (report: StoredReport): readonly Reported[] =>
  report.kind !== "judge"
    ? []
    : (["accuracy", "kappa", "sensitivity", "specificity"] as const).map((name) =>
        valuesBy(name === "kappa" ? "κ" : name, null, (arm) => agreementIn(report, arm)?.[name] ?? null),
      );

function wantedOf(report: StoredReport, dimensions: readonly Dimension[]): readonly Reported[] {
  const wholes = new Set(report.wholes.map(({ name }) => name));
  const wanted = [...new Set(report.reported)].filter((name) => !wholes.has(name));
  return wanted.map((name) => {
    if (name === "calibration")
      return valuesBy("ECE", null, (arm) => calibrationOf(report, arm)?.ece ?? null);
    if (name === "latency")
      return valuesBy("p95", "latency", (arm) => efficiencyOf(report, arm)?.latencyMs.p95 ?? null);
    if (name === "tokens")
      return valuesBy("tokens", "tokens", (arm) => efficiencyOf(report, arm)?.tokens.median ?? null);
    const isConcern = name === "robustness" || name === "fairness";
    const found = dimensions.find(({ measure, group, concern }) =>
      isConcern
        ? group === null && concern === name
        : measure.name === name && group === null && concern === null,
    );
    return valuesBy(name, found?.measure.name ?? name, (arm) => found?.arms[arm]?.value ?? null);
  });
}

const valuesBy = (name: string, metric: string | null, value: (arm: Arm) => number | null): Reported => ({
  name,
  metric,
  values: { candidate: value("candidate"), baseline: value("baseline"), best: value("best") },
});
