import type { Json } from "../../core/canonical.ts";
import { toFillIn } from "../../evals/suite/check/written.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { inputSchema } from "../../edges/prompts/input-schema.ts";
import { readPrompt } from "../../edges/prompts/prompt-file.ts";
import { kindOf } from "../../edges/prompts/schema.ts";
import type { Schema } from "../../edges/prompts/schema.ts";

/** What of a first case nobody but its writer knows. */
interface First {
  readonly kind: SuiteSpec["kind"];
  /** Of the prompt that is evaluated; null: it is no prompt. */
  readonly prompt: string | null;
  /** By which work is judged. */
  readonly rubric: string | null;
}

/** Files of first cases, by path in the suite's folder: placeholders, which `suite check` reports until they are filled in. */
export function firstCases(first: First): Readonly<Record<string, string>> {
  if (first.kind === "agent") return agentFiles;
  const rows = [1, 2, 3].map((n) => (first.kind === "judge" ? judgeRow(n, first) : promptRow(n, first)));
  return { "cases.jsonl": linesOf(rows) };
}

const linesOf = (rows: readonly Json[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** Two of the three are about one thing, to show what a cluster is. */
const clusterOf = (n: number): string => (n < 3 ? "first" : "second");

function promptRow(n: number, { prompt }: First): Json {
  const members = prompt === null ? [] : [...inputSchema(readPrompt(prompt).settings).members];
  const vars = members
    .filter(([, { schema }]) => !schema.nullable)
    .map(([name, { schema }]) => [name, exampleOf(schema, `${name} of case ${n}`)]);
  const expect = toFillIn(`the right answer to case ${n}`);
  return {
    id: `c${n}`,
    vars: vars.length === 0 ? { input: toFillIn(`the input of case ${n}`) } : Object.fromEntries(vars),
    expect,
    cluster: clusterOf(n),
    groups: [],
  };
}

/** A placeholder wherever a variable holds something; numbers too, so that none is taken for meant. */
function exampleOf(schema: Schema, what: string): Json {
  if (schema.type === "array") return [exampleOf(schema.items, what)];
  if (schema.type !== "object") return toFillIn(`${what}, ${kindOf(schema)}`);
  return Object.fromEntries(
    [...schema.members].map(([name, member]) => [name, exampleOf(member.schema, `${name} in ${what}`)]),
  );
}

const judgeRow = (n: number, { rubric }: First): Json => ({
  id: `c${n}`,
  vars: { task: toFillIn(`what was asked in case ${n}`) },
  answer: toFillIn(`what was answered in case ${n}`),
  rubric: rubric ?? toFillIn("the name of a rubric"),
  cluster: clusterOf(n),
  groups: [],
});

const agentFiles: Readonly<Record<string, string>> = {
  "cases.jsonl": linesOf([{ id: "first", folder: "first", cluster: "first", groups: [] }]),
  "first/goal.md": `---
workspace: workspace # what the agent finds; oracle/ holds the files of a right result, which it never sees
checks:
  - { id: done, path: RESULT.md }
---
${toFillIn("what is to be done in workspace/, and checks that tell whether it was")}
`,
  "first/workspace/README.md": `${toFillIn("the files the agent begins with")}\n`,
  "first/oracle/RESULT.md": `${toFillIn("the files of a right result")}\n`,
};
