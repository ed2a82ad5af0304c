import { fold } from "../core/apply.ts";
import type { Body, Entry } from "../core/event.ts";
import { threadParts } from "../core/id.ts";
import type { Journal } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";

/** One attempt, as the journal tells it. */
export interface AttemptStory {
  readonly task: string;
  readonly attempt: number;
  readonly startedAt: number;
  endedAt: number | null;
  outcome: string | null;
  turns: number;
  micros: number;
  feedback: string | null;
  submission: string | null;
  alone: boolean;
}

/** What a run's money bought, in micro-dollars. */
interface Costs {
  accepted: number;
  rejected: number;
  /** Attempts that have not ended. */
  inWork: number;
  planning: number;
  judging: number;
}

/** A run as people ask about it: read from its journal, written nowhere. */
export interface Story {
  readonly run: RunState;
  readonly attempts: readonly AttemptStory[];
  readonly costs: Costs;
  /** Results of the goal's last grading, by check. */
  readonly checks: ReadonlyMap<string, string>;
  readonly crashes: number;
  readonly approvals: number;
  /** Who accepted the goal though its checks did not hold, null when nobody did. */
  readonly acceptedBy: string | null;
}

export async function readStory(journal: Journal, id: string): Promise<Story> {
  const entries: Entry[] = [];
  for await (const entry of journal.read(id, 0)) entries.push(entry);
  return storyOf(entries);
}

function storyOf(entries: readonly Entry[]): Story {
  const attempts = new Map<string, AttemptStory>();
  const costs: Costs = { accepted: 0, rejected: 0, inWork: 0, planning: 0, judging: 0 };
  const checks = new Map<string, string>();
  let approvals = 0;
  for (const entry of entries) {
    noteAttempt(entry, attempts);
    noteCost(entry, attempts, costs);
    noteCheck(entry, checks);
    if (entry.type === "approval-decided" && entry.body.by.type === "person") approvals += 1;
  }
  for (const attempt of attempts.values()) costs[bought(attempt)] += attempt.micros;
  return {
    run: fold(entries),
    attempts: [...attempts.values()],
    costs,
    checks,
    crashes: crashes(entries),
    approvals,
    acceptedBy: acceptedBy(entries),
  };
}

function bought({ outcome }: AttemptStory): keyof Costs {
  if (outcome === null) return "inWork";
  return outcome === "accepted" ? "accepted" : "rejected";
}

/** The person who took a goal as met though its checks said otherwise, as `apply` ends a run for them. */
function acceptedBy(entries: readonly Entry[]): string | null {
  const ofGoal = new Set<string>();
  for (const { type, body } of entries) {
    if (type === "escalation-raised" && isOfGoal(body)) ofGoal.add(body.escalation);
    if (type === "escalation-answered" && body.choice === "accept" && ofGoal.has(body.escalation))
      return body.by.type === "person" ? body.by.user : body.by.type;
  }
  return null;
}

const isOfGoal = ({ kind, task }: Body<"escalation-raised">): boolean =>
  kind === "goal" || (kind === "judging" && task === null);

const key = (task: string, attempt: number): string => `${task}/${attempt}`;

function noteAttempt(entry: Entry, attempts: Map<string, AttemptStory>): void {
  if (entry.type === "attempt-started") {
    const { task, attempt, alone } = entry.body;
    const story = {
      task,
      attempt,
      alone,
      startedAt: entry.at,
      endedAt: null,
      outcome: null,
      turns: 0,
      micros: 0,
    };
    attempts.set(key(task, attempt), { ...story, feedback: null, submission: null });
  }
  if (entry.type === "attempt-submitted") {
    const attempt = attempts.get(key(entry.body.task, entry.body.attempt));
    if (attempt !== undefined) attempt.submission = entry.body.submission;
  }
  if (entry.type !== "attempt-ended") return;
  const attempt = attempts.get(key(entry.body.task, entry.body.attempt));
  if (attempt === undefined) return;
  attempt.endedAt = entry.at;
  attempt.outcome = entry.body.outcome;
  attempt.feedback = entry.body.feedback;
}

function noteCost(entry: Entry, attempts: Map<string, AttemptStory>, costs: Costs): void {
  if (entry.type !== "model-ended") return;
  const { role, task, attempt } = threadParts(entry.body.thread);
  const micros = entry.body.charged.micros ?? 0;
  if (role === "planner") costs.planning += micros;
  if (role === "evaluator") costs.judging += micros;
  const story = role === "worker" && task !== null ? attempts.get(key(task, attempt)) : undefined;
  if (story === undefined) return;
  story.micros += micros;
  if (entry.body.outcome === "complete") story.turns += 1;
}

function noteCheck(entry: Entry, checks: Map<string, string>): void {
  if (entry.type === "judging-started" && entry.body.task === null) checks.clear();
  if (entry.type === "criterion-judged" && entry.body.task === null)
    checks.set(entry.body.criterion, entry.body.result);
}

/** Ownerships after the first that did not follow a clean stop. */
function crashes(entries: readonly Entry[]): number {
  return entries.filter(
    (entry, index) => entry.type === "run-owned" && index > 1 && entries[index - 1]?.type !== "run-stopped",
  ).length;
}
