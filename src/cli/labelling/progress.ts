import { leastLabels } from "../../evals/gate/judge.ts";
import type { JudgeCase } from "../../evals/suite/case.ts";
import { plural } from "../view/words.ts";

/** How far the labels are, in a line: what is still needed before a judge that is compared with them is proven. */
export function progressText(labels: readonly (JudgeCase["label"] | null)[]): string {
  const given = labels.filter((label) => label != null);
  const said = `${given.length} of ${Math.max(leastLabels, labels.length)}`;
  const left = labels.length - given.length;
  const missing = leastLabels - given.length;
  if (missing > left)
    return `${said} · ${plural(left, "answer")} left, and ${missing - left} more would make the judge proven: evaluate more cases`;
  if (missing > 0) return `${said} · ${missing} more make the judge proven`;
  const [good, bad] = [given.includes("pass"), given.includes("fail")];
  if (good && bad) return `${said} · enough to prove a judge`;
  return `${said} · none of them is a ${good ? "fail" : "pass"}, and a judge is proven by both`;
}
