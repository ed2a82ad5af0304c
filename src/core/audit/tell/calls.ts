import type { Body } from "../../event.ts";
import type { CallId, Digest } from "../../id.ts";
import type { ApprovalStory, CallStory, Story } from "../story.ts";
import type { Teller } from "./teller.ts";
import { endModelCall } from "./threads.ts";

export const tellCalls: Teller = {
  "call-judged": (story, body) => {
    const call = story.calls.get(body.call);
    if (call !== undefined) call.judged = body;
  },
  "approval-requested": (story, body) => {
    story.approvals.set(body.approval, {
      request: body,
      status: "open",
      edited: null,
      until: null,
      policy: body.policy,
    });
    const call = story.calls.get(body.call);
    if (call === undefined) return;
    call.status = "asking";
    call.approval = body.approval;
    setTree(story, call, body.tree);
  },
  "approval-decided": (story, body) => {
    const approval = story.approvals.get(body.approval);
    if (approval !== undefined) decide(story, approval, body);
  },
  "call-started": (story, body, entry) => {
    const approval = body.approval === null ? undefined : story.approvals.get(body.approval);
    if (approval !== undefined) approval.status = "consumed";
    const call = story.calls.get(body.call);
    if (call === undefined) return;
    call.status = "started";
    call.try = body.try;
    call.started = { body, epoch: entry.epoch };
    const outside = body.reach === "outside";
    story.brackets.set(callBracket(call.id), { kind: "call", name: call.id, epoch: entry.epoch, outside });
  },
  "call-ended": (story, body) => {
    const call = story.calls.get(body.call);
    if (call === undefined) return;
    if (body.outcome === "cut") cut(story, call);
    else end(story, call, body.tree, body.outcome);
  },
  "effect-doubted": (story, body) => {
    const call = story.calls.get(body.call);
    if (call !== undefined) doubt(story, call, body.why);
  },
  "effect-settled": (story, body) => {
    const call = story.calls.get(body.call);
    if (call !== undefined) end(story, call, null, null);
  },
};

const callBracket = (call: CallId): string => `call ${call}`;

/** A tree that was walked anew replaces what the journal said before. */
function setTree(story: Story, call: CallStory, tree: Digest | null): void {
  const thread = story.threads.get(call.thread);
  if (thread !== undefined && tree !== null) thread.tree = tree;
}

function decide(story: Story, approval: ApprovalStory, body: Body<"approval-decided">): void {
  const granted = body.answer === "grant" || body.answer === "grant-edited";
  const statuses = {
    grant: "granted",
    "grant-edited": "granted",
    refuse: "refused",
    expire: "expired",
  } as const;
  approval.status = body.answer === "void" ? "void" : statuses[body.answer];
  approval.until = body.until;
  approval.edited = body.edited;
  const call = story.calls.get(approval.request.call);
  if (call === undefined || call.approval !== body.approval) return;
  if (body.edited !== null) call.edited = body.edited;
  if (body.answer === "void") propose(call, call.try);
  else call.status = granted ? "cleared" : "refused";
}

function propose(call: CallStory, tryNumber: number): void {
  call.status = "proposed";
  call.try = tryNumber;
  call.judged = null;
  call.approval = null;
}

/** A call whose only reach was its sandbox is proposed again, on the tree it started from. */
function cut(story: Story, call: CallStory): void {
  story.brackets.delete(callBracket(call.id));
  story.recovered.add(call.thread);
  setTree(story, call, call.started?.body.tree ?? null);
  propose(call, call.try + 1);
}

function end(story: Story, call: CallStory, tree: Digest | null, outcome: CallStory["outcome"]): void {
  story.brackets.delete(callBracket(call.id));
  story.doubts.delete(call.id);
  story.crashes.delete(call.thread);
  setTree(story, call, tree);
  call.status = "ended";
  call.outcome = outcome;
  const thread = story.threads.get(call.thread);
  while (thread?.calls[thread.next]?.status === "ended") thread.next += 1;
}

function doubt(story: Story, call: CallStory, why: Body<"effect-doubted">["why"]): void {
  story.brackets.delete(callBracket(call.id));
  story.doubts.add(call.id);
  call.status = "in-doubt";
  if (why === "crash") story.recovered.add(call.thread);
  const thread = story.threads.get(call.thread);
  // A call given up half-way leaves a workspace nobody has walked since.
  if (thread !== undefined) thread.tree = why === "crash" ? (call.started?.body.tree ?? thread.tree) : null;
}

/** Closes what a recovery should have closed, as it should have, so that it is found once. */
export function closeLeftovers(story: Story): void {
  for (const [key, bracket] of story.brackets) {
    if (bracket.epoch === story.epoch) continue;
    story.brackets.delete(key);
    const thread = story.threads.get(bracket.name);
    const call = story.calls.get(bracket.name);
    if (bracket.kind === "integration") cutIntegration(story);
    else if (bracket.kind === "model call" && thread?.reserved)
      endModelCall(story, thread, "cut", thread.reserved);
    else if (call !== undefined && bracket.outside) doubt(story, call, "crash");
    else if (call !== undefined) cut(story, call);
  }
}

export function cutIntegration(story: Story): void {
  if (story.integration === null) return;
  const { task, attempt: number } = story.integration;
  const attempt = story.tasks.get(task)?.attempt;
  if (attempt?.number === number && attempt.status === "integrating") attempt.status = "judged";
  story.integration = null;
}
