import { encodeJson } from "../core/canonical.ts";
import { nameCriteria } from "../core/criterion.ts";
import type { Criterion } from "../core/criterion.ts";
import type { Body, By, PlannedTask, RunEvent } from "../core/event.ts";
import { harness } from "../core/event.ts";
import { forecastOf } from "../core/forecast.ts";
import type { CallId, Digest, RunId, ThreadId } from "../core/id.ts";
import { callParts, planThread } from "../core/id.ts";
import { badSchema } from "../core/json-fit.ts";
import { lowerBudget, planErrors, settleTask } from "../core/plan.ts";
import type { PlanRecord, PlanSpec, PlanWorld, TaskSpec } from "../core/plan.ts";
import type { Ports } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";
import { unrun } from "../core/thread.ts";
import { escalation } from "./escalate.ts";
import { slots } from "./slots.ts";
import { putJson, putText, putTexts, readJson } from "./texts.ts";
import { parseArgs, workerTools } from "./tools.ts";
import { tryOn } from "./try-criteria.ts";
import type { Tried } from "./try-criteria.ts";
import { threadOf } from "./work.ts";
import type { Work } from "./work.ts";

/** goal → plan: opens the planner's thread. */
export async function startPlanning(
  work: Work,
  reason: Body<"planning-started">["reason"],
  feedback: Digest | null,
): Promise<readonly RunEvent[]> {
  return [{ type: "planning-started", body: { version: work.run.planVersion + 1, reason, feedback } }];
}

/** T14: validates what the planner submits, tries its criteria on the workspace as it is, and proposes it. */
export async function finishPlan(work: Work, id: CallId): Promise<readonly RunEvent[]> {
  const { thread: threadId, index } = callParts(id);
  const thread = threadOf(work.run, threadId);
  const call = thread.calls[index];
  if (call === undefined) throw new Error(`${id} is no call of the open turn`);
  const plan = parseArgs("submit_plan", await readJson<unknown>(work.ports.blobs, call.args));
  const found = await examine(work, plan, thread.tree);
  if (found.errors.length > 0) return reject(work, id, call.try, found.errors);
  const [result] = await putTexts(work.ports.blobs, "The plan is taken.");
  const proposed = await propose(work, found, harness);
  return [
    { type: "call-ended", body: { ...unrun(id, call.try), result: result ?? null } },
    proposed,
    ...(work.run.limits.review
      ? []
      : [adoption(work.run, proposed.body.version, proposed.body.tasks, harness)]),
  ];
}

/** The goal file's own plan, in place of the planner's. It was tried when the run was started; what fails now is a person's. */
export async function proposeOwn(work: Work, id: ThreadId): Promise<readonly RunEvent[]> {
  const { run } = work;
  if (run.ownPlan === null) throw new Error(`run ${run.id} has no plan of its own`);
  const whole = await readJson<PlanSpec>(work.ports.blobs, run.ownPlan);
  // What was taken over from earlier runs is done.
  const plan = { ...whole, tasks: whole.tasks.filter((task) => !run.tasks.has(task.id)) };
  const found = await examine(work, plan, threadOf(run, id).tree, run.tasks.size > 0);
  if (found.errors.length > 0) return [await escalation(work, "plan", null, errorList(found.errors))];
  const proposed = await propose(work, found, { type: "rule", id: "plan of the goal file" });
  if (run.limits.review) return [proposed];
  return [proposed, adoption(run, proposed.body.version, proposed.body.tasks, harness)];
}

/** A person changed the plan that waited for review: theirs is tried like any other, and adopted. */
export async function adoptEdited(work: Work, edited: Digest, by: By): Promise<readonly RunEvent[]> {
  const version = work.run.planVersion;
  const plan = await readJson<PlanSpec>(work.ports.blobs, edited);
  const found = await examine(work, plan, work.run.head);
  if (found.errors.length > 0) {
    const errors = await putText(
      work.ports.blobs,
      `The edited plan cannot be taken:\n${errorList(found.errors)}`,
    );
    return [{ type: "plan-rejected", body: { version, errors, by } }];
  }
  const proposed = await propose(work, found, by);
  return [proposed, adoption(work.run, version, proposed.body.tasks, by)];
}

const errorList = (errors: readonly string[]): string => errors.map((error) => `- ${error}`).join("\n");

/** A plan with everything settled, and what its criteria say of the tree it would start from. */
interface Examined {
  readonly errors: readonly string[];
  readonly tasks: readonly TaskSpec[];
  readonly checks: readonly Criterion[];
  readonly baseline: Body<"plan-proposed">["baseline"];
}

const examine = async (work: Work, plan: PlanSpec, tree: Digest, isGoingOn = false): Promise<Examined> =>
  examinePlan(work, `try/plan/${work.run.planVersion}`, tree, plan, {
    ...worldOf(work),
    goalHasChecks: work.config.checks.length > 0,
    isGoingOn,
  });

interface AboutPlan extends PlanWorld {
  readonly goalHasChecks: boolean;
  /** It goes on from what another run did, so what it asks for may be there already. */
  readonly isGoingOn?: boolean;
}

/** What a plan says is looked at first; its criteria are tried only where that is sound. */
async function examinePlan(
  work: Pick<Work, "slots">,
  name: string,
  tree: Digest,
  plan: PlanSpec,
  about: AboutPlan,
): Promise<Examined> {
  const tasks = plan.tasks.map(settleTask);
  const checks = about.goalHasChecks ? [] : nameCriteria(plan.checks ?? []);
  const errors = [...planErrors(plan, about), ...schemaErrors(plan)];
  if (errors.length > 0) return { errors, tasks, checks, baseline: [] };
  const tried = await tryPlan(work, name, tree, tasks, checks);
  // A result that a person took over may hold from before; the task runs in any case when its inputs changed.
  const depends = new Set(tasks.flatMap((task) => (task.inputs === undefined ? [] : [task.id])));
  const faults = tried.errors.filter(
    ({ task, isDone }) => !isDone || (about.isGoingOn !== true && !depends.has(task ?? "")),
  );
  return { errors: faults.map(({ what }) => what), tasks, checks, baseline: tried.results };
}

const worldOf = (work: Work): PlanWorld => ({
  accepted: new Set(
    [...work.run.tasks.values()].filter((task) => task.status === "accepted").map((task) => task.id),
  ),
  rubrics: new Set(work.rubrics.keys()),
  tools: toolNames(work.ports),
});

function schemaErrors(plan: PlanSpec): string[] {
  return plan.tasks.flatMap((task) =>
    task.criteria.flatMap((criterion) => {
      if (criterion.type !== "file" || criterion.schema === undefined) return [];
      const problem = badSchema(criterion.schema);
      return problem === null
        ? []
        : [`task "${task.id}": the JSON schema of ${criterion.path} is not usable: ${problem}`];
    }),
  );
}

/**
 * Everything that is wrong with a plan a person wrote: what it says, and what its criteria say of the tree it would start
 * from. @throws SandboxDown
 */
export async function planFaults(
  ports: Pick<Ports, "workspaces" | "sandbox" | "outside">,
  run: RunId,
  tree: Digest,
  plan: PlanSpec,
  about: Omit<AboutPlan, "tools"> & { readonly hosts: readonly string[] },
): Promise<readonly string[]> {
  const own = slots(ports, run, () => about.hosts, 0);
  try {
    const world = { ...about, tools: toolNames(ports) };
    return (await examinePlan({ slots: own }, "try/own-plan", tree, plan, world)).errors;
  } finally {
    await own.dropAll();
  }
}

const toolNames = ({ outside }: Pick<Ports, "outside">): ReadonlySet<string> =>
  new Set([...workerTools, ...outside.map((tool) => tool.spec.name)]);

async function reject(
  work: Work,
  id: CallId,
  attempt: number,
  errors: readonly string[],
): Promise<readonly RunEvent[]> {
  const text = `The plan was not taken. Mend all of this and submit the whole plan again:\n${errorList(errors)}`;
  const digest = await putText(work.ports.blobs, text);
  const version = work.run.planVersion;
  return [
    { type: "call-ended", body: { ...unrun(id, attempt), outcome: "error", result: digest } },
    { type: "plan-rejected", body: { version, errors: digest, by: harness } },
  ];
}

/** `isDone`: it holds already. */
interface BaselineFault {
  readonly task: string | null;
  readonly what: string;
  readonly isDone: boolean;
}

interface Baseline {
  readonly errors: readonly BaselineFault[];
  readonly results: Body<"plan-proposed">["baseline"];
}

/** A command that several criteria share runs once. */
async function tryPlan(
  work: Pick<Work, "slots">,
  name: string,
  tree: Digest,
  tasks: readonly TaskSpec[],
  checks: readonly Criterion[],
): Promise<Baseline> {
  const all = [
    ...tasks.flatMap((task) => task.criteria.map((criterion) => ({ task: task.id, criterion }))),
    ...checks.map((criterion) => ({ task: null, criterion })),
  ].filter(({ criterion }) => criterion.type !== "rubric");
  const distinct = new Map(all.map(({ criterion }) => [sameness(criterion), criterion]));
  const named = [...distinct].map(([key, criterion]) => ({ ...criterion, id: key }));
  const tried = await tryOn(work, name, tree, named);
  const judged = all.map((one) => ({ ...one, tried: tried.get(sameness(one.criterion)) as Tried }));
  return {
    errors: judged.flatMap(({ task, criterion, tried: one }) => baselineError(task, criterion, one) ?? []),
    results: judged.flatMap(({ task, criterion, tried: one }) =>
      task === null ? [] : [{ task, criterion: criterion.id, result: one.result }],
    ),
  };
}

const sameness = (criterion: Criterion): string => JSON.stringify({ ...criterion, id: "", guard: false });

/** One sentence for a criterion that cannot be run, or that says nothing because it passes already. */
function baselineError(task: string | null, criterion: Criterion, tried: Tried): BaselineFault | null {
  const where = task === null ? `check "${criterion.id}"` : `task "${task}", criterion "${criterion.id}"`;
  const fault = (what: string, isDone = false): BaselineFault => ({ task, what: `${where}${what}`, isDone });
  if (tried.absent !== null) return fault(`: the program "${tried.absent}" is not in the sandbox`);
  if (tried.result === "invalid") return fault(` could not be run: ${tried.explanation}`);
  if (tried.result === "pass" && criterion.guard !== true)
    return fault(
      " passes already, before any work: make it fail without the result, or mark it as a guard",
      true,
    );
  if (tried.result === "fail" && criterion.guard === true)
    return fault(` is a guard but does not hold now: ${tried.explanation.slice(0, 300)}`);
  return null;
}

async function propose(
  work: Work,
  found: Examined,
  by: By,
): Promise<Extract<RunEvent, { type: "plan-proposed" }>> {
  const { run, ports } = work;
  await work.slots.drop(planThread(run.planVersion));
  const record: PlanRecord = { checks: found.checks };
  const specs = await ports.blobs.put(found.tasks.map((task) => encodeJson(task)));
  const tasks = found.tasks.map((task, index): PlannedTask => ({
    id: task.id,
    needs: [...task.needs],
    spec: specs[index] as Digest,
    attempts: task.attempts ?? run.limits.attempts,
    turns: task.turns ?? run.limits.turns,
    budget: lowerBudget(run.limits.task, task.budget ?? null),
  }));
  const price = work.prices.get(run.pins.models.worker) ?? null;
  const forecast = forecastOf(tasks, run.limits.concurrency, work.config.experience ?? null, price);
  const plan = await putJson(ports.blobs, record);
  const body = { version: run.planVersion, plan, tasks, baseline: found.baseline, forecast, by };
  return { type: "plan-proposed", body };
}

/** What adopting these tasks does to those that are there: accepted ones stay, others change or go. */
export function adoption(
  run: RunState,
  version: number,
  tasks: readonly PlannedTask[],
  by: Body<"plan-adopted">["by"],
): RunEvent {
  const planned = new Set(tasks.map((task) => task.id));
  const open = [...run.tasks.values()].filter(
    (task) => task.status !== "accepted" && task.status !== "dropped",
  );
  return {
    type: "plan-adopted",
    body: {
      version,
      added: tasks.filter((task) => !run.tasks.has(task.id)).map((task) => task.id),
      changed: tasks.filter((task) => run.tasks.has(task.id)).map((task) => task.id),
      dropped: open.filter((task) => !planned.has(task.id)).map((task) => task.id),
      by,
      reason: run.planReason,
    },
  };
}
