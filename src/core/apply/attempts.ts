import type { Attempt } from "../attempt.ts";
import type { Body } from "../event.ts";
import { taskThread } from "../id.ts";
import type { RunState } from "../run.ts";
import type { Task } from "../task.ts";
import { currentCall, newThread } from "../thread.ts";
import { found, must } from "./legal.ts";
import { closeThread, openThread } from "./threads.ts";

export function started(run: RunState, body: Body<"attempt-started">): void {
  const task = found(run.tasks.get(body.task), `task ${body.task}`);
  must(run.phase === "working", `an attempt starts in phase ${run.phase}`);
  must(task.status === "pending", `${task.id} is ${task.status}, not pending`);
  must(task.waitingFor === 0, `${task.id} waits for ${task.waitingFor} tasks`);
  must(body.attempt === task.attempts + 1, `attempt ${body.attempt} of ${task.id} follows ${task.attempts}`);
  must(body.start === run.head, `${task.id} does not start from the head`);
  must(!body.alone || run.active.size === 0, `${task.id} runs alone, but others are at work`);
  task.status = "active";
  task.attempts = body.attempt;
  task.attempt = newAttempt(body);
  run.ready.delete(task.id);
  run.active.add(task.id);
  run.spent.attempts += 1;
}

const newAttempt = (body: Body<"attempt-started">): Attempt => ({
  task: body.task,
  attempt: body.attempt,
  start: body.start,
  alone: body.alone,
  status: "preparing",
  baseline: new Map(),
  submission: null,
  candidate: null,
  gradings: 0,
  invalids: 0,
  grading: null,
  restored: null,
  judged: null,
  verdict: null,
});

export function baselineRecorded(run: RunState, body: Body<"baseline-recorded">): void {
  const attempt = openAttempt(run, body.task, body.attempt);
  must(attempt.status === "preparing", `attempt ${body.attempt} of ${body.task} is ${attempt.status}`);
  attempt.status = "working";
  attempt.baseline = new Map(body.results.map(({ criterion, result }) => [criterion, result]));
  if (!body.satisfied) {
    openThread(run, newThread(taskThread(body.task, body.attempt), "worker", body.task, attempt.start));
  }
}

/** All processes of the worker are dead; what it left is `candidate`. */
export function submitted(run: RunState, body: Body<"attempt-submitted">): void {
  const attempt = openAttempt(run, body.task, body.attempt);
  must(attempt.status === "working", `attempt ${body.attempt} of ${body.task} is ${attempt.status}`);
  const thread = run.threads.get(taskThread(body.task, body.attempt));
  must(thread === undefined || currentCall(thread) === null, `${body.task} submits with open calls`);
  must((thread === undefined) === (body.by === "harness"), `${body.task} is submitted by the wrong one`);
  attempt.status = "submitted";
  attempt.submission = body.submission;
  attempt.candidate = body.candidate;
  closeThread(run, taskThread(body.task, body.attempt));
}

/** Whether an attempt that ended so uses up one of its task's. */
const counts = { rejected: true, "gave-up": true, exhausted: true } as Readonly<Record<string, boolean>>;
const collides = { conflict: true, regressed: true } as Readonly<Record<string, boolean>>;

export function ended(run: RunState, body: Body<"attempt-ended">): void {
  const task = found(run.tasks.get(body.task), `task ${body.task}`);
  const attempt = openAttempt(run, body.task, body.attempt);
  must(
    (body.outcome === "accepted") === (task.status === "accepted"),
    `${task.id} is ${task.status}, not ${body.outcome}`,
  );
  must(run.integration?.task !== task.id, `${task.id} is being integrated`);
  task.last = {
    attempt: attempt.attempt,
    start: attempt.start,
    candidate: attempt.judged ?? attempt.candidate,
    submission: attempt.submission,
    outcome: body.outcome,
  };
  task.attempt = null;
  run.active.delete(task.id);
  closeThread(run, taskThread(body.task, body.attempt));
  if (attempt.grading !== null) closeThread(run, attempt.grading.thread);
  if (task.status === "accepted") return;
  task.feedback = body.feedback ?? task.feedback;
  if (counts[body.outcome] === true) task.used += 1;
  if (collides[body.outcome] === true) task.collisions += 1;
  if (task.status === "active") backToPending(run, task);
}

export function backToPending(run: RunState, task: Task): void {
  task.status = "pending";
  if (task.used >= task.allowed) run.exhausted.add(task.id);
  else if (task.waitingFor === 0) run.ready.add(task.id);
}

export function openAttempt(run: RunState, task: string, number: number): Attempt {
  const attempt = found(run.tasks.get(task)?.attempt, `open attempt of ${task}`);
  must(attempt.attempt === number, `attempt ${number} of ${task} is not the open one (${attempt.attempt})`);
  return attempt;
}
