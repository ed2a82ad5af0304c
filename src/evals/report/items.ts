import { arms } from "../answer.ts";
import type { ScoredItem } from "../gate/item.ts";
import { itemsOf as answeredItemsOf } from "../runner/items.ts";
import type { StoredReport } from "./report.ts";

type Answers = Pick<StoredReport, "cases" | "answers" | "looks" | "baseline" | "best">;

/** The cases of a report as its gate sees them, in their order, with all their scores: answers up to the last look. */
export function itemsOf(report: Answers): ScoredItem[] {
  const { cases, answers, looks } = report;
  const asked = arms.filter((arm) => arm === "candidate" || report[arm] !== null);
  const samples = looks.at(-1)?.samples ?? mostSamples(answers);
  return answeredItemsOf(asked, cases, answers, samples).map(({ item }) => item);
}

function mostSamples(answers: StoredReport["answers"]): number {
  let most = 0;
  for (const { form, sample } of answers) if (form === null) most = Math.max(most, sample);
  return most;
}
