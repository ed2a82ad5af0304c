import type { Json } from "../../../src/core/canonical.ts";
import type { Earlier, Heard } from "./heard.ts";

/** The one call that an honest model makes next. */
export interface Wanted {
  readonly tool: string;
  readonly args: { readonly [name: string]: Json };
}

/** One task of the goal that all these runs have. */
export interface Job {
  readonly id: string;
  readonly needs: readonly string[];
  /** Adds a line to a file that others write as well. */
  readonly isShared: boolean;
  readonly hasRubric: boolean;
}

export const fileOf = (id: string): string => `${id}.txt`;
export const fileText = "ok\n";

/** Chains, a fan and a join, each third with a rubric. */
export const jobs = (count: number): readonly Job[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `t${index}`,
    needs: index < 3 ? [] : index === count - 1 ? ["t1", `t${index - 1}`] : [`t${index % 3}`],
    isShared: index % 5 === 1,
    hasRubric: index % 3 === 0,
  }));

/** What an honest model answers, from what the request tells and nothing else. */
export function honest(all: readonly Job[], heard: Heard): Wanted {
  switch (heard.role) {
    case "planner":
      return planned(all, heard);
    case "worker":
      return worked(all, heard);
    case "evaluator":
      return graded(heard);
    default:
      throw new Error(`nobody is ${heard.role}`);
  }
}

function planned(all: readonly Job[], { variables }: Heard): Wanted {
  const accepted = new Set((variables["accepted"] as readonly { id: string }[]).map(({ id }) => id));
  return {
    tool: "submit_plan",
    args: { tasks: all.filter(({ id }) => !accepted.has(id)).map(taskOf) },
  };
}

const taskOf = ({ id, needs, isShared, hasRubric }: Job): Json => ({
  id,
  title: `${id} is written`,
  instructions: `write ${fileOf(id)}`,
  needs: [...needs],
  criteria: [
    { id: "written", type: "command", run: `has ${fileOf(id)} ok` },
    ...(isShared ? [{ id: "listed", type: "command", run: `has list.txt ${id}` }] : []),
    ...(hasRubric ? [{ id: "good", type: "rubric", rubric: "is it good work" }] : []),
  ],
});

/** Writes, looks at it, submits: each step once it is seen that the one before is done. */
function worked(all: readonly Job[], { variables, calls }: Heard): Wanted {
  const id = String(variables["task_id"]);
  const path = fileOf(id);
  const isShared = all.find((job) => job.id === id)?.isShared === true;
  const wrote = lastDone(calls, ({ tool, args }) => tool === "write_file" && args["path"] === path);
  const listed = lastDone(calls, ({ args }) => args["command"] === `add list.txt ${id}`);
  const looked = lastDone(calls, ({ tool, args }) => tool === "read_file" && args["path"] === path);
  if (wrote === -1) return { tool: "write_file", args: { path, content: fileText } };
  if (isShared && listed === -1) return { tool: "bash", args: { command: `add list.txt ${id}` } };
  if (looked < wrote) return { tool: "read_file", args: { path } };
  const artifacts = [path];
  const summary = `${path} says ok`;
  return { tool: "submit", args: { summary, artifacts, decisions: [], open_questions: [], confidence: 0.9 } };
}

/** Where the last such call was that came to something; -1: nowhere. */
const lastDone = (calls: readonly Earlier[], is: (call: Earlier) => boolean): number =>
  calls.findLastIndex((call) => call.isOk && is(call));

function graded({ variables }: Heard): Wanted {
  const asked = variables["criteria"] as readonly { key: string }[];
  const scores = asked.map(({ key }) => ({ criterion: key, score: 0.9, explanation: "as asked" }));
  return { tool: "submit_verdict", args: { scores, explanation: "as asked" } };
}
