import { canonical } from "../canonical.ts";
import type { RunEvent } from "../event.ts";
import { callParts, threadParts } from "../id.ts";

/** What an event says of how a run went, apart from words, times and money. */
export interface Conduct {
  /** What follows each other whatever else goes on meanwhile: a thread, a task, or the run (""). */
  readonly strand: string;
  /** Equal in two runs that did the same there. */
  readonly what: string;
}

/**
 * How a run went, as `diff` compares it: which calls a model made, what became of them, verdicts, trees, decisions.
 * Requests and answers as texts are no part of it, so that another prompt alone is no other conduct. null: the event says
 * nothing of it. `areTreesAlike`: both began with the same files.
 */
export function conductOf(event: RunEvent, areTreesAlike = true): Conduct | null {
  const said = areTreesAlike ? saidBy(event) : withoutTrees(saidBy(event));
  return said === null ? null : { strand: said.strand, what: canonical({ type: event.type, ...said.what }) };
}

/** Runs on other files leave other trees, whatever they do. */
const withoutTrees = (said: Said | null): Said | null =>
  said === null ? null : { ...said, what: { ...said.what, tree: null, candidate: null, head: null } };

interface Said {
  readonly strand: string;
  readonly what: object;
}

function saidBy({ type, body }: RunEvent): Said | null {
  switch (type) {
    case "plan-proposed":
      return { strand: "", what: { tasks: body.tasks.map(({ id, needs, spec }) => ({ id, needs, spec })) } };
    case "plan-rejected":
      return { strand: "", what: { version: body.version } };
    case "plan-adopted":
      return { strand: "", what: { added: body.added, changed: body.changed, dropped: body.dropped } };
    case "planning-started":
      return { strand: "", what: { version: body.version, reason: body.reason } };
    case "run-ended":
      return { strand: "", what: { outcome: body.outcome, head: body.head } };
    case "escalation-raised":
      return { strand: body.task ?? "", what: { kind: body.kind } };
    case "escalation-answered":
      return { strand: body.escalation, what: { choice: body.choice } };
    case "model-ended":
      return body.outcome === "complete" ? answer(body) : null;
    case "call-judged":
      return ofCall(body.call, { decision: body.decision, risk: body.risk, reach: body.reach });
    case "approval-decided":
      return { strand: body.approval, what: { answer: body.answer, edited: body.edited } };
    case "call-ended":
      return body.outcome === "cut" ? null : ofCall(body.call, ended(body));
    case "effect-doubted":
      return ofCall(body.call, { why: body.why });
    case "effect-settled":
      return ofCall(body.call, { finding: body.finding });
    case "attempt-started":
      return ofTask(body.task, { attempt: body.attempt, alone: body.alone });
    case "baseline-recorded":
      return ofTask(body.task, { results: body.results, satisfied: body.satisfied });
    case "attempt-submitted":
      return ofTask(body.task, { candidate: body.candidate, by: body.by });
    case "criterion-judged":
      return ofTask(body.task, { criterion: body.criterion, result: body.result, score: body.score });
    case "verdict-given":
      return ofTask(body.task, { verdict: body.verdict });
    case "integration-ended":
      return body.outcome === "cut" ? null : ofTask(body.task, { outcome: body.outcome });
    case "task-inherited":
      return ofTask(body.task, { tree: body.head });
    case "task-accepted":
      return ofTask(body.task, { by: body.by });
    case "attempt-ended":
      return ofTask(body.task, { outcome: body.outcome });
    case "task-dropped":
      return ofTask(body.task, { reason: body.reason });
    default:
      return null;
  }
}

function answer(body: Extract<RunEvent, { type: "model-ended" }>["body"]): Said {
  const calls = body.calls.map(({ tool, args, valid }) => ({ tool, args, valid }));
  return { strand: body.thread, what: { turn: body.turn, stop: body.stop, calls } };
}

const ended = ({
  outcome,
  exit,
  tree,
  effect,
}: Extract<RunEvent, { type: "call-ended" }>["body"]): object => ({
  outcome,
  exit,
  tree,
  effect,
});

const ofCall = (call: string, what: object): Said => ({
  strand: callParts(call).thread,
  what: { call, ...what },
});

const ofTask = (task: string | null, what: object): Said => ({ strand: task ?? "", what });

/** Where in a run something happened, for people: `task invoices, attempt 1, turn 4`. */
export function placeOf({ type, body }: RunEvent): string {
  if ("call" in body && typeof body.call === "string") {
    const { thread, turn } = callParts(body.call);
    return `${threadPlace(thread)}, turn ${turn}`;
  }
  if ("thread" in body && body.thread !== null) {
    const turn = "turn" in body ? `, turn ${body.turn}` : "";
    return threadPlace(body.thread) + turn;
  }
  if ("task" in body && body.task !== null)
    return `task ${body.task}${"attempt" in body ? `, attempt ${body.attempt}` : ""}`;
  return type === "criterion-judged" || type === "verdict-given" || type === "judging-started"
    ? "goal"
    : "run";
}

function threadPlace(thread: string): string {
  const { role, task, attempt, number } = threadParts(thread);
  if (role === "planner") return `plan ${number}`;
  if (role === "worker") return `task ${task ?? ""}, attempt ${attempt}`;
  return task === null ? `judging the goal` : `judging task ${task}, attempt ${attempt}`;
}
