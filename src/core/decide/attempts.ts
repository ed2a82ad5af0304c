import type { Action } from "../action.ts";
import { unjudged } from "../attempt.ts";
import type { Attempt, Grading } from "../attempt.ts";
import type { RunState } from "../run.ts";

/** The next step of every living attempt, apart from its worker's turns, and of the goal's grading. */
export function attemptsActions(run: RunState): readonly Action[] {
  const actions = [...run.active].flatMap((id) => {
    const task = run.tasks.get(id);
    return task?.status === "active" && task.attempt !== null ? (step(run, task.attempt) ?? []) : [];
  });
  const goal = run.grading === null ? null : gradingStep(run.grading);
  return goal === null ? actions : [...actions, goal];
}

function step(run: RunState, attempt: Attempt): Action | null {
  const { task } = attempt;
  switch (attempt.status) {
    case "preparing":
      return { do: "prepare", task };
    case "working":
      return null;
    case "submitted":
      return isBroken(run, attempt)
        ? { do: "escalate", kind: "judging", task }
        : { do: "start-judging", task };
    case "judging":
      return attempt.grading === null ? null : gradingStep(attempt.grading);
    case "judged":
      if (isBroken(run, attempt)) return { do: "escalate", kind: "judging", task };
      return run.integration === null ? { do: "start-integration", task } : null;
    case "integrating":
      return { do: "integrate", task };
  }
}

const isBroken = (run: RunState, attempt: Attempt): boolean => attempt.invalids >= run.limits.gradings;

/** Commands and files in order, then the rubrics' thread; a result that already failed asks no model. */
function gradingStep(grading: Grading): Action | null {
  const left = unjudged(grading);
  const checks = left.find((criterion) => criterion.type !== "rubric");
  if (checks !== undefined) return { do: "judge-criterion", task: grading.task, criterion: checks.id };
  const failed = [...grading.results.values()].some((result) => result !== "pass");
  return left.length === 0 || failed ? { do: "give-verdict", task: grading.task } : null;
}
