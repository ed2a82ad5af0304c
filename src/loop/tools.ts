import { z } from "zod";
import type { Json } from "../core/canonical.ts";
import type { Role } from "../core/id.ts";
import { planSpec } from "../core/plan.ts";
import type { OutsideTool } from "../core/ports.ts";
import type { ToolSpec } from "../core/tool.ts";

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
      .max(8000)
      .regex(/\S/, "say what is true now, for someone who has seen nothing of your work")
      .describe("what is true now, for someone who has seen nothing of your work"),
    artifacts: list.describe("paths of the files that matter"),
    decisions: list.describe("choices that others must know"),
    open_questions: list.describe("what a person should decide or check"),
    learnt: list
      .optional()
      .describe(
        "how this project is built, run and tested, as you found it: commands that work, traps; every later worker reads it",
      ),
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

/** Made once each: every request and every answer asks for them. */
const made = new Map<ToolName, ToolSpec>();

export function specOfTool(name: ToolName): ToolSpec {
  const known = made.get(name);
  if (known !== undefined) return known;
  const parameters = z.toJSONSchema(schemas[name], { io: "input" }) as { readonly [key: string]: Json };
  const spec = { name, description: descriptions[name], parameters };
  made.set(name, spec);
  return spec;
}

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
