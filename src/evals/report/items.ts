import { arms } from "../answer.ts";
import type { Arm, ScoredAnswer } from "../answer.ts";
import type { Answer, ScoredItem } from "../gate/item.ts";
import type { StoredReport } from "./report.ts";

/**
 * The cases of a report as its gate sees them, in the order of the cases: answers to the case as it is written, by sample,
 * none beyond the last look. What an arm has for other cases and not for this one is an outage.
 */
export function itemsOf(report: Pick<StoredReport, "cases" | "answers" | "looks">): ScoredItem[] {
  const own = report.answers.filter(({ form }) => form === null);
  const samples = new Map(arms.map((arm) => [arm, samplesOf(own, arm, report.looks.at(-1)?.samples)]));
  const byCase = Map.groupBy(own, (answer) => answer.case);
  return report.cases.map(({ cluster, case: { id } }) => {
    const answers = byCase.get(id) ?? [];
    const row = (arm: Arm): Answer[] => rowOf(answers, arm, samples.get(arm) ?? 0);
    return { id, cluster, candidate: row("candidate"), baseline: row("baseline"), best: row("best") };
  });
}

function samplesOf(answers: readonly ScoredAnswer[], arm: Arm, most = Infinity): number {
  let last = 0;
  for (const one of answers) if (one.arm === arm && one.sample > last) last = one.sample;
  return Math.min(last, most);
}

function rowOf(answers: readonly ScoredAnswer[], arm: Arm, samples: number): Answer[] {
  const row: Answer[] = Array.from({ length: samples }, () => "outage");
  for (const one of answers) {
    if (one.arm === arm && one.sample <= samples) row[one.sample - 1] = answerOf(one);
  }
  return row;
}

const answerOf = ({ answered: { outcome }, scores }: ScoredAnswer): Answer =>
  outcome === "complete" ? scores : outcome;
