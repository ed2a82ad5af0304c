import type { Action, GiveUp } from "../action.ts";
import { unjudged } from "../attempt.ts";
import type { EscalationKind } from "../event.ts";
import { callOf } from "../id.ts";
import type { Instant } from "../id.ts";
import type { RunState } from "../run.ts";
import { isBroken, isOut, modelFor, pausedUntil } from "../circuit.ts";
import { answeredTurn, currentCall, keptTurns } from "../thread.ts";
import type { Call, Thread } from "../thread.ts";
import { asksTooOften } from "../fatigue.ts";
import { isFinishing } from "../tool.ts";

/** The next step of every open thread. */
export const threadActions = (run: RunState, now: Instant): readonly Action[] =>
  [...run.threads.values()].flatMap((thread) => step(run, thread, now) ?? []);

/**
 * A thread that was open at a crash and made no progress since is run alone, so that the next crash tells who it was;
 * after the third it is quarantined. One that waits for a person or for time holds nobody up.
 */
export function suspectActions(
  run: RunState,
  now: Instant,
  mayBegin: (action: Action) => boolean,
): readonly Action[] {
  for (const thread of run.threads.values()) {
    if (thread.crashes === 0) continue;
    const action = step(run, thread, now);
    if (action !== null && mayBegin(action)) return [action];
  }
  return [];
}

/**
 * When time alone lets something go on; null when it does not. That a request expires does not: whoever can answer is
 * told first, and whoever resumes the run later finds it expired.
 */
export function nextWait(run: RunState, now: Instant): Instant | null {
  const asking = modelsStand(run)
    ? []
    : [...run.threads.values()].filter((thread) => thread.failures < run.limits.tries);
  const times = [
    ...asking.map((thread) => thread.retryAt),
    ...asking.map((thread) => pausedUntil(run, thread.role, now)),
  ].filter((time): time is Instant => time !== null && time > now);
  return times.length === 0 ? null : Math.min(...times);
}

export const isOpen = (run: RunState, kind: EscalationKind, task: string | null): boolean =>
  [...run.escalations.values()].some((escalation) => escalation.kind === kind && escalation.task === task);

/** Model calls stop while a person is asked about money or an outage. */
export const modelsStand = (run: RunState): boolean =>
  isOpen(run, "budget", null) || isOpen(run, "outage", null);

function step(run: RunState, thread: Thread, now: Instant): Action | null {
  if (thread.crashesAlone >= run.limits.crashes) return quarantine(run, thread);
  if (thread.model === "open") return { do: "send", thread: thread.id };
  const call = currentCall(thread);
  if (call?.status === "started") return { do: "run-call", call: callOf(thread.id, thread.turn, call.index) };
  if (isHeld(run, thread)) return null;
  // Who asks too often begins nothing that could ask again; what was granted is used.
  if (asksTooOften(run) && (call === null || call.status === "proposed")) return null;
  if (isOwnPlan(run, thread)) return { do: "propose", thread: thread.id };
  return call === null ? nextTurn(run, thread, now) : callStep(run, thread, call, now);
}

const isOwnPlan = (run: RunState, thread: Thread): boolean =>
  thread.role === "planner" && run.ownPlan !== null && thread.turn === 0;

/** Its task is stuck, or it is a judge whose turn has not come, or a planner whose plan is under review. */
function isHeld(run: RunState, thread: Thread): boolean {
  if (thread.task !== null && run.tasks.get(thread.task)?.status === "stuck") return true;
  if (thread.role === "planner")
    return run.phase !== "planning" || run.replan !== null || isOpen(run, "plan", null);
  return thread.role === "evaluator" && !isJudgesTurn(run, thread);
}

/** Rubrics are graded when all commands and files have passed, and while one is ungraded. */
function isJudgesTurn(run: RunState, thread: Thread): boolean {
  const grading = thread.task === null ? run.grading : run.tasks.get(thread.task)?.attempt?.grading;
  if (grading === null || grading === undefined) return false;
  const left = unjudged(grading);
  const clean = [...grading.results.values()].every((result) => result === "pass");
  return clean && left.length > 0 && left.every((criterion) => criterion.type === "rubric");
}

function quarantine(run: RunState, thread: Thread): Action | null {
  // Whatever is asked about its task comes first.
  if (thread.task !== null && run.tasks.get(thread.task)?.status === "stuck") return null;
  return isOpen(run, "quarantine", thread.task) ? null : { do: "quarantine", thread: thread.id };
}

function callStep(run: RunState, thread: Thread, call: Call, now: Instant): Action | null {
  const id = callOf(thread.id, thread.turn, call.index);
  switch (call.status) {
    case "proposed":
      return isFinishing(call.tool) && call.valid
        ? { do: "finish", call: id }
        : { do: "judge-call", call: id };
    case "asking":
      return endOfAsking(run, call, now);
    case "cleared":
      return { do: "use-approval", call: id };
    case "started":
      return { do: "run-call", call: id };
    case "in-doubt":
    case "ended":
      return null;
  }
}

function endOfAsking(run: RunState, call: Call, now: Instant): Action | null {
  const approval = run.approvals.get(call.approval ?? "");
  if (approval === undefined) return null;
  if (approval.policy !== run.policy) return { do: "withdraw", call: approval.call, approval: approval.id };
  const isPast = approval.until !== null && approval.until <= now;
  return isPast ? { do: "expire", approval: approval.id } : null;
}

function nextTurn(run: RunState, thread: Thread, now: Instant): Action | null {
  if (thread.role === "planner" && run.rejections > run.limits.rejections) return escalatePlan(run);
  const why = givenUp(run, thread);
  if (why !== null)
    return thread.role === "planner" ? escalatePlan(run) : { do: "give-up", thread: thread.id, why };
  const model = modelFor(run, thread.role, now, thread.waits);
  if (thread.failures >= run.limits.tries || isOut(run, thread.role, now)) {
    return isOpen(run, "outage", null) ? null : { do: "escalate", kind: "outage", task: null };
  }
  if (modelsStand(run) || (thread.retryAt !== null && thread.retryAt > now)) return null;
  const kept = keptWhenCompacted(run, thread);
  if (kept !== null) return { do: "compact", thread: thread.id, kept };
  return isBroken(run, model, now) ? null : { do: "ask", thread: thread.id };
}

const escalatePlan = (run: RunState): Action | null =>
  isOpen(run, "plan", null) ? null : { do: "escalate", kind: "plan", task: null };

function givenUp(run: RunState, thread: Thread): GiveUp | null {
  if (thread.isFull && !keptTurns.some((kept) => canCompact(thread, kept))) return "context-full";
  if (thread.model !== "complete") return null;
  if (thread.repeats >= run.limits.repeats) return "repeats";
  if (thread.stale >= run.limits.stale) return "stale";
  if (thread.silences >= run.limits.silences) return "silence";
  return thread.turn >= turnsOf(run, thread) ? "turns" : null;
}

const turnsOf = (run: RunState, thread: Thread): number =>
  (thread.role === "worker" ? run.tasks.get(thread.task ?? "")?.turns : undefined) ?? run.limits.turns;

const canCompact = (thread: Thread, kept: number): boolean =>
  answeredTurn(thread) - kept > thread.compactedThrough;

/** How many of the newest turns keep their tool output when the context is made smaller now; null: it need not be. */
function keptWhenCompacted(run: RunState, thread: Thread): number | null {
  const isOver = thread.model === "complete" && (thread.counted?.tokens ?? 0) > run.limits.compactAt;
  if (!thread.isFull && !isOver) return null;
  const levels = thread.isFull ? keptTurns : keptTurns.slice(0, 1);
  return levels.find((kept) => canCompact(thread, kept)) ?? null;
}
