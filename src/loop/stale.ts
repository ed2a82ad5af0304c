import { attemptFits, refusedBy, refusedByTask } from "../core/budget.ts";
import type { Body, RunEvent } from "../core/event.ts";
import { callParts, threadParts } from "../core/id.ts";
import type { Instant } from "../core/id.ts";
import type { RunState } from "../core/run.ts";

/**
 * What a batch was to begin no longer can, because something else landed first: the head moved, the thread closed, the
 * budget fell. Nothing of it has left the process, so it is thrown away and decided again.
 */
export function isStale(run: RunState, events: readonly RunEvent[], at: Instant): boolean {
  if (events.some((event) => isOvertaken(run, event))) return true;
  const [first] = events;
  switch (first?.type) {
    case "attempt-started":
      return first.body.start !== run.head || !attemptFits(run.budget, run.spent);
    case "model-started":
      return !run.threads.has(first.body.thread) || isTooDear(run, first.body, at);
    case "model-held":
      return !run.threads.has(first.body.thread);
    case "call-judged":
      return !run.threads.has(callParts(first.body.call).thread);
    case "call-started":
      return isTooLate(run, first.body, at);
    default:
      return false;
  }
}

const isOvertaken = (run: RunState, event: RunEvent): boolean =>
  isAskedAlready(run, event) || isAnsweredAlready(run, event) || isUnderAnother(run, event);

/** A rule was written meanwhile: what was to start is judged, or shown, anew. */
const isUnderAnother = (run: RunState, event: RunEvent): boolean =>
  event.type === "call-started" && event.body.policy !== run.policy;

/** Of two answers that close one question, the second is looked at anew when the first is taken. */
const isAnsweredAlready = (run: RunState, event: RunEvent): boolean =>
  (event.type === "escalation-answered" && !run.escalations.has(event.body.escalation)) ||
  (event.type === "approval-decided" && !run.approvals.has(event.body.approval)) ||
  (event.type === "effect-settled" && !run.doubts.has(event.body.call));

/** Of two questions about one task that come at once, the second is asked when the first is answered. */
function isAskedAlready(run: RunState, event: RunEvent): boolean {
  if (event.type !== "escalation-raised" || event.body.task === null) return false;
  return run.tasks.get(event.body.task)?.status === "stuck";
}

/** The grant ran out before its use could be written: then it is void, and asked anew. */
function isTooLate(run: RunState, { approval }: Body<"call-started">, at: Instant): boolean {
  const until = run.approvals.get(approval ?? "")?.until ?? null;
  return until !== null && until <= at;
}

/** The budget fell, others reserved, or the machine slept since it was asked for. */
function isTooDear(run: RunState, { thread, reserved }: Body<"model-started">, at: Instant): boolean {
  const later = <S extends { readonly wallMs: number }>(spent: S): S => ({
    ...spent,
    wallMs: spent.wallMs + at - run.at,
  });
  if (refusedBy(run.budget, later(run.spent), reserved) !== null) return true;
  const task = run.tasks.get(threadParts(thread).task ?? "");
  return task !== undefined && refusedByTask(task.budget, later(task.spent), reserved) !== null;
}
