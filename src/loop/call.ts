import { canonical } from "../core/canonical.ts";
import type { Body, RunEvent } from "../core/event.ts";
import { callParts } from "../core/id.ts";
import type { CallId, Digest } from "../core/id.ts";
import type { Approval } from "../core/run.ts";
import type { OutsideTool } from "../core/ports.ts";
import type { Call, Thread } from "../core/thread.ts";
import type { Judgement } from "../core/tool.ts";
import { SandboxDown } from "./slots.ts";
import type { OpenSlot } from "./slots.ts";
import { putText, putTexts, readJson, shorten } from "./texts.ts";
import { runTool } from "./run-tool.ts";
import type { ToolResult } from "./run-tool.ts";
import { argErrors, toolSpecs } from "./tools.ts";
import { specOf, threadOf } from "./work.ts";
import type { Work } from "./work.ts";

/** What every step of a call needs. */
interface Job {
  readonly id: CallId;
  readonly thread: Thread;
  readonly call: Call;
  readonly args: unknown;
}

async function job(work: Work, id: CallId): Promise<Job> {
  const { thread: threadId, index } = callParts(id);
  const thread = threadOf(work.run, threadId);
  const call = thread.calls[index];
  if (call === undefined) throw new Error(`${id} is no call of the open turn`);
  return { id, thread, call, args: await readJson<unknown>(work.ports.blobs, call.args) };
}

const cwd = "/workspace";
const grace = 15 * 60_000;
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

/** A call that did not run, with the words its model is given. */
export async function refused(work: Work, id: CallId, text: string): Promise<RunEvent> {
  const { call } = await job(work, id);
  const result = await putText(work.ports.blobs, text);
  return { type: "call-ended", body: { ...unrun(id, call.try), outcome: "refused", result } };
}

/** The empty outcome of a call, to be filled in. */
export const unrun = (call: CallId, attempt: number): Body<"call-ended"> => ({
  call,
  try: attempt,
  outcome: "ok",
  exit: null,
  result: null,
  output: null,
  dropped: 0,
  tree: null,
  effect: null,
  ms: 0,
});

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

/** How long a grant is good for. */
export const grantMs = grace;

/** T9, the outside half of a call. */
export async function runCall(work: Work, id: CallId): Promise<readonly RunEvent[]> {
  const found = await job(work, id);
  return found.call.reach === "outside" ? runOutside(work, found) : runInSandbox(work, found);
}

async function runInSandbox(work: Work, found: Job): Promise<readonly RunEvent[]> {
  const { id, thread, call, args } = found;
  const began = work.ports.clock.now();
  const living = await work.slots.use(thread.id, call.tree ?? thread.tree);
  const result = await runTool(call.tool, args, living);
  if (result.broken) return brokenCall(work, found, result);
  const tree = result.wrote ? await treeAfter(living) : null;
  const [text, output] = await work.ports.blobs.put([
    encode(withEdit(call, args, result.text)),
    result.output,
  ]);
  const body: Body<"call-ended"> = {
    ...unrun(id, call.try),
    outcome: result.outcome,
    exit: result.exit,
    result: text ?? null,
    output: output ?? null,
    dropped: result.dropped,
    tree,
    ms: work.ports.clock.now() - began,
  };
  const denied = result.denied.map((host): RunEvent => ({
    type: "egress-denied",
    body: { thread: thread.id, ...host },
  }));
  return [...denied, { type: "call-ended", body }];
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text.toWellFormed());

const withEdit = (call: Call, args: unknown, text: string): string =>
  call.edited ? `[a person changed the arguments to ${shorten(canonical(args), 500)}]\n${text}` : text;

async function treeAfter(living: OpenSlot): Promise<Digest> {
  const { tree } = await living.workspace.snapshot();
  living.tree = tree;
  return tree;
}

/** A dead sandbox is an ordinary tool error once; where no new one can be had, the run stands. */
async function brokenCall(
  work: Work,
  { id, thread, call }: Job,
  result: ToolResult,
): Promise<readonly RunEvent[]> {
  await work.slots.drop(thread.id);
  await work.slots.use(thread.id, call.tree ?? thread.tree);
  const text = await putText(work.ports.blobs, result.text);
  return [{ type: "call-ended", body: { ...unrun(id, call.try), outcome: "error", result: text } }];
}

/** Outside happens once: an answer of any kind is `done`, none is doubt. */
async function runOutside(work: Work, { id, call, args }: Job): Promise<readonly RunEvent[]> {
  const tool = outsideTool(work, call.tool);
  const began = work.ports.clock.now();
  const effect = await tool.run(id, args, `${work.run.id}/${id}`, work.signal);
  if (effect.outcome === "unknown") return [{ type: "effect-doubted", body: { call: id, why: "reset" } }];
  const result = await putText(work.ports.blobs, withEdit(call, args, shorten(effect.text, 16_000)));
  const outcome = effect.outcome === "done" ? "ok" : "error";
  const ms = work.ports.clock.now() - began;
  return [
    { type: "call-ended", body: { ...unrun(id, call.try), outcome, result, effect: effect.outcome, ms } },
  ];
}

function outsideTool(work: Work, name: string): OutsideTool {
  const tool = work.ports.outside.find((candidate) => candidate.spec.name === name);
  if (tool === undefined) throw new SandboxDown(`the tool "${name}", which this run uses, is not configured`);
  return tool;
}
