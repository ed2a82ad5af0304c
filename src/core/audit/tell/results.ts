import type { Body } from "../../event.ts";
import { openAttempt, openGrading } from "../story.ts";
import type { AttemptStory, GradingStory, Story } from "../story.ts";
import { cutIntegration } from "./calls.ts";
import { settleTask } from "./plans.ts";
import type { Teller } from "./teller.ts";

export const tellResults: Teller = {
  "attempt-started": (story, body) => {
    story.spent.attempts += 1;
    const task = story.tasks.get(body.task);
    if (task === undefined) return;
    task.attempt = newAttempt(body);
    task.personAccepts = false;
    story.active.add(body.task);
    if (body.alone) story.alone.add(body.task);
  },
  "baseline-recorded": (story, body) => {
    const attempt = openAttempt(story, body.task, body.attempt);
    if (attempt === null) return;
    attempt.status = body.satisfied ? "submitted" : "working";
    if (body.satisfied) attempt.candidate = attempt.start;
  },
  "attempt-submitted": (story, body) => {
    const attempt = openAttempt(story, body.task, body.attempt);
    if (attempt === null) return;
    attempt.status = "submitted";
    attempt.candidate = body.candidate;
  },
  "judging-started": (story, body) => {
    const grading: GradingStory = {
      attempt: body.attempt,
      number: body.grading,
      tree: body.tree,
      criteria: body.criteria,
      results: new Map(),
    };
    if (body.task === null) startGoal(story, grading);
    else startTask(story, body.task, grading, body.restored !== null);
  },
  "criterion-judged": (story, body) => {
    openGrading(story, body.task, body.attempt)?.results.set(body.criterion, body.result);
  },
  "verdict-given": (story, body) => {
    if (body.task === null) endGoal(story, body);
    else endTask(openAttempt(story, body.task, body.attempt), body);
  },
  "integration-started": (story, body, entry) => {
    story.integration = body;
    const attempt = openAttempt(story, body.task, body.attempt);
    if (attempt !== null) attempt.status = "integrating";
    const bracket = { kind: "integration", name: body.task, epoch: entry.epoch, outside: false } as const;
    story.brackets.set("integration", bracket);
  },
  "integration-ended": (story, body) => {
    story.brackets.delete("integration");
    if (body.outcome === "cut" || body.outcome === "invalid") return cutIntegration(story);
    story.integration = null;
    const attempt = openAttempt(story, body.task, body.attempt);
    if (attempt === null || (body.outcome !== "conflict" && body.outcome !== "regressed")) return;
    attempt.status = "collided";
    attempt.collision = body.outcome;
  },
  "task-accepted": (story, body) => {
    story.head = body.head;
    story.goalVerdict = null;
    const task = story.tasks.get(body.task);
    if (task === undefined) return;
    task.finished = "accepted";
    task.handoff = body.handoff;
    settleTask(story, task);
  },
  "attempt-ended": (story, body) => {
    const attempt = openAttempt(story, body.task, body.attempt);
    if (attempt === null) return;
    attempt.status = "ended";
    attempt.grading = null;
    story.active.delete(body.task);
    story.alone.delete(body.task);
  },
};

const newAttempt = (body: Body<"attempt-started">): AttemptStory => ({
  number: body.attempt,
  start: body.start,
  status: "preparing",
  candidate: null,
  gradings: 0,
  grading: null,
  restored: null,
  verdict: null,
  collision: null,
});

function startGoal(story: Story, grading: GradingStory): void {
  story.goalGradings = grading.number;
  story.goalGrading = grading;
  story.goalVerdict = null;
}

function startTask(story: Story, task: string, grading: GradingStory, restored: boolean): void {
  const attempt = openAttempt(story, task, grading.attempt);
  if (attempt === null) return;
  attempt.status = "judging";
  attempt.gradings = grading.number;
  attempt.grading = grading;
  attempt.restored = restored ? grading.tree : null;
}

function endGoal(story: Story, body: Body<"verdict-given">): void {
  story.goalGrading = null;
  story.goalVerdict = body.verdict;
}

function endTask(attempt: AttemptStory | null, body: Body<"verdict-given">): void {
  if (attempt === null) return;
  attempt.grading = null;
  attempt.verdict = body.verdict;
  attempt.status = body.verdict === "invalid" ? "submitted" : "judged";
}
