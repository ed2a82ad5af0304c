import type { Body } from "../../event.ts";
import type { AnswerValue } from "../../ports.ts";
import { unanswered } from "../answers.ts";
import type { Rule, Sight } from "../finding.ts";
import type { ApprovalStory, CallStory } from "../story.ts";

/** P3: decided by a person or their rule, in time, once, and used for exactly what was shown. */
export const approvalRule: Rule = {
  on: {
    "approval-requested": (body, { story, report }) => {
      const name = `approval ${body.approval}`;
      if (story.approvals.has(body.approval)) report("protocol", `${name} is requested twice`);
      const call = story.calls.get(body.call);
      if (call === undefined)
        return report("protocol", `${name} is about call ${body.call}, which no model asked for`);
      if (call.status !== "proposed" || call.judged?.decision !== "ask" || call.try !== body.try) {
        report("protocol", `${name} is requested, and the policy does not ask about call ${call.id}`);
      }
      const shown = body.args === call.args || body.args === call.edited;
      if (body.tool !== call.tool || !shown)
        report("P3", `${name} shows another action than call ${call.id} wants`);
    },
    "approval-decided": (body, sight) => {
      const approval = sight.story.approvals.get(body.approval);
      if (approval === undefined)
        return sight.report("P3", `approval ${body.approval} is decided and was never requested`);
      checkDecision(approval, body, sight);
    },
    "policy-changed": (body, { story, answers, report }) => {
      const kept = body.keeps === null ? undefined : story.approvals.get(body.keeps);
      if (body.by.type !== "person") report("P3", `the policy is changed by no person`);
      if (body.keeps === null) return;
      if (kept?.status !== "granted")
        return report("P3", `the policy changes, and keeps approval ${body.keeps}, which is not granted`);
      const wrong = unanswered(
        answers,
        body.keeps,
        body.by,
        (value) => value.type === "approval" && value.rule != null,
      );
      if (wrong !== null) report("P3", `the policy changes with approval ${body.keeps}, but ${wrong}`);
    },
    "call-started": (body, sight) => {
      const call = sight.story.calls.get(body.call);
      if (call === undefined) return;
      if (body.approval === null) checkFree(call, sight);
      else checkUse(body.approval, call, body, sight);
      const granted = sight.story.approvals.get(body.approval ?? "")?.policy ?? body.policy;
      if (sight.story.policy !== null && body.policy !== sight.story.policy && body.policy === granted)
        sight.report("P3", `call ${body.call} starts under a policy that is not in force`);
    },
  },
};

const isGrant = (body: Body<"approval-decided">): boolean =>
  body.answer === "grant" || body.answer === "grant-edited";

function checkDecision(approval: ApprovalStory, body: Body<"approval-decided">, sight: Sight): void {
  const { answers, report } = sight;
  const name = `approval ${body.approval}`;
  const open = approval.status === "open" || (approval.status === "granted" && body.answer === "void");
  if (!open) report("P3", `${name} is decided again after it was ${approval.status}`);
  if ((body.answer === "grant-edited") !== (body.edited !== null))
    report(
      "P3",
      `${name} says ${body.answer} and ${body.edited === null ? "does not say" : "says"} what was edited`,
    );
  if (isGrant(body)) checkGrant(approval, body, sight);
  if (isLost(approval, body, sight)) report("P3", `${name} was granted in time, and the grant was lost`);
  const wrong = unanswered(answers, body.approval, body.by, (value) => saysSo(value, body));
  if (wrong !== null) report("P3", `${name} is decided, but ${wrong}`);
}

/** A grant somebody gave in time that the harness turns into a no. */
function isLost({ request }: ApprovalStory, body: Body<"approval-decided">, { answers }: Sight): boolean {
  const given = answers.bySubject.get(body.approval)?.[0];
  if (body.by.type !== "harness" || (body.answer !== "refuse" && body.answer !== "expire")) return false;
  if (given?.value.type !== "approval" || !given.value.answer.startsWith("grant")) return false;
  return given.value.edited === null && (request.expires === null || given.at < request.expires);
}

/** An edit the policy refuses becomes a no, whatever the person said. */
function saysSo(value: AnswerValue, body: Body<"approval-decided">): boolean {
  if (value.type !== "approval" || value.note !== body.note) return false;
  if (value.answer === "grant-edited" && body.answer === "refuse") return true;
  return value.answer === body.answer && value.edited === body.edited;
}

function checkGrant(
  approval: ApprovalStory,
  body: Body<"approval-decided">,
  { entry, answers, report }: Sight,
): void {
  const name = `approval ${body.approval}`;
  if (body.by.type === "harness") report("P3", `${name} is granted by the harness itself`);
  if (body.until === null) report("P3", `${name} is granted for ever`);
  const at = answers.bySubject.get(body.approval)?.[0]?.at ?? entry.at;
  const { expires } = approval.request;
  if (expires !== null && at >= expires) report("P3", `${name} is granted after the request had expired`);
}

function checkFree(call: CallStory, { report }: Sight): void {
  const decision = call.judged?.decision;
  if (decision === "refuse") report("P3", `call ${call.id} starts though the policy refused it`);
  if (decision === "ask") report("P3", `call ${call.id} starts without the approval the policy asks for`);
}

function checkUse(
  id: string,
  call: CallStory,
  body: Body<"call-started">,
  { entry, story, report }: Sight,
): void {
  const use = `call ${call.id} uses approval ${id}`;
  const approval = story.approvals.get(id);
  if (approval === undefined) return report("P3", `${use}, which was never requested`);
  if (approval.status === "consumed") return report("P3", `${use}, which was used already`);
  if (approval.status !== "granted") return report("P3", `${use}, which is ${approval.status}`);
  if (call.judged?.decision === "refuse") report("P3", `call ${call.id} starts though the policy refused it`);
  if (approval.until !== null && entry.at > approval.until)
    report("P3", `${use} after the grant had expired`);
  const differs = differences(approval, body);
  if (differs.length > 0)
    report("P3", `${use}, which was given for another ${differs.join(" and another ")}`);
}

function differences(approval: ApprovalStory, body: Body<"call-started">): string[] {
  const { request } = approval;
  const shown = { ...request, args: approval.edited ?? request.args, policy: approval.policy };
  const fields = ["call", "try", "tool", "args", "cwd", "image", "tree", "policy"] as const;
  return fields.filter((field) => shown[field] !== body[field]);
}
