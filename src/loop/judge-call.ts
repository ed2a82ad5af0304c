import type { Assessment } from "../core/assessment.ts";
import type { RunEvent } from "../core/event.ts";
import type { CallId, Digest } from "../core/id.ts";
import type { Approval } from "../core/run.ts";
import { effectKey } from "../core/inherited.ts";
import type { Call } from "../core/thread.ts";
import type { Judgement } from "../core/tool.ts";
import { job, refused } from "./call.ts";
import type { Job } from "./call.ts";
import { cardOf } from "./card.ts";
import { relaxed } from "./removed.ts";
import { putJson, putText, readText } from "./texts.ts";
import { argErrors, toolSpecs } from "./tools.ts";
import { cwd, openTo, specOf } from "./work.ts";
import type { Work } from "./work.ts";

/** A call is given up at the latest then, whatever its own time-out says. */
const callMs = 2 * 3_600_000;

/** T5: what the policy says of the call that is first in line, and what follows from it at once. */
export async function judgeCall(work: Work, id: CallId): Promise<readonly RunEvent[]> {
  const found = await job(work, id);
  const invalid = found.call.valid ? null : await whyInvalid(work, found);
  if (invalid !== null) return refusal(work, found, notRun(invalid), invalid);
  const { assessment, judgement } = await judgementOf(work, found);
  const known = judgement.reach === "outside" ? await knownEffect(work, found.call) : null;
  if (known !== null) return refusal(work, found, judgement, known);
  if (judgement.reach === "outside" && found.call.try > 1)
    return refusal(work, found, notRun(cutBefore), cutBefore);
  switch (judgement.decision) {
    case "refuse":
      return refusal(
        work,
        found,
        judgement,
        `Refused: ${judgement.because}. It did not run. Find another way.`,
      );
    case "allow":
      return [
        await judged(work, found, judgement),
        await intent(work, found, judgement, null, found.thread.tree),
      ];
    case "ask":
      return askPerson(work, found, assessment, judgement);
  }
}

/** What the policy in force says of a call with these arguments, as things are now. */
export async function judgementOf(
  work: Work,
  { call, args, thread }: Job,
): Promise<{ readonly assessment: Assessment; readonly judgement: Judgement }> {
  const { policy, clock } = work.ports;
  const assessment = await relaxed(work, policy.assess(call.tool, args));
  const judgement = policy.judge(call.tool, assessment, {
    now: clock.now(),
    open: openTo(work.open, thread.id),
    isTainted: thread.isTainted,
  });
  return { assessment, judgement };
}

/** What another run did, from which this one goes on, is done: it is not done again. null: none did this. */
async function knownEffect(work: Work, { tool, args }: Call): Promise<string | null> {
  const effect = work.inherited.get(effectKey(tool, args));
  if (effect === undefined) return null;
  const which = `Not run: run ${effect.run}, from which this one goes on, did exactly this already`;
  if (effect.finding === "in-doubt")
    return `Not run: run ${effect.run}, from which this one goes on, began exactly this, and whether it happened is not known. A person settles it there; go on without it, and name it as an open question.`;
  const isKept = effect.result !== null && (await work.ports.blobs.missing([effect.result])).length === 0;
  const answer =
    isKept && effect.result !== null ? await readText(work.ports.blobs, effect.result) : "(no longer kept)";
  return `${which}, and it is not done twice. Take it as done and go on. Its answer then:\n${answer}`;
}

const cutBefore =
  "This call was cut off before, and the rules for it have changed: make it anew if it is still needed.";

const notRun = (because: string): Judgement => ({
  risk: "read",
  reach: "sandbox",
  decision: "refuse",
  rule: null,
  because,
  hosts: [],
  probe: null,
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

async function askPerson(
  work: Work,
  found: Job,
  assessment: Assessment,
  judgement: Judgement,
): Promise<readonly RunEvent[]> {
  const { id, call, thread } = found;
  const { blobs, sandbox, policy, clock } = work.ports;
  const { expireMs } = work.config;
  const living = await work.slots.use(thread.id, thread.tree);
  await living.slot.freeze();
  return [
    await judged(work, found, judgement),
    {
      type: "approval-requested",
      body: {
        approval: `${id}.${call.asked + 1}`,
        call: id,
        try: call.try,
        card: await putJson(blobs, await cardOf(work, found, assessment, judgement)),
        tool: call.tool,
        args: call.args,
        cwd,
        image: sandbox.image,
        tree: thread.tree,
        policy: policy.digest,
        expires: expireMs == null ? null : clock.now() + expireMs,
      },
    },
  ];
}

/** T8: the approval is used for exactly what was shown, or it is void. */
export async function useApproval(work: Work, id: CallId): Promise<readonly RunEvent[]> {
  const found = await job(work, id);
  const approval = work.run.approvals.get(found.call.approval ?? "");
  if (approval === undefined) throw new Error(`${id} has no approval to use`);
  const living = await work.slots.use(found.thread.id, found.thread.tree);
  const { tree } = await living.workspace.snapshot();
  living.tree = tree;
  const { judgement } = await judgementOf(work, found);
  const drift = whyVoid(work, found.call, approval, tree, judgement);
  if (drift === null) return [await intent(work, found, judgement, approval, tree)];
  return [await voided(work, approval.id, drift)];
}

/** An approval that is used for nothing; its call is judged anew. */
export async function voided(work: Work, approval: string, why: string): Promise<RunEvent> {
  const note = await putText(work.ports.blobs, why);
  const by = { type: "harness" } as const;
  return {
    type: "approval-decided",
    body: { approval, answer: "void", edited: null, note, until: null, by },
  };
}

function whyVoid(
  work: Work,
  call: Call,
  approval: Approval,
  tree: Digest,
  judgement: Judgement,
): string | null {
  const asked = approval.body;
  const { policy, sandbox, clock } = work.ports;
  if (approval.until !== null && approval.until <= clock.now())
    return "the grant expired before it could be used";
  if (asked.tree !== tree)
    return `the workspace changed after the request (${asked.tree?.slice(0, 4)} → ${tree.slice(0, 4)})`;
  if (approval.policy !== policy.digest) return "the policy changed after the request";
  if (asked.image !== sandbox.image) return "the sandbox's image changed after the request";
  if (judgement.reach === "outside" && call.try > 1) return cutBefore;
  // What an edit, or a rule that has run out meanwhile, makes of it.
  return judgement.decision === "refuse" ? `it is against the policy: ${judgement.because}` : null;
}

async function intent(
  work: Work,
  { id, call }: Job,
  judgement: Judgement,
  approval: Approval | null,
  tree: Digest,
): Promise<RunEvent> {
  const { sandbox, policy, clock, blobs } = work.ports;
  const { probe } = judgement;
  const { reach } = judgement;
  return {
    type: "call-started",
    body: {
      call: id,
      try: call.try,
      tool: call.tool,
      args: call.args,
      reach,
      cwd,
      image: sandbox.image,
      policy: policy.digest,
      tree,
      approval: approval?.id ?? null,
      key: reach === "outside" ? `${work.run.id}/${id}` : null,
      probe: probe === null || reach === "sandbox" ? null : await putJson(blobs, probe),
      hosts: [...judgement.hosts],
      deadline: clock.now() + callMs,
    },
  };
}
