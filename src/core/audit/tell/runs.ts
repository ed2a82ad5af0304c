import type { Budget } from "../../event.ts";
import { threadParts } from "../../id.ts";
import { budgetBy, count, noteBy } from "../answers.ts";
import type { Story } from "../story.ts";
import type { Teller } from "./teller.ts";

export const tellRuns: Teller = {
  "run-created": (story, body) => {
    story.created ??= body;
    story.budget ??= body.budget;
    story.policy ??= body.pins.policy;
    story.head ??= body.base;
  },
  "run-owned": (story, _body, entry) => {
    story.epoch = entry.epoch;
    story.afterCleanStop = story.stopped;
    story.stopped = false;
    story.recovering = true;
    story.recovered.clear();
    story.charged.clear();
  },
  "run-stopped": (story) => {
    story.stopped = true;
  },
  "policy-changed": (story, body) => {
    story.policy = body.policy;
    const kept = story.approvals.get(body.keeps ?? "");
    if (kept !== undefined) kept.policy = body.policy;
  },
  "budget-changed": (story, body) => {
    if (body.task === null) story.budget = body.budget;
    else setTaskBudget(story, body.task, body.budget);
    count(story.taken, budgetBy(body.by, body.budget));
  },
  "note-added": (story, body) => {
    count(story.taken, noteBy(body.by, body.text));
  },
  "run-ended": (story, body) => {
    story.outcome ??= body.outcome;
  },
  "crash-charged": (story, body) => {
    const before = story.crashes.get(body.thread) ?? { all: 0, alone: 0 };
    story.crashes.set(body.thread, { all: before.all + 1, alone: before.alone + (body.alone ? 1 : 0) });
    story.charged.add(body.thread);
  },
  "escalation-raised": (story, body) => {
    story.escalations.set(body.escalation, { body, status: "open" });
    if (body.task !== null) story.tasks.get(body.task)?.stuckBy.add(body.escalation);
  },
  "escalation-answered": (story, body) => {
    const escalation = story.escalations.get(body.escalation);
    if (escalation === undefined) return;
    escalation.status = "answered";
    const { kind, task: id } = escalation.body;
    if (kind === "quarantine") forgive(story, id);
    if (kind === "goal" && body.choice === "accept") story.personAcceptsGoal = true;
    const task = id === null ? undefined : story.tasks.get(id);
    task?.stuckBy.delete(body.escalation);
    if (task !== undefined && body.choice === "accept") task.personAccepts = true;
  },
};

function setTaskBudget(story: Story, id: string, { micros, tokens, wallMs }: Budget): void {
  const task = story.tasks.get(id);
  if (task !== undefined) task.budget = { micros, tokens, wallMs };
}

/** A person's answer about one suspect says nothing of others. Its crashes still count as crashes, but none as alone. */
function forgive(story: Story, task: string | null): void {
  for (const [thread, { all }] of story.crashes)
    if (threadParts(thread).task === task) story.crashes.set(thread, { all, alone: 0 });
}
