import { decodeText } from "../core/canonical.ts";
import type { Criterion, CriterionResult } from "../core/criterion.ts";
import type { Digest } from "../core/id.ts";
import { misfitOfText } from "../core/json-fit.ts";
import type { ExecResult } from "../core/sandbox.ts";
import type { OpenSlot } from "./slots.ts";
import { shorten } from "./texts.ts";
import type { Work } from "./work.ts";

/** What one criterion came to. `explanation` is for people and the next attempt. */
export interface Tried {
  readonly result: CriterionResult;
  readonly exit: number | null;
  readonly explanation: string;
  readonly output: Uint8Array;
  /** The program a command begins with is not in the sandbox. */
  readonly absent: string | null;
}

/** The criteria that can be run without a model, each once, in order. The slot is dropped afterwards. */
export async function tryOn(
  work: Pick<Work, "slots">,
  name: string,
  tree: Digest,
  criteria: readonly Criterion[],
): Promise<ReadonlyMap<string, Tried>> {
  const results = new Map<string, Tried>();
  const runnable = criteria.filter((criterion) => criterion.type !== "rubric");
  if (runnable.length === 0) return results;
  try {
    for (const criterion of runnable) {
      results.set(criterion.id, await tryOne(await work.slots.use(name, tree), criterion));
    }
  } finally {
    await work.slots.drop(name);
  }
  return results;
}

/** A slot as a criterion sees it. */
type Standing = Pick<OpenSlot, "workspace" | "slot" | "tree">;

const keptBytes = 256 * 1024;
const defaultTimeoutS = 120;

/** Runs one command or file criterion in a slot. What a command leaves behind is set back before the next one. */
export async function tryOne(slot: Standing, criterion: Criterion): Promise<Tried> {
  switch (criterion.type) {
    case "command": {
      const timeoutS = criterion.timeout_s ?? defaultTimeoutS;
      slot.tree = null;
      const result = await slot.slot.exec({
        command: criterion.run,
        timeoutMs: timeoutS * 1000,
        maxOutputBytes: keptBytes,
      });
      return fromExec(result, criterion.exit ?? 0, timeoutS);
    }
    case "file":
      return tryFile(slot, criterion.path, criterion.schema);
    case "rubric":
      throw new Error(`criterion ${criterion.id} is a rubric; the evaluator grades it`);
  }
}

function fromExec(result: ExecResult, expected: number, timeoutS: number): Tried {
  const text = decodeText(result.output);
  const tail = shorten(text.trim(), 2000);
  const about = { exit: result.exit, output: result.output, absent: absentProgram(result, text) };
  switch (result.outcome) {
    case "exited": {
      const verdict = result.exit === expected ? "pass" : "fail";
      const wanted = expected === 0 ? "" : `, ${expected} was wanted`;
      return {
        ...about,
        result: verdict,
        explanation: `exit ${result.exit}${wanted}${tail === "" ? "" : `\n${tail}`}`,
      };
    }
    case "timeout":
      return {
        ...about,
        result: "fail",
        explanation: `did not end within ${timeoutS} s and was killed\n${tail}`,
      };
    case "flood":
      return { ...about, result: "fail", explanation: `wrote far too much output and was killed\n${tail}` };
    case "oom":
      return { ...about, result: "fail", explanation: `ran out of memory and was killed\n${tail}` };
    case "full":
      return { ...about, result: "fail", explanation: `filled the disk and was killed\n${tail}` };
    case "broken":
      return { ...about, result: "invalid", explanation: `the sandbox failed: ${result.why ?? "unknown"}` };
  }
}

/** Exit 127 with the shell's own words about a name without a slash: nothing in the workspace can bring it. */
function absentProgram(result: ExecResult, text: string): string | null {
  if (result.exit !== 127) return null;
  const name = /(?:^|[:\s])([^\s:/]+): (?:command )?not found/m.exec(text)?.[1];
  return name ?? null;
}

async function tryFile(slot: Pick<OpenSlot, "workspace">, path: string, schema: unknown): Promise<Tried> {
  const read = await slot.workspace.read(path, 0, 16 * 1024 * 1024);
  const about = { exit: null, output: new Uint8Array(), absent: null };
  if (read.type === "missing") return { ...about, result: "fail", explanation: `${path} does not exist` };
  if (read.type === "refused") return { ...about, result: "fail", explanation: `${path}: ${read.why}` };
  if (schema === undefined)
    return { ...about, result: "pass", explanation: `${path} exists, ${read.size} bytes` };
  const problem = misfitOfText(decodeText(read.bytes), schema);
  return problem === null
    ? { ...about, result: "pass", explanation: `${path} fits its schema` }
    : { ...about, result: "fail", explanation: `${path}: ${problem}` };
}
