import { decodeText } from "../core/canonical.ts";
import type { Digest } from "../core/id.ts";
import type { Blobs } from "../core/ports.ts";
import type { Slot } from "../core/sandbox.ts";
import type { Workspace } from "../core/workspace.ts";
import type { Thread } from "../core/thread.ts";
import { wholeUpTo } from "./excerpt.ts";
import type { OpenSlot } from "./slots.ts";

/** At the top of a workspace and of no snapshot: see core/reserved-name.ts. */
const top = ".harness";
const directory = `${top}/output`;

/** How the files are called, T for the turn and C for the call. */
export const outputPattern = `${directory}/turn-T-C.txt`;

/** Where a worker finds what a call printed, in full. `index` counts the calls of a turn from 0, the name from 1. */
export const outputFile = (turn: number, index: number): string =>
  `${directory}/turn-${turn}-${index + 1}.txt`;

/** Results up to this many characters are never left out of a conversation, so nobody looks for them in a file. */
export const shortResult = 400;

/** What says which outputs a thread was told are in files. */
type Told = Pick<Thread, "outputs" | "compactedThrough">;

/**
 * The files of a slot that the thread was told of: long outputs, and all of turns that were compacted. Whatever became
 * of the directory (opened anew after a crash, set back to a tree, cleared by the worker), they are there again before
 * the next call. What stands in the way is the worker's own doing: that is told, and nothing fails.
 * @returns what the worker must hear, or "".
 */
export async function putOutputFiles(blobs: Blobs, thread: Told, living: OpenSlot): Promise<string> {
  const { outputs } = living;
  if (await isCleared(living)) outputs.clear();
  const isTold = holds(outputs, "refused");
  for (const [key, digest] of thread.outputs) {
    const { turn, index } = placeOf(key);
    const isCompacted = turn <= thread.compactedThrough;
    if (isSettled(outputs.get(key), isCompacted)) continue;
    const bytes = await blobs.get(digest);
    const state = stateOf(decodeText(bytes).length, isCompacted);
    const problem = state === "written" ? await write(living, outputFile(turn, index), bytes) : null;
    // The sandbox is gone: the call finds that out, and the next one has a new directory.
    if (typeof problem === "object" && problem !== null) return "";
    outputs.set(key, problem === null ? state : "refused");
    if (problem !== null) return isTold ? "" : `\n[no output is kept in ${directory}: ${problem}]`;
  }
  return "";
}

type State = NonNullable<ReturnType<OpenSlot["outputs"]["get"]>>;

/** What could not be written is tried again; what is not yet needed, once its turn is compacted. */
const isSettled = (state: State | undefined, isCompacted: boolean): boolean =>
  state === "written" || state === "short" || (state === "later" && !isCompacted);

function stateOf(length: number, isCompacted: boolean): "written" | "short" | "later" {
  if (length <= shortResult) return "short";
  return isCompacted || length > wholeUpTo ? "written" : "later";
}

/** Only into real directories: through a link, outputs would come into the result. */
async function write(
  { workspace, slot }: OpenSlot,
  path: string,
  bytes: Uint8Array,
): ReturnType<Slot["write"]> {
  return (await inTheWay(workspace)) ?? slot.write(path, bytes);
}

async function inTheWay(workspace: Workspace): Promise<string | null> {
  for (const path of [top, directory]) {
    const there = await workspace.read(path, 0, 0);
    if (there.type === "file") return `${path} is a file`;
    if (there.type === "refused" && there.why !== "is a directory") return `${path} ${there.why}`;
  }
  return null;
}

function placeOf(key: string): { turn: number; index: number } {
  const [turn = "", index = ""] = key.split("/");
  return { turn: Number(turn), index: Number(index) };
}

/** By the key of an output in `Thread.outputs`. */
export const outputKey = (turn: number, index: number): string => `${turn}/${index}`;

/** The file of a call's output, null where nothing of it is kept: it did not run. */
export const keptFile = (outputs: ReadonlyMap<string, Digest>, turn: number, index: number): string | null =>
  outputs.has(outputKey(turn, index)) ? outputFile(turn, index) : null;

/** `git clean`, `rm -rf` of everything: meant for something else. */
async function isCleared({ outputs, workspace }: OpenSlot): Promise<boolean> {
  return holds(outputs, "written") && (await workspace.read(directory, 0, 0)).type === "missing";
}

/** Whether what a snapshot left out is the directory of these files: that is no news to the worker. */
export const isOutputs = (path: string, { outputs }: OpenSlot): boolean =>
  path === top && holds(outputs, "written");

const holds = (outputs: OpenSlot["outputs"], state: State): boolean => [...outputs.values()].includes(state);
