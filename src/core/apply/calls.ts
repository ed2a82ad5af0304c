import type { Body } from "../event.ts";
import { callParts } from "../id.ts";
import type { CallId } from "../id.ts";
import type { RunState } from "../run.ts";
import { currentCall } from "../thread.ts";
import type { Call, Thread } from "../thread.ts";
import { isFinishing } from "../tool.ts";
import { noteAsked } from "../fatigue.ts";
import { found, must } from "./legal.ts";
import { progressed } from "./threads.ts";

export function judged(run: RunState, body: Body<"call-judged">): void {
  const { call } = firstInLine(run, body.call);
  must(call.status === "proposed", `${body.call} is ${call.status}, not proposed`);
  must(body.try === call.try, `${body.call} is in try ${call.try}, not ${body.try}`);
  must(body.reach === "sandbox" || call.try === 1, `${body.call} may have acted outside already`);
  call.decision = body.decision;
  call.reach = body.reach;
  noteAsked(run, body.decision === "ask");
}

/** The intent, and the consumption of the approval it names. */
export function started(run: RunState, body: Body<"call-started">): void {
  const { call } = firstInLine(run, body.call);
  must(body.try === call.try, `${body.call} is in try ${call.try}, not ${body.try}`);
  // What a person made of it is another call than was judged.
  must(body.reach === call.reach || call.edited, `${body.call} was judged with reach ${call.reach}`);
  must(body.reach === "sandbox" || call.try === 1, `${body.call} may have acted outside already`);
  if (body.approval === null) {
    must(call.status === "proposed" && call.decision === "allow", `${body.call} is not allowed to start`);
  } else consume(run, call, body);
  must(body.args === call.args, `${body.call} starts with other arguments`);
  must(body.policy === run.policy, `${body.call} starts under another policy`);
  call.status = "started";
  call.reach = body.reach;
  call.hosts = body.hosts;
  call.probe = body.probe;
  call.tree = body.tree;
}

function consume(run: RunState, call: Call, body: Body<"call-started">): void {
  const approval = found(run.approvals.get(found(body.approval, "approval")), `approval ${body.approval}`);
  must(
    approval.call === body.call && approval.status === "granted",
    `${approval.id} is not granted for ${body.call}`,
  );
  must(call.status === "cleared", `${body.call} is ${call.status}, not cleared`);
  const asked = approval.body;
  const same =
    asked.tool === body.tool &&
    approval.args === body.args &&
    asked.cwd === body.cwd &&
    asked.image === body.image &&
    approval.policy === body.policy &&
    asked.tree === body.tree;
  must(same, `${body.call} is not the action ${approval.id} was given for`);
  run.approvals.delete(approval.id);
}

export function ended(run: RunState, body: Body<"call-ended">): void {
  const { thread, call } = firstInLine(run, body.call);
  must(body.try === call.try, `${body.call} is in try ${call.try}, not ${body.try}`);
  must(mayEnd(call, body.outcome), `${body.call} is ${call.status} and cannot end as ${body.outcome}`);
  if (body.outcome === "cut") return cut(call, body);
  call.result = found(body.result, `result of ${body.call}`);
  must(
    call.reach === "sandbox" || call.status !== "started" || body.effect !== null,
    `${body.call} has no known effect`,
  );
  call.failed = body.outcome !== "ok";
  thread.isTainted ||= call.status === "started" && (call.hosts.length > 0 || call.reach === "outside");
  if (body.tree !== null) thread.tree = body.tree;
  // By what it printed: what the model is shown of it may name a file of its own.
  const printed = body.output ?? call.result;
  const signature = `${call.tool} ${call.args} ${body.outcome} ${body.exit} ${printed} ${body.tree ?? ""}`;
  thread.repeats = signature === thread.lastCall ? thread.repeats + 1 : 1;
  thread.lastCall = signature;
  thread.isTurnNew ||= !thread.seen.has(signature);
  thread.seen.add(signature);
  if (body.output !== null) thread.outputs.set(`${thread.turn}/${call.index}`, body.output);
  close(run, thread, call);
}

/** A call that did not start can only be refused, be invalid, or be one that finishes its thread. */
function mayEnd(call: Call, outcome: Body<"call-ended">["outcome"]): boolean {
  if (call.status === "started") return outcome !== "refused";
  if (call.status === "asking") return outcome === "refused";
  if (call.status !== "proposed") return false;
  return (
    outcome === "refused" ||
    (isFinishing(call.tool) && call.valid && (outcome === "ok" || outcome === "error"))
  );
}

/** Proposed again on the tree it started from: judged and, if need be, asked again. */
function cut(call: Call, body: Body<"call-ended">): void {
  must(call.reach === "sandbox", `${body.call} may have acted outside; it is in doubt, not cut`);
  call.status = "proposed";
  call.decision = null;
  call.approval = null;
  call.try += 1;
}

export function doubted(run: RunState, body: Body<"effect-doubted">): void {
  const { call } = firstInLine(run, body.call);
  must(call.status === "started" && call.reach === "outside", `${body.call} has no open effect`);
  call.status = "in-doubt";
  run.doubts.set(body.call, call.probe);
}

/** Ends the call; never runs it again. */
export function settled(run: RunState, body: Body<"effect-settled">): void {
  must(run.doubts.has(body.call), `${body.call} is not in doubt`);
  run.doubts.delete(body.call);
  // Its attempt may have ended meanwhile: nobody goes on from here, and the journal keeps what was found.
  if (!run.threads.has(callParts(body.call).thread)) return;
  const { thread, call } = firstInLine(run, body.call);
  call.result = body.result;
  thread.isTurnNew = true;
  close(run, thread, call);
}

function close(run: RunState, thread: Thread, call: Call): void {
  call.status = "ended";
  thread.next = call.index + 1;
  if (thread.next === thread.calls.length) thread.stale = thread.isTurnNew ? 0 : thread.stale + 1;
  if (call.approval !== null) run.approvals.delete(call.approval);
  progressed(thread);
}

/** Calls of one turn run strictly in order: only the first that has not ended may be touched. */
export function firstInLine(run: RunState, id: CallId): { thread: Thread; call: Call } {
  const { thread: threadId, turn, index } = callParts(id);
  const thread = found(run.threads.get(threadId), `open thread ${threadId}`);
  must(thread.turn === turn && thread.model === "complete", `${threadId} is not working on turn ${turn}`);
  const call = found(currentCall(thread), `open call in ${threadId}`);
  must(call.index === index, `call ${index} of ${threadId} is not first in line`);
  return { thread, call };
}
