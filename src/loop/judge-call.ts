import { canonical } from "../core/canonical.ts";
import type { RunEvent } from "../core/event.ts";
import type { CallId, Digest } from "../core/id.ts";
import type { Approval } from "../core/run.ts";
import type { Judgement } from "../core/tool.ts";
import { job, refused } from "./call.ts";
import type { Job } from "./call.ts";
import { putText, putTexts } from "./texts.ts";
import { argErrors, toolSpecs } from "./tools.ts";
import { specOf } from "./work.ts";
import type { Work } from "./work.ts";

const cwd = "/workspace";
/** A call is given up at the latest then, whatever its own time-out says. */
const callMs = 2 * 3_600_000;

/** T5: what the policy says of the call that is first in line, and what follows from it at once. */
export async function judgeCall(work: Work, id: CallId): Promise<readonly RunEvent[]> {
  const found = await job(work, id);
  const invalid = found.call.valid ? null : await whyInvalid(work, found);
  if (invalid !== null) return refusal(work, found, notRun(invalid), invalid);
  const judgement = work.ports.policy.judge(found.call.tool, found.args);
  switch (judgement.decision) {
    case "refuse":
      return refusal(work, found, judgement, `Refused by policy: ${judgement.because}. Find another way.`);
    case "allow":
      return [
        await judged(work, found, judgement),
        await intent(work, found, judgement, null, found.thread.tree),
      ];
    case "ask":
      return askPerson(work, found, judgement);
  }
}

const notRun = (because: string): Judgement => ({
  risk: "read",
  reach: "sandbox",
  decision: "refuse",
  rule: null,
  because,
});

/** The words for a call that was found invalid when it arrived. */
async function whyInvalid(work: Work, { thread, call, args }: Job): Promise<string> {
  const only = thread.task === null ? null : (await specOf(work, thread.task)).tools;
  const offered = toolSpecs(thread.role, work.ports.outside, only);
  const isRaw = typeof args === "object" && args !== null && "raw" in args;
  return (
    argErrors(call.tool, isRaw ? null : (args as never), offered) ?? `The call of ${call.tool} was not valid.`
  );
}

async function judged(work: Work, { id, call }: Job, judgement: Judgement): Promise<RunEvent> {
  const { risk, reach, decision, rule } = judgement;
  const because = await putText(work.ports.blobs, judgement.because);
  return { type: "call-judged", body: { call: id, try: call.try, risk, reach, decision, rule, because } };
}

async function refusal(
  work: Work,
  found: Job,
  judgement: Judgement,
  text: string,
): Promise<readonly RunEvent[]> {
  return [
    await judged(work, found, { ...judgement, decision: "refuse" }),
    await refused(work, found.id, text),
  ];
}

async function askPerson(work: Work, found: Job, judgement: Judgement): Promise<readonly RunEvent[]> {
  const { id, call, thread } = found;
  const living = await work.slots.use(thread.id, thread.tree);
  await living.slot.freeze();
  const [card] = await putTexts(work.ports.blobs, cardOf(found, judgement));
  return [
    await judged(work, found, judgement),
    {
      type: "approval-requested",
      body: {
        approval: `${id}.${call.asked + 1}`,
        call: id,
        try: call.try,
        card: card as Digest,
        tool: call.tool,
        args: call.args,
        cwd,
        image: work.ports.sandbox.image,
        tree: thread.tree,
        policy: work.ports.policy.digest,
        expires: null,
      },
    },
  ];
}

const cardOf = ({ call, args, thread }: Job, judgement: Judgement): string =>
  [
    `tool      ${call.tool}`,
    `arguments ${canonical(args)}`,
    `in        ${cwd}, a private copy (snapshot ${thread.tree.slice(0, 4)})`,
    `risk      ${judgement.because}`,
  ].join("\n");

/** T8: the approval is used for exactly what was shown, or it is void. */
export async function useApproval(work: Work, id: CallId): Promise<readonly RunEvent[]> {
  const found = await job(work, id);
  const approval = work.run.approvals.get(found.call.approval ?? "");
  if (approval === undefined) throw new Error(`${id} has no approval to use`);
  const living = await work.slots.use(found.thread.id, found.thread.tree);
  const { tree } = await living.workspace.snapshot();
  living.tree = tree;
  const drift = whyVoid(work, approval, tree);
  if (drift === null) return [await intent(work, found, found.call, approval, tree)];
  const note = await putText(work.ports.blobs, drift);
  const body = {
    approval: approval.id,
    answer: "void",
    edited: null,
    note,
    until: null,
    by: { type: "harness" },
  } as const;
  return [{ type: "approval-decided", body }];
}

function whyVoid(work: Work, approval: Approval, tree: Digest): string | null {
  const asked = approval.body;
  const { policy, sandbox, clock } = work.ports;
  if (approval.until !== null && approval.until <= clock.now())
    return "the grant expired before it could be used";
  if (asked.tree !== tree)
    return `the workspace changed after the request (${asked.tree?.slice(0, 4)} → ${tree.slice(0, 4)})`;
  if (asked.policy !== policy.digest) return "the policy changed after the request";
  if (asked.image !== sandbox.image) return "the sandbox's image changed after the request";
  return null;
}

async function intent(
  work: Work,
  { id, call }: Job,
  judgement: { reach: "sandbox" | "outside" },
  approval: Approval | null,
  tree: Digest,
): Promise<RunEvent> {
  return {
    type: "call-started",
    body: {
      call: id,
      try: call.try,
      tool: call.tool,
      args: call.args,
      reach: judgement.reach,
      cwd,
      image: work.ports.sandbox.image,
      policy: work.ports.policy.digest,
      tree,
      approval: approval?.id ?? null,
      key: judgement.reach === "outside" ? `${work.run.id}/${id}` : null,
      probe: null,
      deadline: work.ports.clock.now() + callMs,
    },
  };
}
