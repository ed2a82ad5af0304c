import { z } from "zod";
import { check, settleCheck } from "./goal.ts";
import { anyPlanSpec, inputs, taskSpec } from "./plan.ts";
import type { PlanSpec } from "./plan.ts";
import type { Criterion } from "./criterion.ts";

const ownTask = taskSpec.extend({
  title: taskSpec.shape.title.optional().describe("its id if left out"),
  criteria: z.array(check).describe("how its result is judged; at least one"),
  inputs: inputs.optional(),
});

/** A plan as a person writes or edits it: criteria in the short form of a goal's checks (`run`, `path` or `rubric`). */
export const ownPlanSpec = z.strictObject({
  tasks: z.array(ownTask).min(1),
  checks: z.array(check).optional().describe("checks of the whole goal, only when the goal file has none"),
});
export type OwnPlanSpec = z.infer<typeof ownPlanSpec>;

/** What is wrong with a plan a person wrote, and where: keys down to it. */
export interface PlanFault {
  readonly at: readonly (string | number)[];
  readonly what: string;
}

/** The plan as `submit_plan` would take it, or what is wrong with its criteria. */
export function settleOwnPlan(own: OwnPlanSpec): PlanSpec | { readonly faults: readonly PlanFault[] } {
  const faults: PlanFault[] = [];
  const settle = (checks: OwnPlanSpec["tasks"][number]["criteria"], at: PlanFault["at"]): Criterion[] =>
    checks.flatMap((spec, index) => {
      const settled = settleCheck(spec, index);
      if (typeof settled !== "string") return [settled];
      faults.push({ at: [...at, index], what: settled });
      return [];
    });
  const tasks = own.tasks.map((task, index) => ({
    ...task,
    title: task.title ?? task.id,
    criteria: settle(task.criteria, ["tasks", index, "criteria"]),
  }));
  const checks = own.checks === undefined ? {} : { checks: settle(own.checks, ["checks"]) };
  return faults.length > 0 ? { faults } : anyPlanSpec.parse({ tasks, ...checks });
}

/** The short form of a plan: what a person finds in the editor. */
export const toOwnPlan = (plan: PlanSpec): OwnPlanSpec => ({
  tasks: plan.tasks.map(({ criteria, ...task }) => ({ ...task, criteria: criteria.map(shortForm) })),
  ...(plan.checks === undefined || plan.checks.length === 0 ? {} : { checks: plan.checks.map(shortForm) }),
});

function shortForm(
  criterion: PlanSpec["tasks"][number]["criteria"][number],
): OwnPlanSpec["tasks"][number]["criteria"][number] {
  const { type: _, ...short } = criterion;
  return short;
}
