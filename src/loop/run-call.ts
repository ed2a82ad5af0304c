import type { Body, RunEvent } from "../core/event.ts";
import type { CallId, Digest } from "../core/id.ts";
import type { OutsideTool } from "../core/ports.ts";
import type { Call } from "../core/thread.ts";
import { unrun } from "../core/thread.ts";
import { diffTrees } from "../core/tree-diff.ts";
import type { Change } from "../core/tree-diff.ts";
import { job } from "./call.ts";
import type { Job } from "./call.ts";
import { editedNote } from "./edited.ts";
import { excerpt } from "./excerpt.ts";
import { isOutputs, outputFile, putOutputFiles } from "./output-files.ts";
import { runTool } from "./run-tool.ts";
import type { ToolResult } from "./run-tool.ts";
import { SandboxDown } from "./slots.ts";
import type { OpenSlot } from "./slots.ts";
import { putText, putTexts, shorten, textBytes } from "./texts.ts";
import { workerTools } from "./tools.ts";
import { openTo } from "./work.ts";
import type { Work } from "./work.ts";

/** T9, the outside half of a call. */
export async function runCall(work: Work, id: CallId): Promise<readonly RunEvent[]> {
  const found = await job(work, id);
  if (isSandboxed(found.call.tool)) return runInSandbox(work, found);
  const tool = outsideOf(work, found.call.tool);
  if (tool === undefined)
    throw new SandboxDown(`the tool "${found.call.tool}", which this run uses, is not configured`);
  return runOutside(work, found, tool);
}

export const outsideOf = (work: Work, name: string): OutsideTool | undefined =>
  work.ports.outside.find((tool) => tool.spec.name === name);

const isSandboxed = (tool: string): boolean => workerTools.includes(tool);

async function runInSandbox(work: Work, found: Job): Promise<readonly RunEvent[]> {
  const { id, thread, call, args } = found;
  const began = work.ports.clock.now();
  const before = call.tree ?? thread.tree;
  const living = await work.slots.use(thread.id, before, openedFor(work, found));
  const notice = await putOutputFiles(work.ports.blobs, thread, living);
  const result = await runTool(call.tool, args, living);
  const denied = result.denied.map((host): RunEvent => ({
    type: "egress-denied",
    body: { thread: thread.id, ...host },
  }));
  if (call.reach === "outside" && isUnheard(result))
    return [...denied, ...(await unheard(work, found, result))];
  if (result.broken) return brokenCall(work, found, result);
  const after = result.wrote ? await treeAfter(living) : null;
  const changed = call.tool === "bash" && after !== null ? await changedNote(work, before, after.tree) : "";
  const [text, output] = await work.ports.blobs.put([
    textBytes(withEdit(call, args, shownText(found, result)) + changed + (after?.note ?? "") + notice),
    result.output,
  ]);
  const body: Body<"call-ended"> = {
    ...unrun(id, call.try),
    outcome: result.outcome,
    exit: result.exit,
    result: text ?? null,
    output: output ?? null,
    dropped: result.dropped,
    tree: after?.tree ?? null,
    effect: call.reach === "outside" ? "done" : null,
    ms: work.ports.clock.now() - began,
  };
  return [...denied, { type: "call-ended", body }];
}

/** What this call alone may reach. */
const openedFor = (work: Work, { thread, call }: Job): readonly string[] =>
  call.hosts.filter((host) => !openTo(work.open, thread.id).some((open) => open.host === host));

/** It was cut before it said how it ended: whatever it did outside, nobody knows. */
const isUnheard = ({ broken, outcome }: ToolResult): boolean => broken || !["ok", "error"].includes(outcome);

/** Of what it did in its sandbox nothing stays: it went on from where the call began. */
async function unheard(work: Work, { id, thread }: Job, result: ToolResult): Promise<readonly RunEvent[]> {
  await work.slots.drop(thread.id);
  const why = result.outcome === "timeout" ? "timeout" : "reset";
  return [{ type: "effect-doubted", body: { call: id, why } }];
}

/** What a command printed, if it is much as an excerpt of the file that has all of it, and how it ended. */
function shownText(
  { thread, call }: Pick<Job, "thread" | "call">,
  { text, note, isPrinted }: ToolResult,
): string {
  const said = isPrinted ? excerpt(text, outputFile(thread.turn, call.index)) : text;
  return [said, note].filter((line) => line !== "").join("\n");
}

const mostChanged = 8;

/** Which files a command changed: it may have changed others than were meant. On one line. */
async function changedNote(work: Work, before: Digest, after: Digest): Promise<string> {
  if (before === after) return "";
  const changes = await diffTrees(work.trees, before, after);
  const files = changes.filter((change) => change.before?.type !== "dir" && change.after?.type !== "dir");
  const all = files.length > 0 ? files : changes;
  const named = all.slice(0, mostChanged).map(nameOf).join(", ");
  const more = all.length > mostChanged ? ` and ${all.length - mostChanged} more` : "";
  return `\n[changed: ${named}${more}]`;
}

const nameOf = ({ path, after }: Change): string =>
  path.replaceAll(/\p{Cc}/gu, "?").slice(-120) + (after === null ? " (gone)" : "");

const withEdit = (call: Call, args: unknown, text: string): string =>
  call.edited ? `${editedNote(args)}\n${text}` : text;

/** The workspace as the call left it, and what the worker must hear of it: what is new among what no tree holds. */
async function treeAfter(living: OpenSlot): Promise<{ tree: Digest; note: string }> {
  const { tree, skipped } = await living.workspace.snapshot();
  const unheard = skipped.filter((path) => !living.skipped.has(path) && !isOutputs(path, living));
  living.tree = tree;
  living.skipped = new Set(skipped);
  if (unheard.length === 0) return { tree, note: "" };
  const names = shorten(unheard.map((path) => JSON.stringify(path)).join(", "), 500);
  return { tree, note: `\n[no part of your result, and gone with this attempt: ${names}]` };
}

/** A dead sandbox is an ordinary tool error once; where no new one can be had, the run stands. */
async function brokenCall(
  work: Work,
  { id, thread, call }: Job,
  result: ToolResult,
): Promise<readonly RunEvent[]> {
  await work.slots.drop(thread.id);
  await work.slots.use(thread.id, call.tree ?? thread.tree);
  const text = await putText(work.ports.blobs, shownText({ thread, call }, result));
  return [{ type: "call-ended", body: { ...unrun(id, call.try), outcome: "error", result: text } }];
}

/** Outside happens once: an answer of any kind is `done`, none is doubt. */
async function runOutside(
  work: Work,
  { id, thread, call, args }: Job,
  tool: OutsideTool,
): Promise<readonly RunEvent[]> {
  const began = work.ports.clock.now();
  const effect = await tool.run(id, args, `${work.run.id}/${id}`, work.signal);
  const isRepeatable = call.reach === "sandbox";
  if (effect.outcome === "unknown" && !isRepeatable)
    return [{ type: "effect-doubted", body: { call: id, why: effect.why ?? "reset" } }];
  const said = withEdit(call, args, excerpt(effect.text, outputFile(thread.turn, call.index)));
  const [result, output] = await putTexts(work.ports.blobs, said, effect.text);
  const outcome = effect.outcome === "done" ? "ok" : "error";
  const ms = work.ports.clock.now() - began;
  return [
    {
      type: "call-ended",
      body: {
        ...unrun(id, call.try),
        outcome,
        result: result ?? null,
        output: output ?? null,
        effect: isRepeatable || effect.outcome === "unknown" ? null : effect.outcome,
        ms,
      },
    },
  ];
}
