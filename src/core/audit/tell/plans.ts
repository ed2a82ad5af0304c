import type { Body, TaskBudget } from "../../event.ts";
import type { Story, TaskStory } from "../story.ts";
import type { Teller } from "./teller.ts";

export const tellPlans: Teller = {
  "planning-started": (story, body) => {
    story.planVersion = body.version;
    story.planning = "making";
    story.proposal = null;
    story.goalVerdict = null;
    story.personAcceptsGoal = false;
  },
  "plan-proposed": (story, body) => {
    story.planning = "proposed";
    story.proposal = body;
  },
  "plan-rejected": (story) => {
    story.planning = "making";
    story.proposal = null;
  },
  "plan-adopted": (story, body) => {
    adopt(story, body);
    story.planning = "adopted";
    story.proposal = null;
  },
  "task-dropped": (story, body) => drop(story, body.task),
  "task-inherited": (story, { task, needs, head, handoff }) => {
    story.tasks.set(task, { ...newTask(task), needs, handoff, finished: "accepted" });
    story.head = head;
  },
};

function adopt(story: Story, body: Body<"plan-adopted">): void {
  const planned = new Map((story.proposal?.tasks ?? []).map((task) => [task.id, task]));
  const criteria = criteriaOf(story.proposal);
  for (const id of [...body.added, ...body.changed]) {
    const known = story.tasks.get(id);
    const task = known ?? newTask(id);
    if (task.finished === "accepted") continue;
    task.finished = null;
    task.needs = planned.get(id)?.needs ?? [];
    task.criteria = criteria.get(id) ?? [];
    const ceilings = planned.get(id)?.budget ?? unbounded;
    task.budget = known === undefined ? ceilings : higherOf(known.budget, ceilings);
    task.stuckBy.clear();
    story.tasks.set(id, task);
    story.unfinished.add(id);
  }
  for (const id of body.dropped) drop(story, id);
}

const newTask = (id: string): TaskStory => ({
  id,
  needs: [],
  criteria: [],
  finished: null,
  attempt: null,
  handoff: null,
  stuckBy: new Set(),
  personAccepts: false,
  budget: unbounded,
  spent: { micros: 0, tokens: 0, wallMs: 0, reservedMicros: 0, reservedTokens: 0 },
});

const unbounded: TaskBudget = { micros: null, tokens: null, wallMs: null };

/** What a person gave a task stays with it: of two ceilings the higher. */
function higherOf(a: TaskBudget, b: TaskBudget): TaskBudget {
  const of = (unit: keyof TaskBudget): number | null => {
    const [one, other] = [a[unit], b[unit]];
    return one === null || other === null ? null : Math.max(one, other);
  };
  return { micros: of("micros"), tokens: of("tokens"), wallMs: of("wallMs") };
}

function criteriaOf(proposal: Body<"plan-proposed"> | null): Map<string, string[]> {
  const criteria = new Map<string, string[]>();
  for (const { task, criterion } of proposal?.baseline ?? []) {
    const known = criteria.get(task);
    if (known === undefined) criteria.set(task, [criterion]);
    else known.push(criterion);
  }
  return criteria;
}

function drop(story: Story, id: string): void {
  const task = story.tasks.get(id);
  if (task === undefined || task.finished !== null) return;
  task.finished = "dropped";
  settleTask(story, task);
}

/** A task that ended leaves what waited for it without meaning. */
export function settleTask(story: Story, task: TaskStory): void {
  story.unfinished.delete(task.id);
  for (const id of task.stuckBy) {
    const escalation = story.escalations.get(id);
    if (escalation?.status === "open") escalation.status = "moot";
  }
  task.stuckBy.clear();
}
