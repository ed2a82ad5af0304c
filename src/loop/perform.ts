import type { Action } from "../core/action.ts";
import type { RunEvent } from "../core/event.ts";
import type { CallId } from "../core/id.ts";
import { callParts, threadParts } from "../core/id.ts";
import { compactThread } from "./compact.ts";
import { effectText, importAnswer } from "./answer.ts";
import { cancelled, finishAttempt, prepare, startAttempt } from "./attempt.ts";
import { unrun } from "../core/thread.ts";
import { escalate, giveUp, quarantine } from "./escalate.ts";
import { integrate, startIntegration } from "./integrate.ts";
import { judgeCall, useApproval, voided } from "./judge-call.ts";
import { finishVerdict } from "./grade.ts";
import { giveVerdict, judgeCriterion, startJudging } from "./judge.ts";
import { finishPlan, proposeOwn, startPlanning } from "./plan.ts";
import { runCall } from "./run-call.ts";
import { putText, readJson } from "./texts.ts";
import { ask, send } from "./turn.ts";
import { threadOf } from "./work.ts";
import type { Work } from "./work.ts";

/**
 * The only impure part: does one action and returns the events it came to, which are appended whole. Blobs they name
 * are durable by then. No events: it cannot go on until something else has happened.
 */
export async function perform(
  work: Work,
  action: Exclude<Action, { do: "wait" }>,
): Promise<readonly RunEvent[]> {
  switch (action.do) {
    case "import":
      return importAnswer(work, action.answer);
    case "expire":
      return expire(work, action.approval);
    case "withdraw":
      return withdraw(work, action.approval);
    case "start-planning":
      return startPlanning(work, action.reason, action.feedback);
    case "ask":
      return ask(work, action.thread);
    case "send":
      return send(work, action.thread);
    case "compact":
      return compactThread(work, action.thread, action.kept);
    case "propose":
      return proposeOwn(work, action.thread);
    case "give-up":
      return giveUp(work, action.thread, action.why);
    case "quarantine":
      return quarantine(work, action.thread);
    case "judge-call":
      return judgeCall(work, action.call);
    case "use-approval":
      return useApproval(work, action.call);
    case "run-call":
      return runCall(work, action.call);
    case "probe":
      return probe(work, action.call);
    case "finish":
      return finish(work, action.call);
    case "start-attempt":
      return startAttempt(work, action.task, action.alone);
    case "prepare":
      return prepare(work, action.task);
    case "start-judging":
      return startJudging(work, action.task);
    case "judge-criterion":
      return judgeCriterion(work, action.task, action.criterion);
    case "give-verdict":
      return giveVerdict(work, action.task);
    case "start-integration":
      return startIntegration(work, action.task);
    case "integrate":
      return integrate(work);
    case "escalate":
      return escalate(work, action.kind, action.task);
    case "end":
      return end(work, action.outcome);
  }
}

/** A finishing call must be the last of its turn: what follows it would act on finished work. */
async function finish(work: Work, id: CallId): Promise<readonly RunEvent[]> {
  const { thread: threadId, index } = callParts(id);
  const thread = threadOf(work.run, threadId);
  const call = thread.calls[index];
  if (call !== undefined && index < thread.calls.length - 1) {
    const result = await putText(
      work.ports.blobs,
      `Nothing was taken: ${call.tool} must be the last call of its turn.`,
    );
    return [{ type: "call-ended", body: { ...unrun(id, call.try), outcome: "error", result } }];
  }
  switch (threadParts(threadId).role) {
    case "planner":
      return finishPlan(work, id);
    case "worker":
      return finishAttempt(work, id);
    case "evaluator":
      return finishVerdict(work, id);
  }
}

/** What a person declared looks an effect up; where that tells nothing a person is asked, and not looked up again. */
async function probe(work: Work, id: CallId): Promise<readonly RunEvent[]> {
  const { ports, run } = work;
  const spec = run.doubts.get(id) ?? null;
  if (spec === null || work.probed.has(id)) return [];
  work.probed.add(id);
  const finding = await ports.probe(await readJson(ports.blobs, spec), `${run.id}/${id}`, work.signal);
  if (finding === null || !run.doubts.has(id)) return [];
  const result = await putText(ports.blobs, effectText(finding, "The harness looked it up and"));
  return [
    { type: "effect-settled", body: { call: id, finding, evidence: spec, result, by: { type: "harness" } } },
  ];
}

/** T6 by the owner: silence past the expiry is an answer too, and the first answer wins. */
async function expire(work: Work, approval: string): Promise<readonly RunEvent[]> {
  const value = { type: "approval", answer: "expire", edited: null, note: null } as const;
  const at = work.ports.clock.now();
  await work.ports.journal.answer({
    run: work.run.id,
    subject: approval,
    at,
    by: { type: "harness" },
    value,
  });
  return [];
}

/** T8 before anybody answered: no answer could be used, so nobody is asked for one. */
async function withdraw(work: Work, id: string): Promise<readonly RunEvent[]> {
  const approval = work.run.approvals.get(id);
  // It may be asked under a policy whose event is on its way.
  if (approval === undefined || approval.policy === work.ports.policy.digest) return [];
  return [await voided(work, id, "the policy changed after the request")];
}

/** Slots go first: nobody takes an ended run over to sweep them. */
async function end(work: Work, outcome: "met" | "unmet" | "stopped"): Promise<readonly RunEvent[]> {
  const { run } = work;
  await work.slots.dropAll();
  const open = [...run.active].flatMap((task) => cancelled(run, task));
  return [...open, { type: "run-ended", body: { outcome, head: run.head, grading: run.gradings } }];
}
