import type { PlanRecord, PlanSpec, TaskSpec } from "../core/plan.ts";
import { planOf } from "../core/plan.ts";
import type { Blobs } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";
import { readJson } from "./texts.ts";

/** What a run has still to do by its plan, as a plan of its own. What needs a task that was dropped is left out. */
export async function restPlan(blobs: Blobs, run: RunState): Promise<PlanSpec> {
  const left = [...run.tasks.values()].filter(({ status }) => status !== "accepted" && status !== "dropped");
  const gone = new Set(
    [...run.tasks.values()].flatMap(({ id, status }) => (status === "dropped" ? [id] : [])),
  );
  // Tasks come after what they need only where the plan says so: each pass finds what the last one took away.
  for (let before = -1; before !== gone.size;) {
    before = gone.size;
    for (const { id, needs } of left) if (needs.some((need) => gone.has(need))) gone.add(id);
  }
  const specs = await Promise.all(
    left.filter(({ id }) => !gone.has(id)).map(async ({ spec }) => readJson<TaskSpec>(blobs, spec)),
  );
  const record = run.plan === null ? null : await readJson<PlanRecord>(blobs, run.plan);
  return planOf(specs, record?.checks ?? []);
}
