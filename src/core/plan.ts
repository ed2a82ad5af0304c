import { z } from "zod";
import { criterionSpec, nameCriteria } from "./criterion.ts";
import type { Criterion } from "./criterion.ts";
import { duration, durationMs } from "./duration.ts";
import type { TaskBudget } from "./event.ts";
import { safeId } from "./id.ts";

/** One unit of work as a plan says it (spec: the planner or a person writes it). */
export const taskSpec = z.strictObject({
  id: safeId,
  title: z.string().min(1).max(200).describe("what will be true when it is done, in one line"),
  instructions: z
    .string()
    .min(1)
    .max(20_000)
    .describe("objective, output form, boundaries; results, not steps"),
  needs: z.array(safeId).default([]).describe("ids of tasks whose results it builds on"),
  criteria: z.array(criterionSpec).describe("how the result is judged; at least one"),
  tools: z.array(z.string()).optional().describe("tools the worker may use; all if left out"),
  budget: z
    .strictObject({
      attempts: z.int().min(1).max(20).optional(),
      turns: z.int().min(1).max(500).optional().describe("of one attempt"),
      money: z.number().positive().optional().describe("US dollars, all attempts together"),
      tokens: z.int().positive().optional(),
      wall: duration.optional().describe("time at work, like 20m"),
    })
    .optional(),
});

/** What a person's own plan says of a task besides: a planner is not asked for it. */
export const inputs = z
  .array(
    z
      .string()
      .min(1)
      .refine(
        (glob) => !/^[/~]|(^|\/)\.\.(\/|$)/.test(glob),
        "must be relative to the workspace, without .., like raw/**",
      ),
  )
  .min(1)
  .describe(
    "globs of the files its result depends on: where none of them changed, an earlier result is kept",
  );

/** What `submit_plan` takes. */
export const planSpec = z.strictObject({
  tasks: z.array(taskSpec),
  checks: z
    .array(criterionSpec)
    .optional()
    .describe("checks of the whole goal, only when the goal file has none"),
});

/** Any plan, also a person's own. */
export const anyPlanSpec = planSpec.extend({
  tasks: z.array(taskSpec.extend({ inputs: inputs.optional() })),
});
export type PlanSpec = z.infer<typeof anyPlanSpec>;

/** A task with everything settled, as the blob `spec` of a planned task holds it. */
export interface TaskSpec {
  readonly id: string;
  readonly title: string;
  readonly instructions: string;
  readonly needs: readonly string[];
  readonly criteria: readonly Criterion[];
  readonly tools: readonly string[] | null;
  /** Globs of the files it depends on; not there: nobody said. */
  readonly inputs?: readonly string[];
  readonly attempts: number | null;
  readonly turns: number | null;
  /** What its plan allows it; null and not there: nothing of its own. */
  readonly budget?: TaskBudget | null;
}

/** A plan with everything settled, as the blob `plan` holds it: its tasks are blobs of their own. */
export interface PlanRecord {
  readonly checks: readonly Criterion[];
}

export const settleTask = (task: PlanSpec["tasks"][number]): TaskSpec => ({
  id: task.id,
  title: task.title,
  instructions: task.instructions,
  needs: task.needs,
  criteria: nameCriteria(task.criteria),
  tools: task.tools ?? null,
  ...(task.inputs === undefined ? {} : { inputs: task.inputs }),
  attempts: task.budget?.attempts ?? null,
  turns: task.budget?.turns ?? null,
  budget: settleBudget(task.budget),
});

/** A plan of tasks that are settled: settled again they come to the same. */
export const planOf = (tasks: readonly TaskSpec[], checks: readonly Criterion[]): PlanSpec => ({
  tasks: tasks.map((task) => {
    const budget = budgetOf(task);
    return {
      id: task.id,
      title: task.title,
      instructions: task.instructions,
      needs: [...task.needs],
      criteria: [...task.criteria],
      ...(task.tools === null ? {} : { tools: [...task.tools] }),
      ...(task.inputs === undefined ? {} : { inputs: [...task.inputs] }),
      ...(Object.keys(budget).length === 0 ? {} : { budget }),
    };
  }),
  ...(checks.length === 0 ? {} : { checks: [...checks] }),
});

function budgetOf({ attempts, turns, budget }: TaskSpec): NonNullable<PlanSpec["tasks"][number]["budget"]> {
  const { micros = null, tokens = null, wallMs = null } = budget ?? {};
  return {
    ...(attempts === null ? {} : { attempts }),
    ...(turns === null ? {} : { turns }),
    ...(micros === null ? {} : { money: micros / 1e6 }),
    ...(tokens === null ? {} : { tokens }),
    ...(wallMs === null ? {} : { wall: wallMs / 1000 }),
  };
}

function settleBudget(spec: PlanSpec["tasks"][number]["budget"]): TaskBudget | null {
  if (spec?.money === undefined && spec?.tokens === undefined && spec?.wall === undefined) return null;
  return {
    micros: spec.money === undefined ? null : Math.floor(spec.money * 1e6),
    tokens: spec.tokens ?? null,
    wallMs: spec.wall === undefined ? null : durationMs(spec.wall),
  };
}

/** What holds for a task: of two ceilings the lower. */
export const lowerBudget = (one: TaskBudget, other: TaskBudget | null): TaskBudget => ({
  micros: lower(one.micros, other?.micros ?? null),
  tokens: lower(one.tokens, other?.tokens ?? null),
  wallMs: lower(one.wallMs, other?.wallMs ?? null),
});

const lower = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);

/** What a plan may refer to. */
export interface PlanWorld {
  /** Accepted tasks: may be needed, may not be planned again. */
  readonly accepted: ReadonlySet<string>;
  readonly rubrics: ReadonlySet<string>;
  readonly tools: ReadonlySet<string>;
}

/** Everything that is wrong with a plan, each as one sentence for its author; empty when it is valid. */
export function planErrors(plan: PlanSpec, world: PlanWorld): readonly string[] {
  if (plan.tasks.length === 0 && world.accepted.size === 0) return ["the plan has no task"];
  const known = new Set([...plan.tasks.map((task) => task.id), ...world.accepted]);
  return [
    ...duplicates(plan.tasks.map((task) => task.id)).map((id) => `task id "${id}" is used twice`),
    ...plan.tasks.flatMap((task) => taskErrors(task, known, world)),
    ...criteriaErrors("checks", plan.checks ?? [], world),
    ...cycleErrors(plan),
  ];
}

function taskErrors(task: PlanSpec["tasks"][number], known: ReadonlySet<string>, world: PlanWorld): string[] {
  const where = `task "${task.id}"`;
  return [
    ...(world.accepted.has(task.id)
      ? [`${where} is accepted already and cannot be planned again; use another id`]
      : []),
    ...(task.criteria.length === 0 ? [`${where} has no criterion; say how its result is judged`] : []),
    ...task.needs
      .filter((need) => !known.has(need))
      .map((need) => `${where} needs "${need}", which is no task`),
    ...duplicates(task.needs).map((need) => `${where} needs "${need}" twice`),
    ...(task.tools ?? [])
      .filter((tool) => !world.tools.has(tool))
      .map((tool) => `${where} names the tool "${tool}"; there are ${[...world.tools].join(", ")}`),
    ...criteriaErrors(where, task.criteria, world),
  ];
}

function criteriaErrors(
  where: string,
  specs: PlanSpec["tasks"][number]["criteria"],
  world: PlanWorld,
): string[] {
  const criteria = nameCriteria(specs);
  return [
    ...duplicates(criteria.map((criterion) => criterion.id)).map(
      (id) => `${where}: criterion id "${id}" is used twice`,
    ),
    ...criteria.flatMap((criterion) =>
      criterionErrors(`${where}, criterion "${criterion.id}"`, criterion, world),
    ),
  ];
}

function criterionErrors(where: string, criterion: Criterion, world: PlanWorld): string[] {
  if (criterion.type === "file" && !isInside(criterion.path)) {
    return [`${where}: path "${criterion.path}" leaves the workspace; give it relative, without ..`];
  }
  if (criterion.type === "rubric" && isName(criterion.rubric) && !world.rubrics.has(criterion.rubric)) {
    const known = [...world.rubrics].join(", ") || "none";
    return [
      `${where}: there is no rubric "${criterion.rubric}" (known: ${known}); or say in a sentence what to look for`,
    ];
  }
  return [];
}

/** A rubric is a name when it could be a file's name; anything with a space is words for the evaluator. */
export const isName = (rubric: string): boolean => /^[a-z0-9][a-z0-9_-]*$/.test(rubric);

const isInside = (path: string): boolean => !path.startsWith("/") && !path.split("/").includes("..");

function duplicates(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const id of ids) (seen.has(id) ? twice : seen).add(id);
  return [...twice];
}

/** Names the tasks that are on or behind a cycle. Iterative (Kahn): plans may be deep. */
function cycleErrors(plan: PlanSpec): string[] {
  const waiting = new Map(plan.tasks.map((task) => [task.id, 0]));
  const dependants = new Map<string, string[]>(plan.tasks.map((task) => [task.id, []]));
  for (const task of plan.tasks) {
    for (const need of task.needs.filter((id) => waiting.has(id))) {
      waiting.set(task.id, (waiting.get(task.id) ?? 0) + 1);
      dependants.get(need)?.push(task.id);
    }
  }
  const free = [...waiting].filter(([, count]) => count === 0).map(([id]) => id);
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    waiting.delete(id);
    for (const next of dependants.get(id) ?? []) {
      const left = (waiting.get(next) ?? 0) - 1;
      waiting.set(next, left);
      if (left === 0) free.push(next);
    }
  }
  return waiting.size === 0 ? [] : [`tasks need each other in a circle: ${[...waiting.keys()].join(", ")}`];
}
