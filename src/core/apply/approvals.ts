import type { Body } from "../event.ts";
import { callParts } from "../id.ts";
import type { Approval, RunState } from "../run.ts";
import type { Call } from "../thread.ts";
import { firstInLine } from "./calls.ts";
import { found, must } from "./legal.ts";

export function requested(run: RunState, body: Body<"approval-requested">): void {
  const { call } = firstInLine(run, body.call);
  must(call.status === "proposed" && call.decision === "ask", `${body.call} is not to be asked about`);
  must(!run.approvals.has(body.approval), `${body.approval} exists`);
  call.status = "asking";
  call.asked += 1;
  call.approval = body.approval;
  const { approval: id, call: callId, args, expires } = body;
  run.approvals.set(id, {
    id,
    call: callId,
    thread: callParts(callId).thread,
    status: "open",
    body,
    args,
    policy: body.policy,
    until: expires,
  });
}

export function decided(run: RunState, body: Body<"approval-decided">): void {
  const approval = found(run.approvals.get(body.approval), `open approval ${body.approval}`);
  const { call } = firstInLine(run, approval.call);
  switch (body.answer) {
    case "grant":
    case "grant-edited":
      return granted(approval, call, body);
    case "refuse":
    case "expire":
      must(approval.status === "open", `${approval.id} is granted already`);
      run.approvals.delete(approval.id);
      return undefined;
    case "void":
      run.approvals.delete(approval.id);
      call.status = "proposed";
      call.decision = null;
      call.approval = null;
      call.args = approval.body.args;
      call.edited = false;
      return undefined;
  }
}

function granted(approval: Approval, call: Call, body: Body<"approval-decided">): void {
  must(approval.status === "open", `${approval.id} is ${approval.status}`);
  must(body.by.type !== "harness", `only a person or a rule grants ${approval.id}`);
  must((body.answer === "grant-edited") === (body.edited !== null), `${approval.id} is edited or not`);
  approval.status = "granted";
  approval.args = body.edited ?? approval.args;
  approval.until = body.until;
  call.args = approval.args;
  call.edited = body.edited !== null;
  call.status = "cleared";
}
