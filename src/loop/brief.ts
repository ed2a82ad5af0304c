import type { Digest } from "../core/id.ts";
import { threadParts } from "../core/id.ts";
import type { Message } from "../core/model.ts";
import type { Thread } from "../core/thread.ts";
import type { ToolSpec } from "../core/tool.ts";
import { capabilitiesText, criterionText, rubricText, workspaceMap } from "./describe.ts";
import type { Handoff } from "./handoff.ts";
import { tryOn } from "./try-criteria.ts";
import { criteriaOf } from "./judge.ts";
import { judgeBrief } from "./judge-brief.ts";
import { budgetLeft } from "./next-message.ts";
import { readJson, readText, shorten } from "./texts.ts";
import { toolSpecs, workerTools } from "./tools.ts";
import { specOf, taskOf } from "./work.ts";
import type { Work } from "./work.ts";

/** How a thread begins: what the role's prompt makes of the run. */
export interface Brief {
  readonly system: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
}

export async function brief(work: Work, thread: Thread): Promise<Brief> {
  const variables = await variablesOf(work, thread);
  const { system, messages } = work.ports.prompts.render(
    work.prompts[thread.role],
    variables,
    `${thread.role}.prompt`,
  );
  const only =
    thread.role === "worker" && thread.task !== null ? (await specOf(work, thread.task)).tools : null;
  return { system, messages, tools: toolSpecs(thread.role, work.ports.outside, only) };
}

async function variablesOf(work: Work, thread: Thread): Promise<Record<string, unknown>> {
  switch (thread.role) {
    case "planner":
      return plannerBrief(work, thread);
    case "worker":
      return workerBrief(work, thread);
    case "evaluator":
      return judgeBrief(work, thread);
  }
}

async function plannerBrief(work: Work, thread: Thread): Promise<Record<string, unknown>> {
  const { run, config } = work;
  return {
    goal: config.text,
    title: config.title,
    checks: await checksNow(work, thread),
    workspace_map: await workspaceMap(work, thread.tree),
    capabilities: capabilitiesText(work),
    rubrics: [...work.rubrics].map(([name, rubric]) => ({ name, asks: rubricText(rubric) })),
    tools: [...workerTools, ...work.ports.outside.map((tool) => tool.spec.name)],
    concurrency: run.limits.concurrency,
    attempts: run.limits.attempts,
    budget: budgetLeft(work),
    accepted: await acceptedTasks(work),
    learnt: await learnt(work),
    feedback: await feedbackText(work, run.planFeedback),
    reason: run.planReason,
  };
}

async function checksNow(work: Work, thread: Thread): Promise<Record<string, unknown>[]> {
  const results = await tryOn(work, `try/${thread.id}`, thread.tree, work.config.checks);
  return work.config.checks.map((check) => ({
    id: check.id,
    text: criterionText(check, work.rubrics),
    guard: check.guard === true,
    baseline: results.get(check.id)?.result ?? "not run",
  }));
}

async function acceptedTasks(work: Work): Promise<{ id: string; title: string; summary: string }[]> {
  const accepted = await handoffsOf(work, [...work.run.tasks.keys()]);
  return accepted.map(({ task, title, summary }) => ({ id: task, title, summary }));
}

const feedbackText = async (work: Work, feedback: Digest | null): Promise<string> =>
  feedback === null ? "" : readText(work.ports.blobs, feedback);

async function workerBrief(work: Work, thread: Thread): Promise<Record<string, unknown>> {
  const { run, config } = work;
  const id = thread.task ?? "";
  const task = taskOf(run, id);
  const spec = await specOf(work, id);
  const baseline = task.attempt?.baseline ?? new Map<string, string>();
  return {
    goal: config.text,
    title: config.title,
    task_id: id,
    task_title: spec.title,
    instructions: spec.instructions,
    criteria: (await criteriaOf(work, id)).map((criterion) => ({
      id: criterion.id,
      text: criterionText(criterion, work.rubrics),
      guard: criterion.guard === true,
      baseline: baseline.get(criterion.id) ?? "not run",
    })),
    handoffs: await handoffsOf(work, spec.needs),
    earlier: await earlierTasks(work, spec.needs),
    learnt: await learnt(work),
    workspace_map: await workspaceMap(work, thread.tree),
    capabilities: capabilitiesText(work),
    attempt: threadParts(thread.id).attempt,
    attempts: task.allowed,
    feedback: await feedbackText(work, task.feedback),
    budget: budgetLeft(work),
    tools: toolSpecs("worker", work.ports.outside, spec.tools).map((tool) => tool.name),
  };
}

/** What these tasks handed on; of those that are not accepted, nothing. */
async function handoffsOf(work: Work, tasks: readonly string[]): Promise<readonly Handoff[]> {
  const given = tasks.flatMap((task) => work.run.tasks.get(task)?.handoff ?? []);
  return Promise.all(given.map(async (digest) => readJson<Handoff>(work.ports.blobs, digest)));
}

/** What the needs of a task were built on in their turn: a line each, for orientation. */
async function earlierTasks(
  work: Work,
  needs: readonly string[],
): Promise<{ task: string; title: string; artifacts: string }[]> {
  const known = new Set(needs);
  // A set that grows while it is walked: each task is come by once.
  for (const task of known) for (const need of work.run.tasks.get(task)?.needs ?? []) known.add(need);
  const indirect = await handoffsOf(work, [...known].slice(needs.length));
  return indirect.map(({ task, title, artifacts }) => ({
    task,
    title,
    artifacts: shorten(artifacts.join(", "), 500),
  }));
}

const mostLearnt = 40;

/** How the project is built, run and tested, as everyone who did a task found out: the newest say it last. */
async function learnt(work: Work): Promise<readonly string[]> {
  const all = await handoffsOf(work, [...work.run.tasks.keys()]);
  const said = new Set(
    all.flatMap((handoff) => handoff.learnt ?? []).map((text) => shorten(text.trim(), 500)),
  );
  return [...said].filter((text) => text !== "").slice(-mostLearnt);
}
