import { parse, stringify } from "yaml";
import type { Criterion } from "../../core/criterion.ts";
import type { CheckSpec, GoalSpec, RunConfig } from "../../core/goal.ts";
import type { TaskSpec } from "../../core/plan.ts";
import { planOf } from "../../core/plan.ts";
import { splitFrontMatter } from "../../edges/project/front-matter.ts";
import { planText } from "../../edges/project/plan-file.ts";
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

/** `goal.md` of a case; and its plan, where no planner is to have a say. */
export interface CaseTexts {
  readonly goal: string;
  readonly plan: string | null;
}

/**
 * A task of a run as it was given to its worker: the goal whole, and a plan of this task alone. Where it is planners that are
 * compared, there is nothing to plan in that; so the task itself is the goal.
 */
export const caseTexts = (of: CaseGoal, target: string): CaseTexts =>
  target === "prompt:planner"
    ? { goal: taskAsGoal(of), plan: null }
    : { goal: wholeGoal(of), plan: onePlan(of) };

const wholeGoal = ({ spec, config, goal, from }: CaseGoal): string => {
  const all = checksOf(spec, config);
  // Rubrics are judged when the task is; once more at the end would be paid twice.
  const certain = all.filter(({ rubric }) => rubric === undefined);
  const checks = certain.length === 0 ? all : certain;
  return goalText({ plan: "plan.yaml", ...frontOf(config, goal), checks }, from, bodyOf(goal).trim());
};

const onePlan = ({ spec, handoffs, from }: CaseGoal): string =>
  `# Task ${from.task} of run ${from.run}, alone\n${planText(
    planOf([{ ...spec, needs: [], instructions: [spec.instructions, ...handedOn(handoffs)].join("\n") }], []),
  )}`;

const taskAsGoal = ({ spec, config, goal, handoffs, from }: CaseGoal): string =>
  goalText(
    { ...frontOf(config, goal), checks: checksOf(spec, config) },
    from,
    [`# ${spec.title}`, "", spec.instructions, ...handedOn(handoffs)].join("\n"),
  );

const goalText = (front: GoalSpec, { run, task }: CaseGoal["from"], body: string): string =>
  [
    "---",
    `# Task ${task} of run ${run}`,
    stringify(front, { lineWidth: 110 }).trimEnd(),
    "---",
    body,
    "",
  ].join("\n");

const frontOf = (config: RunConfig, goal: string): Pick<GoalSpec, "sandbox" | "network"> => ({
  ...sandboxOf(config, goal),
  ...(config.network === undefined || config.network.length === 0
    ? {}
    : { network: { allow: [...config.network] } }),
});

function handedOn(handoffs: readonly Handoff[]): string[] {
  const lines = handoffs.map(
    ({ title, summary, artifacts }) =>
      `- ${title}: ${summary}${artifacts.length === 0 ? "" : ` (${artifacts.join(", ")})`}`,
  );
  return lines.length === 0 ? [] : ["", "## What was done before", "", ...lines];
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

const bodyOf = (goal: string): string => splitFrontMatter("goal.md", goal).body;
