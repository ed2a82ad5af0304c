import { canonical } from "../core/canonical.ts";
import type { Body, RunEvent } from "../core/event.ts";
import type { CallId, Digest } from "../core/id.ts";
import type { OutsideTool } from "../core/ports.ts";
import type { Call } from "../core/thread.ts";
import { unrun } from "../core/thread.ts";
import { job } from "./call.ts";
import type { Job } from "./call.ts";
import { runTool } from "./run-tool.ts";
import type { ToolResult } from "./run-tool.ts";
import { SandboxDown } from "./slots.ts";
import type { OpenSlot } from "./slots.ts";
import { putText, shorten, textBytes } from "./texts.ts";
import type { Work } from "./work.ts";

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
    textBytes(withEdit(call, args, result.text)),
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
