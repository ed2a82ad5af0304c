import type { Arm, ScoredAnswer } from "../answer.ts";
import { agreementOn } from "../scoring/agreement.ts";
import type { Agreement, Pair } from "../scoring/agreement.ts";
import type { StoredReport } from "./report.ts";

/** How an arm of a judge suite agrees with people; null: no judge is evaluated, or there is no such arm. */
export function agreementIn({ kind, cases, answers, ...sides }: StoredReport, arm: Arm): Agreement | null {
  if (kind !== "judge" || sides[arm] === null) return null;
  const labels = new Map(cases.map(({ case: one }) => [one.id, "label" in one ? (one.label ?? null) : null]));
  return agreementOn(
    answers
      .filter((answer) => answer.arm === arm && answer.form === null)
      .flatMap((answer) => pairOf(answer, labels.get(answer.case) ?? null)),
  );
}

/** No verdict agrees with nobody; what nobody could ask for says nothing. */
function pairOf({ answered: { outcome, measured } }: ScoredAnswer, label: "pass" | "fail" | null): Pair[] {
  if (label === null || outcome === "outage") return [];
  const pass = outcome === "complete" ? measured["pass"] : undefined;
  return [{ label: label === "pass", pass: pass === undefined ? label === "fail" : pass === 1 }];
}
