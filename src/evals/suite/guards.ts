import type { SuiteGuard, SuiteSpec } from "./spec.ts";

/** The guards of a suite: exactly those it writes; where it writes none, what everybody wants kept. */
export const guardsOf = (spec: SuiteSpec): Readonly<Record<string, SuiteGuard>> =>
  spec.guards ?? {
    quality: { ...usualQuality(spec), margin: 0.05 },
    refusals: { metric: "refusal", margin: 0.02 },
    invalid: { metric: "invalid", margin: 0.02 },
    cost: { metric: "cost", ratio: 1.15 },
  };

/** What is right where nobody says it: a rubric of the suite's own, else the references. */
function usualQuality({ kind, metrics }: SuiteSpec): Pick<SuiteGuard, "metric" | "rubric"> {
  if (kind === "agent") return { metric: "met" };
  if (kind === "judge") return { metric: "agrees" };
  const rubric = Object.entries(metrics).find(([, one]) => "rubric" in one);
  return { metric: rubric?.[0] ?? "quasi_exact_match" };
}

/** The measure that a guard is about. */
export const measureName = ({ metric, rubric }: SuiteGuard): string => metric ?? `rubric:${rubric}`;

/** The measure that tells right from wrong: of the guard `quality`, else of the primary one, else of the first with a margin. */
export function qualityName(spec: SuiteSpec): string {
  const guards = guardsOf(spec);
  const named =
    guards["quality"] ??
    guards[spec.primary?.guard ?? ""] ??
    Object.values(guards).find(({ margin }) => margin !== undefined);
  return measureName(named ?? usualQuality(spec));
}
