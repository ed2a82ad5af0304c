import { parse, stringify } from "yaml";
import type { Criterion } from "../../core/criterion.ts";
import type { CheckSpec, GoalSpec, RunConfig } from "../../core/goal.ts";
import type { TaskSpec } from "../../core/plan.ts";
import { splitFrontMatter } from "../../edges/project/front-matter.ts";
import { criterionText } from "../../loop/describe.ts";
import type { Handoff } from "../../loop/handoff.ts";

/** All that the goal of a case is made of. */
export interface CaseGoal {
  readonly spec: TaskSpec;
  readonly config: RunConfig;
  /** The goal file of the run. */
  readonly goal: string;
  /** What the tasks it needed handed on. */
  readonly handoffs: readonly Handoff[];
  readonly from: { readonly run: string; readonly task: string };
}

/** `goal.md` of a case that is a task of a run: its instructions, and its criteria as checks. */
export function caseGoal({ spec, config, goal, handoffs, from }: CaseGoal): string {
  const front: GoalSpec = {
    ...sandboxOf(config, goal),
    ...(config.network === undefined || config.network.length === 0
      ? {}
      : { network: { allow: [...config.network] } }),
    checks: checksOf(spec, config),
  };
  const handed = handoffs.map(
    ({ title, summary, artifacts }) =>
      `- ${title}: ${summary}${artifacts.length === 0 ? "" : ` (${artifacts.join(", ")})`}`,
  );
  return [
    "---",
    `# Task ${from.task} of run ${from.run}`,
    stringify(front, { lineWidth: 110 }).trimEnd(),
    "---",
    `# ${spec.title}`,
    "",
    spec.instructions,
    ...(handed.length === 0 ? [] : ["", "## What was done before", "", ...handed]),
    "",
  ].join("\n");
}

/** The criteria of the task, and what the goal wanted to stay true: by both a result was judged. */
function checksOf({ criteria }: TaskSpec, { checks, protect }: RunConfig): CheckSpec[] {
  const known = new Set(criteria.map((one) => criterionText(one)));
  const ids = new Set(criteria.map(({ id }) => id));
  const guards = checks
    .filter((check) => check.guard === true && check.type !== "rubric" && !known.has(criterionText(check)))
    .map((check) => ({ ...check, id: freeId(check.id, ids) }));
  const all = [...criteria, ...guards].map(shortForm);
  return protect.length > 0 ? all : unprotected(all);
}

function freeId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let number = 1; taken.has(id); number += 1) id = `goal${number}-${wanted}`.slice(0, 40);
  taken.add(id);
  return id;
}

function shortForm(criterion: Criterion): CheckSpec {
  const { type: _, ...short } = criterion;
  return short;
}

/** The goal of the run had lifted the protection of tests: one check that says so is enough. */
function unprotected(checks: readonly CheckSpec[]): CheckSpec[] {
  const first = checks.findIndex(({ run, protect }) => run !== undefined && protect === undefined);
  return checks.map((check, index) => (index === first ? { ...check, protect: [] } : check));
}

/** As its goal said; a Dockerfile lies elsewhere and is not taken along: that of the project is used then. */
function sandboxOf({ sandbox }: RunConfig, goal: string): Pick<GoalSpec, "sandbox"> {
  if (sandbox?.kind !== "docker") return { sandbox: { kind: "embedded" } };
  const { yaml } = splitFrontMatter("goal.md", goal);
  const front = yaml === null ? null : (parse(yaml) as { readonly sandbox?: GoalSpec["sandbox"] } | null);
  const { dockerfile: _, ...said } = front?.sandbox ?? {};
  return { sandbox: { ...said, kind: "docker" } };
}
