import type { ScoredAnswer } from "../../evals/answer.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import type { Case, JudgeCase } from "../../evals/suite/case.ts";

/**
 * Answers that a rubric scored, as a person labels them: whose answer it is (which arm, which version) is not told. Those
 * that say the same to the same case count once.
 */
export function reportedAnswers(reports: readonly StoredReport[], rubric: string): readonly JudgeCase[] {
  const found = new Map<string, JudgeCase>();
  for (const { suite, cases, answers } of reports) {
    const byId = new Map(cases.map((one) => [one.case.id, one]));
    for (const answer of answers) {
      const item = byId.get(answer.case);
      if (item === undefined || !isScored(answer, rubric)) continue;
      const key = `${suite.name}\0${answer.case}\0${answer.answered.text}`;
      if (!found.has(key)) found.set(key, caseOf(item.case, item.cluster, answer, rubric));
    }
  }
  return [...found.values()];
}

const isScored = ({ scores, form, answered }: ScoredAnswer, rubric: string): boolean =>
  form === null && answered.outcome === "complete" && typeof scores[`rubric:${rubric}`] === "number";

const caseOf = (
  found: Case,
  cluster: string,
  { key, answered }: ScoredAnswer,
  rubric: string,
): JudgeCase => ({
  id: `${found.id.slice(0, 90)}:${key.slice(0, 16)}`,
  cluster,
  groups: found.groups,
  vars: "vars" in found ? found.vars : { case: found.id },
  answer: answerOf(found, answered),
  rubric,
});

/** What an agent left; what a prompt said, or what it gave to its finishing call. */
function answerOf(found: Case, { text, output }: ScoredAnswer["answered"]): JudgeCase["answer"] {
  if (typeof output !== "object" || output === null || Array.isArray(output)) return text;
  if (!("folder" in found)) return text === "" ? JSON.stringify(output, null, 2) : text;
  const files = Object.entries(output).flatMap(([path, content]) =>
    typeof content === "string" ? [[path, content] as const] : [],
  );
  return files.length === 0 ? text : Object.fromEntries(files);
}
