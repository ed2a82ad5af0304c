import { apply } from "../../core/apply.ts";
import type { Body, Entry } from "../../core/event.ts";
import type { RunConfig } from "../../core/goal.ts";
import type { Digest } from "../../core/id.ts";
import type { Criterion } from "../../core/criterion.ts";
import type { PlanRecord, TaskSpec } from "../../core/plan.ts";
import type { Blobs } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import type { Handoff } from "../../loop/handoff.ts";
import { readJson, readText } from "../../loop/texts.ts";
import { asks, waitingOf } from "../asked.ts";
import type { Waiting } from "../waiting.ts";
import { tell } from "../view/tell.ts";
import { clock, oneLine } from "../view/words.ts";
import { noteAttempt } from "./attempt-tale.ts";
import type { AttemptTale } from "./attempt-tale.ts";
import { storedText, timeText } from "./texts.ts";

/** One plan: what came of it. */
export interface PlanTale {
  readonly version: number;
  readonly reason: string;
  /** What the planner was told, "" for the first. */
  readonly told: string;
  readonly sentBack: string[];
  adopted: Body<"plan-adopted"> | null;
}

/** What the mirror knows of a run: a fold of its journal, with the texts that its pages show. */
export interface Tale {
  readonly run: RunState;
  readonly title: string;
  /** The goal file, as it is. */
  readonly goal: string;
  /** Whether the goal named its checks; else each plan brings them. */
  readonly hasOwnChecks: boolean;
  checks: readonly Criterion[];
  readonly checkResults: Map<string, string>;
  readonly plans: PlanTale[];
  readonly specs: Map<Digest, TaskSpec>;
  readonly attempts: Map<string, AttemptTale>;
  readonly handoffs: Map<string, Handoff>;
  /** Entries that asked a person. */
  readonly asking: Entry[];
  /** What waits as of `waitsFor`, which tells one such state from another. */
  waiting: readonly Waiting[];
  waitsFor: string;
  /** Lines of log.txt, without their ends. */
  readonly log: string[];
}

/** The tale after its first entry. */
export async function beginTale(entry: Entry, blobs: Blobs): Promise<Tale> {
  const run = apply(null, entry);
  const { title, checks } = await readJson<RunConfig>(blobs, run.config);
  return {
    run,
    title: oneLine(title, 200),
    goal: await readText(blobs, run.goal),
    hasOwnChecks: checks.length > 0,
    checks,
    checkResults: new Map(),
    plans: [],
    specs: new Map(),
    attempts: new Map(),
    handoffs: new Map(),
    asking: [],
    waiting: [],
    waitsFor: "",
    log: [],
  };
}

/** Takes the next entry. @returns the tasks and attempts (`clean`, `clean/2`) whose pages may differ now */
export async function note(tale: Tale, entry: Entry, blobs: Blobs): Promise<readonly string[]> {
  apply(tale.run, entry);
  if (asks(entry)) tale.asking.push(entry);
  await noteLine(tale, entry, blobs);
  await notePlan(tale, entry, blobs);
  if (entry.type === "criterion-judged" && entry.body.task === null)
    tale.checkResults.set(entry.body.criterion, entry.body.result);
  if (entry.type === "judging-started" && entry.body.task === null) tale.checkResults.clear();
  if (entry.type === "task-accepted" || entry.type === "task-inherited")
    tale.handoffs.set(entry.body.task, await readJson<Handoff>(blobs, entry.body.handoff));
  return [...(await noteAttempt(tale.attempts, entry, tale.run, blobs)), ...tasksOf(entry)];
}

/** Reads what waits, if that changed since it was last read. */
export async function noteWaiting(tale: Tale, blobs: Blobs): Promise<void> {
  const { run } = tale;
  const open = [...run.approvals.values()].filter(({ status }) => status === "open").map(({ id }) => id);
  const asked = tale.asking.length;
  const waitsFor = JSON.stringify([
    run.phase,
    asked,
    open,
    [...run.escalations.keys()],
    [...run.doubts.keys()],
  ]);
  if (waitsFor === tale.waitsFor) return;
  tale.waitsFor = waitsFor;
  tale.waiting = run.phase === "ended" ? [] : await waitingOf(tale.asking, run, blobs);
}

function tasksOf(entry: Entry): readonly string[] {
  if (entry.type === "plan-adopted") return [...entry.body.added, ...entry.body.changed];
  return entry.type === "task-accepted" || entry.type === "task-inherited" ? [entry.body.task] : [];
}

async function noteLine(tale: Tale, entry: Entry, blobs: Blobs): Promise<void> {
  const line = await tell(entry, tale.run, blobs);
  if (line === null) return;
  const task = line.task === null ? "" : `${line.task}  `;
  const at = clock(tale.run.spent.wallMs).padStart(7);
  tale.log.push(`${timeText(entry.at)} ${at}  ${line.mark} ${task}${line.text}`);
}

async function notePlan(tale: Tale, entry: Entry, blobs: Blobs): Promise<void> {
  const plan = tale.plans.at(-1);
  switch (entry.type) {
    case "planning-started": {
      const { version, reason, feedback } = entry.body;
      const told = feedback === null ? "" : await storedText(blobs, feedback);
      tale.plans.push({ version, reason, told, sentBack: [], adopted: null });
      return;
    }
    case "plan-proposed":
      // A person's own plan is made without planning.
      if (plan?.version !== entry.body.version)
        tale.plans.push({
          version: entry.body.version,
          reason: "given",
          told: "",
          sentBack: [],
          adopted: null,
        });
      for (const { spec } of entry.body.tasks)
        if (!tale.specs.has(spec)) tale.specs.set(spec, await readJson<TaskSpec>(blobs, spec));
      if (!tale.hasOwnChecks) tale.checks = (await readJson<PlanRecord>(blobs, entry.body.plan)).checks;
      return;
    case "task-inherited":
      tale.specs.set(entry.body.spec, await readJson<TaskSpec>(blobs, entry.body.spec));
      return;
    case "plan-rejected":
      plan?.sentBack.push(await storedText(blobs, entry.body.errors));
      return;
    case "plan-adopted":
      if (plan !== undefined) plan.adopted = entry.body;
      return;
    default:
  }
}
