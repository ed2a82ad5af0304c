import { noTaskBudget, nothingSpentOnTask } from "../budget.ts";
import type { Body, PlannedTask, TaskBudget } from "../event.ts";
import { planThread } from "../id.ts";
import type { Proposal, RunState } from "../run.ts";
import type { Task } from "../task.ts";
import { newThread } from "../thread.ts";
import { found, must } from "./legal.ts";
import { closeThread, openThread } from "./threads.ts";

export function started(run: RunState, body: Body<"planning-started">): void {
  must(body.version === run.planVersion + 1, `planning ${body.version} follows ${run.planVersion}`);
  must(run.active.size === 0 && run.integration === null, "planning starts while work is open");
  run.phase = "planning";
  run.planVersion = body.version;
  run.planReason = body.reason;
  run.planFeedback = body.feedback;
  run.rejections = 0;
  run.replan = null;
  run.goalUnmet = null;
  if (body.version > 1) run.ownPlan = null;
  closeThread(run, planThread(body.version - 1));
  if (body.reason === "task-stuck" || body.reason === "goal-unmet") run.replans += 1;
  openThread(run, newThread(planThread(body.version), "planner", null, run.head));
}

export function proposed(run: RunState, body: Body<"plan-proposed">): void {
  const isOpen = run.phase === "planning" || (run.phase === "reviewing" && body.by.type === "person");
  must(isOpen && body.version === run.planVersion, `no planning ${body.version} is open`);
  run.phase = "reviewing";
  const { version, plan, tasks, forecast } = body;
  run.proposal = { version, plan, tasks, forecast };
}

export function rejected(run: RunState, body: Body<"plan-rejected">): void {
  must(body.version === run.planVersion, `no planning ${body.version} is open`);
  run.phase = "planning";
  run.proposal = null;
  run.ownPlan = null;
  if (body.by.type === "harness") run.rejections += 1;
  // Its review is answered: what comes next is another plan, with a review of its own.
  else run.replan = { reason: "rejected", feedback: body.errors };
}

/** Only unaccepted tasks change, and only while nothing is open. */
export function adopted(run: RunState, body: Body<"plan-adopted">): void {
  const proposal = found(run.proposal, "proposed plan");
  must(proposal.version === body.version, `plan ${body.version} was not proposed`);
  must(run.active.size === 0 && run.integration === null, "a plan is adopted while work is open");
  for (const id of body.dropped) drop(run, unaccepted(run, id));
  for (const id of body.changed) unaccepted(run, id);
  for (const planned of proposal.tasks) place(run, planned);
  link(run, proposal);
  run.phase = "working";
  run.plan = proposal.plan;
  run.proposal = null;
  run.ownPlan = null;
  closeThread(run, planThread(body.version));
}

/** What another run accepted is accepted here, before anything is planned: it is never executed. */
export function taskInherited(
  run: RunState,
  { task, spec, needs, head, handoff, by }: Body<"task-inherited">,
): void {
  must(run.planVersion === 0, `${task} is inherited after planning began`);
  must(!run.tasks.has(task), `${task} is inherited twice`);
  for (const need of needs)
    found(run.tasks.get(need), `task ${need}, which ${task} needs`).dependants.push(task);
  run.tasks.set(task, {
    ...newTask({ id: task, spec, needs, attempts: 0, turns: 0, budget: noTaskBudget }),
    status: "accepted",
    handoff,
    acceptedBy: by,
  });
  run.head = head;
}

export function taskDropped(run: RunState, body: Body<"task-dropped">): void {
  const task = unaccepted(run, body.task);
  must(task.attempt === null, `${task.id} has an open attempt`);
  drop(run, task);
  orphan(run, task);
}

function unaccepted(run: RunState, id: string): Task {
  const task = found(run.tasks.get(id), `task ${id}`);
  must(task.status !== "accepted", `${id} is accepted and cannot change`);
  return task;
}

function drop(run: RunState, task: Task): void {
  if (task.status !== "dropped") run.unfinished -= 1;
  task.status = "dropped";
  unqueue(run, task.id);
  forgetEscalations(run, task.id);
  passOnNotes(run, task.id);
}

/** What a person said of a task that is done or dropped is for whoever works next. */
export function passOnNotes(run: RunState, task: string): void {
  run.notes = run.notes.map((note) => (note.task === task ? { ...note, task: null } : note));
}

/** Escalations about a task that ended otherwise are moot. */
export function forgetEscalations(run: RunState, task: string): void {
  for (const escalation of run.escalations.values()) {
    if (escalation.task === task) run.escalations.delete(escalation.id);
  }
}

export function unqueue(run: RunState, task: string): void {
  run.ready.delete(task);
  run.orphaned.delete(task);
  run.exhausted.delete(task);
}

/** Whoever needs a dropped task can never be ready. */
function orphan(run: RunState, dropped: Task): void {
  for (const id of dropped.dependants) {
    if (run.tasks.get(id)?.status === "pending") run.orphaned.add(id);
  }
}

/** Puts a planned task into the run: new, or an unaccepted one with its tries renewed. */
function place(run: RunState, planned: PlannedTask): void {
  const known = run.tasks.get(planned.id);
  must(known?.status !== "accepted", `${planned.id} is accepted and cannot change`);
  if (known === undefined || known.status === "dropped") run.unfinished += 1;
  unqueue(run, planned.id);
  forgetEscalations(run, planned.id);
  const fresh = newTask(planned);
  if (known === undefined) run.tasks.set(planned.id, fresh);
  else
    run.tasks.set(planned.id, {
      ...fresh,
      attempts: known.attempts,
      budget: higherBudget(known.budget, planned.budget),
      spent: known.spent,
      feedback: known.feedback,
      last: known.last,
    });
}

const newTask = ({ id, spec, needs, attempts, turns, budget }: PlannedTask): Task => ({
  id,
  spec,
  needs,
  dependants: [],
  waitingFor: 0,
  status: "pending",
  attempts: 0,
  used: 0,
  allowed: attempts,
  turns,
  budget,
  spent: nothingSpentOnTask(),
  collisions: 0,
  feedback: null,
  handoff: null,
  acceptedBy: null,
  attempt: null,
  last: null,
});

/** What a person gave a task stays with it. */
const higherBudget = (one: TaskBudget, other: TaskBudget): TaskBudget => ({
  micros: higher(one.micros, other.micros),
  tokens: higher(one.tokens, other.tokens),
  wallMs: higher(one.wallMs, other.wallMs),
});

const higher = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.max(a, b);

/** Counts what each placed task waits for. Linear in tasks and needs. */
function link(run: RunState, proposal: Proposal): void {
  for (const { id, needs } of proposal.tasks) {
    for (const need of needs)
      found(run.tasks.get(need), `task ${need}, which ${id} needs`).dependants.push(id);
  }
  for (const { id } of proposal.tasks) {
    const task = found(run.tasks.get(id), `task ${id}`);
    const needs = task.needs.map((need) => run.tasks.get(need)?.status);
    task.waitingFor = needs.filter((status) => status !== "accepted").length;
    if (needs.includes("dropped")) run.orphaned.add(id);
    else if (task.waitingFor === 0) run.ready.add(id);
  }
}
