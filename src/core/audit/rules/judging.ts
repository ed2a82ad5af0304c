import type { CriterionResult } from "../../criterion.ts";
import type { Body } from "../../event.ts";
import { judgeThread } from "../../id.ts";
import type { Rule, Sight } from "../finding.ts";
import { hasHandedIn, openAttempt, openGrading } from "../story.ts";
import type { AttemptStory, GradingStory } from "../story.ts";

/** P6: what is judged is what was handed in, by every criterion, and the verdict says what they said. */
export const judgingRule: Rule = {
  on: {
    "judging-started": (body, sight) => {
      if (body.task === null) return checkGoal(body, sight);
      const attempt = openAttempt(sight.story, body.task, body.attempt);
      if (attempt === null)
        return sight.report("protocol", `${nameGrading(body)} starts, and the attempt is not open`);
      checkTask(attempt, body, sight);
    },
    "criterion-judged": (body, sight) => {
      const grading = checkOpen(body, sight);
      if (grading !== null) checkCriterion(grading, body, sight);
    },
    "verdict-given": (body, sight) => {
      const grading = checkOpen(body, sight);
      const wrong = grading === null ? null : wrongVerdict(grading, body.verdict);
      if (wrong !== null)
        sight.report("P6", `the verdict of ${nameGrading(body)} is ${body.verdict}, ${wrong}`);
    },
  },
};

type OfGrading = Pick<Body<"verdict-given">, "task" | "attempt" | "grading">;

const nameGrading = ({ task, attempt, grading }: OfGrading): string =>
  task === null
    ? `grading ${grading} of the goal`
    : `grading ${grading} of attempt ${attempt} of task "${task}"`;

function checkGoal(body: Body<"judging-started">, { story, report }: Sight): void {
  const name = nameGrading(body);
  if (story.goalGrading !== null) report("protocol", `${name} starts while another is open`);
  if (body.grading !== story.goalGradings + 1)
    report("protocol", `${name} follows grading ${story.goalGradings}`);
  if (story.planning !== "adopted") report("protocol", `${name} starts while a plan is being made`);
  const [task] = story.unfinished;
  if (task !== undefined) report("protocol", `${name} starts while task "${task}" is not done`);
  if (body.restored === null && body.tree !== story.head)
    report("P6", `${name} judges a tree that is not the head of the run`);
}

function checkTask(attempt: AttemptStory, body: Body<"judging-started">, { story, report }: Sight): void {
  const name = nameGrading(body);
  if (attempt.status !== "submitted")
    report("protocol", `${name} starts while the attempt is ${attempt.status}`);
  if (body.grading !== attempt.gradings + 1)
    report("protocol", `${name} follows grading ${attempt.gradings}`);
  if (body.restored === null && body.tree !== attempt.candidate)
    report("P6", `${name} judges a tree that is not what was handed in`);
  const listed = new Set(body.criteria.map(({ id }) => id));
  const planned = body.task === null ? [] : (story.tasks.get(body.task)?.criteria ?? []);
  for (const id of planned)
    if (!listed.has(id)) report("P6", `${name} leaves out criterion "${id}" of the plan`);
}

function checkOpen(body: OfGrading, { story, entry, report }: Sight): GradingStory | null {
  const grading = openGrading(story, body.task, body.attempt);
  if (grading?.number === body.grading && grading.attempt === body.attempt) return grading;
  report("protocol", `${entry.type} is about ${nameGrading(body)}, which is not open`);
  return null;
}

function checkCriterion(
  grading: GradingStory,
  body: Body<"criterion-judged">,
  { story, report }: Sight,
): void {
  const name = `criterion "${body.criterion}" in ${nameGrading(body)}`;
  const criterion = grading.criteria.find(({ id }) => id === body.criterion);
  if (criterion === undefined) return report("P6", `${name} is judged and was not to be judged`);
  if (grading.results.has(body.criterion)) report("protocol", `${name} is judged twice`);
  const thread = judgeThread(body.task, body.attempt, body.grading);
  if (criterion.type === "rubric" && body.result !== "invalid" && !hasHandedIn(story, thread))
    report("P6", `${name} is judged, and its evaluator handed nothing in`);
  if (body.result !== "pass") return;
  if (criterion.type === "command" && body.exit === null) report("P6", `${name} passes without an exit code`);
  if (criterion.type === "rubric" && body.score === null) report("P6", `${name} passes without a score`);
}

function wrongVerdict(grading: GradingStory, verdict: CriterionResult): string | null {
  const results = [...grading.results.values()];
  if (verdict !== "pass") return results.includes(verdict) ? null : `and no criterion said so`;
  if (results.some((result) => result !== "pass")) return "and not every criterion passed";
  const left = grading.criteria.filter(({ id }) => !grading.results.has(id)).map(({ id }) => `"${id}"`);
  if (left.length > 0) return `and ${left.join(", ")} was never judged`;
  return grading.criteria.length === 0 ? "and there was nothing to judge by" : null;
}
