import { z } from "zod";
import { decodeText, encodeText } from "../core/canonical.ts";
import type { Json } from "../core/canonical.ts";
import type { Role } from "../core/id.ts";
import { planSpec } from "../core/plan.ts";
import type { ExecResult, OutsideTool } from "../core/ports.ts";
import type { ToolSpec } from "../core/tool.ts";
import type { OpenSlot } from "./slots.ts";
import { shorten } from "./texts.ts";

const list = z.array(z.string().max(2000)).max(50);

/** Arguments of the public tools. */
const schemas = {
  bash: z.strictObject({ command: z.string().min(1), timeout_s: z.number().positive().max(3600).optional() }),
  read_file: z.strictObject({
    path: z.string().min(1),
    offset: z.int().min(1).optional().describe("first line, from 1"),
    limit: z.int().min(1).max(5000).optional().describe("how many lines"),
  }),
  write_file: z.strictObject({ path: z.string().min(1), content: z.string() }),
  edit_file: z.strictObject({
    path: z.string().min(1),
    old: z.string().min(1).describe("text that occurs exactly once in the file"),
    new: z.string(),
  }),
  search: z.strictObject({
    pattern: z.string().min(1).describe("an extended regular expression"),
    path: z.string().min(1).optional().describe("where to look, the whole workspace if left out"),
  }),
  submit: z.strictObject({
    summary: z
      .string()
      .min(1)
      .max(8000)
      .describe("what is true now, for someone who has seen nothing of your work"),
    artifacts: list.describe("paths of the files that matter"),
    decisions: list.describe("choices that others must know"),
    open_questions: list.describe("what a person should decide or check"),
    confidence: z.number().min(0).max(1).describe("how sure you are that every criterion passes"),
  }),
  submit_plan: planSpec,
  submit_verdict: z.strictObject({
    scores: z.array(
      z.strictObject({
        criterion: z.string(),
        score: z.number().min(0).max(1),
        explanation: z.string().min(1).max(4000),
      }),
    ),
    explanation: z.string().min(1).max(8000),
  }),
} as const;
type ToolName = keyof typeof schemas;
export type Args<T extends ToolName> = z.infer<(typeof schemas)[T]>;

const descriptions: Readonly<Record<ToolName, string>> = {
  bash: "Runs a command in a new shell in the workspace. Nothing but files in the workspace lasts from one call to the next: no variables, no working directory, no background processes. Returns output and exit code.",
  read_file: "Reads lines of a text file of the workspace, numbered.",
  write_file: "Writes a whole file of the workspace; makes its directories.",
  edit_file: "Replaces a text that occurs exactly once in a file.",
  search: "Finds lines that match an extended regular expression, with file and line number.",
  submit:
    "Finishes the task: the last and only call of its turn. Someone else then judges the files by the criteria.",
  submit_plan: "Finishes planning: the last and only call of its turn. Every error comes back at once.",
  submit_verdict: "Finishes the grading: the last and only call of its turn.",
};

const looking = ["bash", "read_file", "search"] as const;
const working = ["bash", "read_file", "write_file", "edit_file", "search"] as const;
export const workerTools: readonly string[] = working;

/** What a role may call, in a stable order. `only`: the tools a task restricts its worker to. */
export function toolSpecs(
  role: Role,
  outside: readonly OutsideTool[],
  only: readonly string[] | null,
): readonly ToolSpec[] {
  switch (role) {
    case "planner":
      return [...looking.map(specOfTool), specOfTool("submit_plan")];
    case "evaluator":
      return [...looking.map(specOfTool), specOfTool("submit_verdict")];
    case "worker": {
      const all = [...working.map(specOfTool), ...outside.map((tool) => tool.spec)];
      return [...all.filter((tool) => only === null || only.includes(tool.name)), specOfTool("submit")];
    }
  }
}

const specOfTool = (name: ToolName): ToolSpec => ({
  name,
  description: descriptions[name],
  parameters: z.toJSONSchema(schemas[name], { io: "input" }) as { readonly [key: string]: Json },
});

const isKnown = (name: string): name is ToolName => Object.hasOwn(schemas, name);

/** null when the arguments are valid, else every error in words for the model. `offered`: what its role may call. */
export function argErrors(tool: string, args: Json, offered: readonly ToolSpec[]): string | null {
  if (!offered.some((spec) => spec.name === tool)) {
    return `There is no tool "${tool}" here. Tools: ${offered.map((spec) => spec.name).join(", ")}.`;
  }
  if (args === null || typeof args !== "object" || Array.isArray(args)) {
    return `The arguments of ${tool} were no JSON object; nothing was run. Send the call again, complete.`;
  }
  if (!isKnown(tool)) return null;
  const parsed = schemas[tool].safeParse(args);
  return parsed.success
    ? null
    : `The arguments of ${tool} are not valid; nothing was run.\n${z.prettifyError(parsed.error)}`;
}

/** Arguments already found valid when they arrived, with defaults filled in. */
export const parseArgs = <T extends ToolName>(tool: T, args: unknown): Args<T> =>
  schemas[tool].parse(args) as Args<T>;

/** What a sandboxed call came to. */
export interface ToolResult {
  readonly outcome: "ok" | "error" | "timeout" | "flood" | "oom";
  readonly exit: number | null;
  /** As the model sees it. */
  readonly text: string;
  readonly output: Uint8Array;
  readonly dropped: number;
  /** The call may have changed the workspace. */
  readonly wrote: boolean;
  readonly denied: ExecResult["denied"];
  /** The sandbox itself failed; the slot is not to be used again. */
  readonly broken: boolean;
}

const shown = 16_000;
const keptBytes = 4 * 1024 * 1024;
const defaultTimeoutS = 120;
const readBytes = 512 * 1024;

/** Runs one of the sandboxed tools. Never rejects for what the model asked or the command did. */
export async function runTool(tool: string, args: unknown, slot: OpenSlot): Promise<ToolResult> {
  switch (tool) {
    case "bash": {
      const { command, timeout_s } = parseArgs("bash", args);
      return bash(slot, command, timeout_s ?? defaultTimeoutS);
    }
    case "search": {
      const { pattern, path } = parseArgs("search", args);
      return search(slot, pattern, path ?? ".");
    }
    case "read_file":
      return readFile(slot, parseArgs("read_file", args));
    case "write_file": {
      const { path, content } = parseArgs("write_file", args);
      return wrote(
        await slot.slot.write(inWorkspace(path), encodeText(content)),
        `wrote ${path}, ${content.length} characters`,
      );
    }
    case "edit_file":
      return editFile(slot, parseArgs("edit_file", args));
    default:
      return plain("error", `There is no tool "${tool}".`);
  }
}

function plain(outcome: ToolResult["outcome"], text: string, isWrite = false): ToolResult {
  const output = encodeText(text);
  return { outcome, exit: null, text, output, dropped: 0, wrote: isWrite, denied: [], broken: false };
}

const wrote = (problem: string | null, done: string): ToolResult =>
  problem === null ? plain("ok", done, true) : plain("error", problem, true);

async function bash(slot: OpenSlot, command: string, timeoutS: number): Promise<ToolResult> {
  const result = await slot.slot.exec({ command, timeoutMs: timeoutS * 1000, maxOutputBytes: keptBytes });
  return fromExec(result, timeoutS, true);
}

async function search(slot: OpenSlot, pattern: string, path: string): Promise<ToolResult> {
  const command = `grep -rnIE -e ${quote(pattern)} -- ${quote(path)}`;
  const result = await slot.slot.exec({ command, timeoutMs: 60_000, maxOutputBytes: keptBytes });
  const none = result.outcome === "exited" && result.exit === 1;
  return none ? plain("ok", `no line matches in ${path}`) : fromExec(result, 60, false);
}

/** One word for the shell, whatever it holds. */
export const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

function fromExec(result: ExecResult, timeoutS: number, isWrite: boolean): ToolResult {
  const text = shorten(decodeText(result.output), shown);
  const outcome = outcomeOf(result);
  return {
    outcome,
    exit: result.exit,
    text: [text.trimEnd(), execNote(result, timeoutS)].filter((line) => line !== "").join("\n"),
    output: result.output,
    dropped: result.dropped,
    wrote: isWrite,
    denied: result.denied,
    broken: result.outcome === "broken",
  };
}

function outcomeOf(result: ExecResult): ToolResult["outcome"] {
  if (result.outcome === "exited") return result.exit === 0 ? "ok" : "error";
  return result.outcome === "broken" ? "error" : result.outcome;
}

function execNote(result: ExecResult, timeoutS: number): string {
  const cut = result.dropped > 0 ? `[${result.dropped} bytes of output were not kept] ` : "";
  switch (result.outcome) {
    case "exited":
      return `${cut}[exit ${result.exit}]`;
    case "timeout":
      return `${cut}[killed after ${timeoutS} s, with everything it had started]`;
    case "flood":
      return `${cut}[killed: far too much output]`;
    case "oom":
      return `${cut}[killed: out of memory]`;
    case "broken":
      return `${cut}[the sandbox failed: ${result.why ?? "unknown"}; the workspace is as it was before this call]`;
  }
}

async function readFile(slot: OpenSlot, args: Args<"read_file">): Promise<ToolResult> {
  const read = await slot.workspace.read(inWorkspace(args.path), 0, readBytes);
  if (read.type === "missing") return plain("error", `${args.path} does not exist`);
  if (read.type === "refused") return plain("error", `${args.path}: ${read.why}`);
  if (read.bytes.includes(0)) return plain("error", `${args.path} is binary, ${read.size} bytes`);
  const lines = decodeText(read.bytes).split("\n");
  if (lines.at(-1) === "") lines.pop();
  const first = args.offset ?? 1;
  const wanted = lines.slice(first - 1, first - 1 + (args.limit ?? 2000));
  const numbered = wanted.map((line, index) => `${first + index}\t${shorten(line, 2000)}`).join("\n");
  const isCut = read.bytes.length < read.size;
  const note = `[${args.path}: ${isCut ? "more than " : ""}${lines.length} lines, ${read.size} bytes]`;
  return plain("ok", `${shorten(numbered, 4 * shown)}\n${note}`);
}

async function editFile(slot: OpenSlot, args: Args<"edit_file">): Promise<ToolResult> {
  const read = await slot.workspace.read(inWorkspace(args.path), 0, 8 * 1024 * 1024);
  if (read.type === "missing") return plain("error", `${args.path} does not exist`);
  if (read.type === "refused") return plain("error", `${args.path}: ${read.why}`);
  if (read.bytes.length < read.size) return plain("error", `${args.path} is too large to edit; use bash`);
  const text = decodeText(read.bytes);
  if (!sameBytes(encodeText(text), read.bytes))
    return plain("error", `${args.path} is not UTF-8 text; use bash`);
  const parts = text.split(args.old);
  if (parts.length !== 2) {
    return plain(
      "error",
      `the old text occurs ${parts.length - 1} times in ${args.path}; it must occur exactly once`,
    );
  }
  const written = await slot.slot.write(inWorkspace(args.path), encodeText(parts.join(args.new)));
  return wrote(written, `edited ${args.path}`);
}

/** Decoding and encoding gave back what was there: nothing would be lost by writing the text. */
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

/** Paths may be given as the sandbox shows them. */
const inWorkspace = (path: string): string => path.replace(/^\/workspace\/?/, "") || ".";
