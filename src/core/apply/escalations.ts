import type { Body } from "../event.ts";
import type { Escalation, RunState } from "../run.ts";
import type { Task } from "../task.ts";
import { backToPending } from "./attempts.ts";
import { found, must } from "./legal.ts";
import { unqueue } from "./plans.ts";

export function raised(run: RunState, body: Body<"escalation-raised">): void {
  must(!run.escalations.has(body.escalation), `${body.escalation} is open already`);
  const { escalation: id, kind, task, options, card } = body;
  run.escalations.set(id, { id, kind, task, options, card });
  if (task === null) return;
  const stuck = found(run.tasks.get(task), `task ${task}`);
  must(stuck.status === "pending" || stuck.status === "active", `${task} is ${stuck.status}`);
  stuck.status = "stuck";
  unqueue(run, task);
}

/** What the choice changes at once; `accept`, `drop` and `raise` bring an event of their own in the same batch. */
export function answered(run: RunState, body: Body<"escalation-answered">): void {
  const escalation = found(run.escalations.get(body.escalation), `open escalation ${body.escalation}`);
  must(escalation.options.includes(body.choice), `${escalation.id} does not offer ${body.choice}`);
  run.escalations.delete(escalation.id);
  switch (body.choice) {
    case "retry":
      return retry(run, escalation, body.note);
    case "replan":
      if (!isPlanned(run, escalation)) run.replan = { reason: "person", feedback: body.note };
      run.goalUnmet = null;
      return giveBack(run, escalation);
    case "accept":
      if (escalation.kind === "goal" || (escalation.kind === "judging" && escalation.task === null))
        run.ending = "met";
      run.goalUnmet = null;
      return undefined;
    case "stop":
      run.ending = escalation.kind === "goal" ? "unmet" : "stopped";
      return undefined;
    case "raise":
      return giveBack(run, escalation);
    case "drop":
      return undefined;
  }
}

/** A plan that is being made already decides about a stuck task as well. */
const isPlanned = (run: RunState, { kind, task }: Escalation): boolean =>
  run.phase !== "working" && (kind !== "plan" || task !== null);

function retry(run: RunState, escalation: Escalation, note: string | null): void {
  switch (escalation.kind) {
    case "fatigue":
      run.asked = [];
      return;
    case "outage":
      run.circuits.clear();
      for (const thread of run.threads.values()) {
        thread.failures = 0;
        thread.waits = 0;
        thread.retryAt = null;
      }
      return;
    case "goal":
    case "judging":
      if (escalation.task === null) {
        run.goalInvalids = 0;
        run.goalUnmet = null;
        return;
      }
      return retryTask(run, escalation.task, note);
    case "plan":
      if (escalation.task !== null) return retryTask(run, escalation.task, note);
      run.replan = { reason: "person", feedback: note };
      return;
    case "quarantine":
      for (const thread of run.threads.values()) if (thread.task === escalation.task) thread.crashesAlone = 0;
      if (escalation.task !== null) retryTask(run, escalation.task, note);
      return;
    case "attempts":
    case "conflict":
      if (escalation.task !== null) retryTask(run, escalation.task, note);
      return;
    case "budget":
      return;
  }
}

function retryTask(run: RunState, id: string, note: string | null): void {
  const task = found(run.tasks.get(id), `task ${id}`);
  task.allowed = task.used + run.limits.attempts;
  task.collisions = 0;
  if (note !== null) task.feedback = note;
  if (task.attempt !== null) task.attempt.invalids = 0;
  unstick(run, task);
}

/** What comes next decides about the task: a plan, or more of a budget. */
function giveBack(run: RunState, escalation: Escalation): void {
  const task = escalation.task === null ? undefined : run.tasks.get(escalation.task);
  if (task !== undefined) unstick(run, task);
}

function unstick(run: RunState, task: Task): void {
  if (task.attempt === null) backToPending(run, task);
  else task.status = "active";
}
