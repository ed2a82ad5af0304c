import { arms } from "../answer.ts";
import type { ScoredItem } from "../gate/item.ts";
import { itemsOf as itemsIn } from "../runner/items.ts";
import type { AnsweredItem } from "../runner/items.ts";
import type { StoredReport } from "./report.ts";

type Answers = Pick<StoredReport, "cases" | "answers" | "looks" | "baseline" | "best">;

/** The cases of a report as its gate sees them, in their order, with all their scores: answers up to the last look. */
export const itemsOf = (report: Answers): ScoredItem[] => answeredItemsOf(report).map(({ item }) => item);

/** The same with their answers, of which those that are not there are left out. */
export function answeredItemsOf(report: Answers): AnsweredItem[] {
  const { cases, answers, looks } = report;
  const asked = arms.filter((arm) => arm === "candidate" || report[arm] !== null);
  const samples = looks.at(-1)?.samples ?? mostSamples(answers);
  return itemsIn(asked, cases, answers, samples);
}

function mostSamples(answers: StoredReport["answers"]): number {
  let most = 0;
  for (const { form, sample } of answers) if (form === null) most = Math.max(most, sample);
  return most;
}
