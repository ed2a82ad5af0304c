import type { Body } from "../event.ts";
import type { RunState } from "../run.ts";
import type { Task } from "../task.ts";
import { openAttempt } from "./attempts.ts";
import { found, must } from "./legal.ts";
import { forgetEscalations, passOnNotes } from "./plans.ts";

export function started(run: RunState, body: Body<"integration-started">): void {
  const attempt = openAttempt(run, body.task, body.attempt);
  must(run.integration === null, `${run.integration?.task} is being integrated`);
  must(attempt.status === "judged" && attempt.verdict === "pass", `${body.task} has no verdict pass`);
  must(body.head === run.head, `${body.task} is integrated into another head`);
  must(
    body.base === attempt.start && body.candidate === attempt.judged,
    `${body.task} integrates other trees`,
  );
  attempt.status = "integrating";
  const { task, base, head, candidate } = body;
  run.integration = { task, attempt: body.attempt, base, head, candidate, tree: null };
}

export function ended(run: RunState, body: Body<"integration-ended">): void {
  const integration = found(run.integration, "open integration");
  must(
    integration.task === body.task && integration.attempt === body.attempt,
    `${body.task} is not being integrated`,
  );
  const attempt = openAttempt(run, body.task, body.attempt);
  switch (body.outcome) {
    case "fast":
    case "merged":
      integration.tree = found(body.tree, "merged tree");
      return;
    case "invalid":
      attempt.invalids += 1;
      attempt.status = "judged";
      run.integration = null;
      return;
    case "cut":
    case "conflict":
    case "regressed":
      attempt.status = "judged";
      run.integration = null;
  }
}

/** The head moves; needs of others fall. */
export function accepted(run: RunState, body: Body<"task-accepted">): void {
  const task = found(run.tasks.get(body.task), `task ${body.task}`);
  must(task.status !== "accepted", `${task.id} is accepted already`);
  if (body.by === "verdict") acceptedByVerdict(run, body);
  else acceptedByPerson(run, task, body);
  run.head = body.head;
  task.status = "accepted";
  task.acceptedBy = body.by;
  task.handoff = body.handoff;
  task.collisions = 0;
  run.unfinished -= 1;
  forgetEscalations(run, task.id);
  passOnNotes(run, task.id);
  for (const id of task.dependants) needFell(run, id);
}

function acceptedByVerdict(run: RunState, body: Body<"task-accepted">): void {
  const integration = found(run.integration, "open integration");
  must(
    integration.task === body.task && integration.attempt === body.attempt,
    `${body.task} is not being integrated`,
  );
  must(integration.head === run.head, "the head moved during the integration");
  must(integration.tree === body.head, `${body.task} is accepted with another tree than was integrated`);
  run.integration = null;
}

/** Accepted as it is, by an answered escalation; nothing else may be moving the head. */
function acceptedByPerson(run: RunState, task: Task, body: Body<"task-accepted">): void {
  must(task.status === "stuck", `${task.id} is ${task.status}, and no person was asked`);
  must(run.integration === null, "another task is being integrated");
  must(
    body.attempt === (task.attempt ?? task.last)?.attempt,
    `attempt ${body.attempt} of ${task.id} is not its last`,
  );
}

function needFell(run: RunState, id: string): void {
  const dependant = found(run.tasks.get(id), `task ${id}`);
  dependant.waitingFor -= 1;
  if (dependant.waitingFor === 0 && dependant.status === "pending") run.ready.add(id);
}
