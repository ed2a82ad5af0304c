import { taskOf } from "../action.ts";
import type { Action } from "../action.ts";
import type { EventType, RunEvent } from "../event.ts";
import { callParts } from "../id.ts";
import type { Answer } from "../ports.ts";

/** Whether doing this may have begun with that event: it is about the same, and of a kind that comes of it. */
export function mayBegin(action: Action, event: RunEvent): boolean {
  if (action.do === "import") return isAnsweredBy(event, action.answer);
  return beginnings[action.do].includes(event.type) && isAbout(action, event);
}

/** What each action's events begin with. */
const beginnings: Readonly<Record<Exclude<Action["do"], "import">, readonly EventType[]>> = {
  expire: [],
  withdraw: ["approval-decided"],
  "start-planning": ["planning-started"],
  ask: ["model-started", "escalation-raised"],
  send: ["model-ended"],
  propose: ["plan-proposed", "escalation-raised"],
  compact: ["context-compacted"],
  "give-up": ["attempt-ended", "criterion-judged", "verdict-given"],
  quarantine: ["attempt-ended", "escalation-raised"],
  "judge-call": ["call-judged"],
  "use-approval": ["call-started", "approval-decided"],
  "run-call": ["call-ended", "effect-doubted"],
  probe: ["effect-settled"],
  finish: ["call-ended"],
  "start-attempt": ["attempt-started"],
  prepare: ["baseline-recorded"],
  "start-judging": ["judging-started"],
  "judge-criterion": ["criterion-judged"],
  "give-verdict": ["verdict-given"],
  "start-integration": ["integration-started"],
  integrate: ["integration-ended"],
  escalate: ["escalation-raised"],
  end: ["attempt-ended", "run-ended"],
  wait: [],
};

function isAbout(action: Action, { type, body }: RunEvent): boolean {
  if (action.do === "escalate")
    return type === "escalation-raised" && body.kind === action.kind && body.task === action.task;
  if (action.do === "judge-criterion" && type === "criterion-judged")
    return body.criterion === action.criterion && body.task === action.task;
  if (action.do === "end") return true;
  if (type === "escalation-raised") return body.task === null || body.task === taskOf(action);
  if (type === "approval-decided")
    return callOfApproval(body.approval) === ("call" in action ? action.call : null);
  if ("call" in body) return "call" in action && body.call === action.call;
  if ("thread" in body)
    return "thread" in action
      ? body.thread === action.thread
      : "call" in action && callParts(action.call).thread === body.thread;
  if ("task" in body) return body.task === taskOf(action);
  return true;
}

/** `task/a/1/2/0.1` asks about the call `task/a/1/2/0`. */
const callOfApproval = (approval: string): string => approval.slice(0, approval.lastIndexOf("."));

function isAnsweredBy({ type, body }: RunEvent, { subject, value }: Answer): boolean {
  switch (type) {
    case "approval-decided":
      return value.type === "approval" && body.approval === subject;
    case "escalation-answered":
      return value.type === "escalation" && body.escalation === subject;
    case "effect-settled":
      return value.type === "effect" && body.call === subject;
    case "plan-proposed":
    case "plan-adopted":
    case "plan-rejected":
      return value.type === "plan" && subject === `plan/${body.version}`;
    case "note-added":
      return value.type === "note" && body.text === value.text;
    case "budget-changed":
      return value.type === "budget";
    default:
      return false;
  }
}
