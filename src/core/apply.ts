import * as approvals from "./apply/approvals.ts";
import * as attempts from "./apply/attempts.ts";
import * as calls from "./apply/calls.ts";
import * as escalations from "./apply/escalations.ts";
import * as integrations from "./apply/integrations.ts";
import * as judging from "./apply/judging.ts";
import { must } from "./apply/legal.ts";
import * as plans from "./apply/plans.ts";
import * as runs from "./apply/runs.ts";
import * as threads from "./apply/threads.ts";
import type { Entry, RunEvent } from "./event.ts";
import { newRun } from "./run.ts";
import type { RunState } from "./run.ts";

/**
 * Folds one entry into a run. Pure to an observer: it owns `run`, changes it in place and returns it, so that a
 * fold costs what the events cost. `null` is the run before `run-created`.
 * @throws IllegalEvent for an event the statuses do not allow; the state must then be thrown away.
 */
export function apply(run: RunState | null, entry: Entry): RunState {
  if (run === null) {
    must(entry.type === "run-created", `the first event is ${entry.type}, not run-created`);
    return advance(newRun(entry.run, entry.at, entry.body), entry);
  }
  must(entry.seq === run.seq + 1, `event ${entry.seq} follows event ${run.seq}`);
  must(run.phase !== "ended" || entry.type === "blobs-dropped", `${entry.type} after the run ended`);
  must(
    entry.epoch === run.epoch || entry.type === "run-owned",
    `${entry.type} of epoch ${entry.epoch}, not ${run.epoch}`,
  );
  if (isTimeAtWork(run, entry)) spendTime(run, Math.max(0, entry.at - run.at));
  applyEvent(run, entry);
  return advance(run, entry);
}

/** Folds a whole chain. @throws IllegalEvent, also for an empty one. */
export function fold(entries: Iterable<Entry>): RunState {
  let run: RunState | null = null;
  for (const entry of entries) run = apply(run, entry);
  must(run !== null, "the chain is empty");
  return run;
}

function advance(run: RunState, entry: Entry): RunState {
  run.seq = entry.seq;
  run.hash = entry.hash;
  run.epoch = entry.epoch;
  run.at = entry.at;
  return run;
}

/** A person who reads a plan takes their time, and what was dropped is said long after a run ended. */
const isTimeAtWork = (run: RunState, entry: Entry): boolean =>
  entry.epoch === run.epoch && run.phase !== "reviewing" && entry.type !== "blobs-dropped";

function spendTime(run: RunState, ms: number): void {
  run.spent.wallMs += ms;
  for (const id of run.active) {
    const task = run.tasks.get(id);
    if (task?.status === "active") task.spent.wallMs += ms;
  }
}

function applyEvent(run: RunState, event: RunEvent & Pick<Entry, "epoch" | "at">): void {
  switch (event.type) {
    case "run-created":
      return must(false, "a run is created once");
    case "run-owned":
      return runs.owned(run, event.epoch);
    case "run-stopped":
      return runs.stopped(run, event.body);
    case "policy-changed":
      return runs.policyChanged(run, event.body);
    case "budget-changed":
      return runs.budgetChanged(run, event.body);
    case "note-added":
      return runs.noteAdded(run, event.body);
    case "run-ended":
      return runs.ended(run, event.body);
    case "crash-charged":
      return runs.crashCharged(run, event.body);
    case "blobs-dropped":
    case "egress-denied":
      return undefined;
    case "planning-started":
      return plans.started(run, event.body);
    case "plan-proposed":
      return plans.proposed(run, event.body);
    case "plan-rejected":
      return plans.rejected(run, event.body);
    case "plan-adopted":
      return plans.adopted(run, event.body);
    case "task-dropped":
      return plans.taskDropped(run, event.body);
    case "task-inherited":
      return plans.taskInherited(run, event.body);
    case "attempt-started":
      return attempts.started(run, event.body);
    case "baseline-recorded":
      return attempts.baselineRecorded(run, event.body);
    case "attempt-submitted":
      return attempts.submitted(run, event.body);
    case "attempt-ended":
      return attempts.ended(run, event.body);
    case "model-started":
      return threads.modelStarted(run, event.body);
    case "model-ended":
      return threads.modelEnded(run, event.body, event.at);
    case "model-held":
      return threads.modelHeld(run, event.body);
    case "context-compacted":
      return threads.compacted(run, event.body);
    case "call-judged":
      return calls.judged(run, event.body);
    case "call-started":
      return calls.started(run, event.body);
    case "call-ended":
      return calls.ended(run, event.body);
    case "effect-doubted":
      return calls.doubted(run, event.body);
    case "effect-settled":
      return calls.settled(run, event.body);
    case "approval-requested":
      return approvals.requested(run, event.body);
    case "approval-decided":
      return approvals.decided(run, event.body);
    case "judging-started":
      return judging.started(run, event.body);
    case "criterion-judged":
      return judging.criterionJudged(run, event.body);
    case "verdict-given":
      return judging.verdictGiven(run, event.body);
    case "integration-started":
      return integrations.started(run, event.body);
    case "integration-ended":
      return integrations.ended(run, event.body);
    case "task-accepted":
      return integrations.accepted(run, event.body);
    case "escalation-raised":
      return escalations.raised(run, event.body);
    case "escalation-answered":
      return escalations.answered(run, event.body);
  }
}
