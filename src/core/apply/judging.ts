import type { Grading } from "../attempt.ts";
import type { Body } from "../event.ts";
import { judgeThread } from "../id.ts";
import type { Digest } from "../id.ts";
import type { RunState } from "../run.ts";
import { newThread } from "../thread.ts";
import { openAttempt } from "./attempts.ts";
import { found, must } from "./legal.ts";
import { closeThread, openThread } from "./threads.ts";

export function started(run: RunState, body: Body<"judging-started">): void {
  const grading = newGrading(body);
  if (body.task === null) startGoal(run, grading);
  else startTask(run, body.task, grading, body.restored?.list ?? null);
  if (grading.criteria.some((criterion) => criterion.type === "rubric")) {
    openThread(run, newThread(grading.thread, "evaluator", body.task, body.tree));
  }
}

const newGrading = (body: Body<"judging-started">): Grading => ({
  task: body.task,
  attempt: body.attempt,
  grading: body.grading,
  thread: judgeThread(body.task, body.attempt, body.grading),
  tree: body.tree,
  criteria: body.criteria,
  results: new Map(),
  explanations: new Map(),
});

function startGoal(run: RunState, grading: Grading): void {
  must(run.phase === "working" && run.unfinished === 0, "the goal is judged before its tasks are done");
  must(run.active.size === 0 && run.integration === null, "the goal is judged while work is open");
  must(grading.grading === run.gradings + 1, `grading ${grading.grading} follows ${run.gradings}`);
  run.phase = "judging";
  run.gradings = grading.grading;
  run.grading = grading;
}

function startTask(run: RunState, task: string, grading: Grading, restored: Digest | null): void {
  const attempt = openAttempt(run, task, grading.attempt);
  must(attempt.status === "submitted", `attempt ${grading.attempt} of ${task} is ${attempt.status}`);
  must(grading.grading === attempt.gradings + 1, `grading ${grading.grading} follows ${attempt.gradings}`);
  attempt.status = "judging";
  attempt.restored = restored;
  attempt.gradings = grading.grading;
  attempt.grading = grading;
}

export function criterionJudged(run: RunState, body: Body<"criterion-judged">): void {
  const grading = openGrading(run, body);
  must(
    grading.criteria.some((criterion) => criterion.id === body.criterion),
    `${body.criterion} is not a criterion of this grading`,
  );
  must(!grading.results.has(body.criterion), `${body.criterion} is judged already`);
  grading.results.set(body.criterion, body.result);
  grading.explanations.set(body.criterion, body.explanation);
}

export function verdictGiven(run: RunState, body: Body<"verdict-given">): void {
  const grading = openGrading(run, body);
  const results = [...grading.results.values()];
  const complete = results.length === grading.criteria.length;
  must(
    body.verdict !== "pass" || (complete && results.every((result) => result === "pass")),
    "a pass without its criteria",
  );
  closeThread(run, grading.thread);
  if (body.task === null) goalVerdict(run, body);
  else taskVerdict(run, body.task, grading, body.verdict);
}

function taskVerdict(
  run: RunState,
  task: string,
  grading: Grading,
  verdict: Body<"verdict-given">["verdict"],
): void {
  const attempt = openAttempt(run, task, grading.attempt);
  attempt.grading = null;
  attempt.judged = grading.tree;
  attempt.verdict = verdict;
  attempt.status = verdict === "invalid" ? "submitted" : "judged";
  if (verdict === "invalid") attempt.invalids += 1;
}

function goalVerdict(run: RunState, body: Body<"verdict-given">): void {
  run.grading = null;
  run.phase = "working";
  if (body.verdict === "pass") run.ending = "met";
  if (body.verdict === "fail") run.goalUnmet = { feedback: body.feedback };
  if (body.verdict === "invalid") run.goalInvalids += 1;
}

type Judged = { readonly task: string | null; readonly attempt: number; readonly grading: number };

function openGrading(run: RunState, body: Judged): Grading {
  const open = body.task === null ? run.grading : openAttempt(run, body.task, body.attempt).grading;
  const grading = found(open, `open grading of ${body.task ?? "the goal"}`);
  must(grading.grading === body.grading, `grading ${body.grading} is not the open one (${grading.grading})`);
  return grading;
}
