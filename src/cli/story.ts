import { apply } from "../core/apply.ts";
import { chargeFold, purposes } from "../core/cost/charge.ts";
import type { Charge, Purpose, Tokens } from "../core/cost/charge.ts";
import { addTokens, noTokens, sumOf, sumsByPurpose } from "../core/cost/sum.ts";
import type { Body, Entry, Forecast } from "../core/event.ts";
import type { Digest, Instant, RunId } from "../core/id.ts";
import type { Journal } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";

/** One criterion as one grading found it. */
interface CriterionStory {
  readonly grading: number;
  readonly criterion: string;
  readonly result: Body<"criterion-judged">["result"];
  readonly score: number | null;
  readonly explanation: Digest;
}

/** One attempt, as the journal tells it. */
export interface AttemptStory {
  readonly task: string;
  readonly attempt: number;
  readonly startedAt: Instant;
  /** The tree it started from, and the one it handed in. */
  readonly start: Digest;
  candidate: Digest | null;
  endedAt: Instant | null;
  outcome: string | null;
  turns: number;
  /** Of the worker. */
  micros: number;
  tokens: Tokens;
  /** Of those who judged it. */
  judgingMicros: number;
  judgingTokens: Tokens;
  feedback: Digest | null;
  submission: Digest | null;
  readonly alone: boolean;
  readonly verdicts: CriterionStory[];
}

/** A run as people ask about it: read from its journal, written nowhere. */
export interface Story {
  readonly run: RunState;
  readonly attempts: readonly AttemptStory[];
  /** What a run's money bought, in micro-dollars. */
  readonly costs: Readonly<Record<Purpose, number>>;
  readonly tokens: Tokens;
  /** Results of the goal's last grading, by check. */
  readonly checks: ReadonlyMap<string, string>;
  /** When the run stood after each crash: the time of the last event before it was taken over. */
  readonly crashes: readonly Instant[];
  /** Who gave each approval that a person gave. */
  readonly approvedBy: readonly string[];
  /** Who accepted the goal though its checks did not hold, null when nobody did. */
  readonly acceptedBy: string | null;
  /** What the plan in force was thought to take; null: nobody said. */
  readonly forecast: Forecast | null;
}

/** @throws Error for a run that is not there */
export async function readStory(journal: Pick<Journal, "read">, id: RunId): Promise<Story> {
  const telling = newTelling();
  const fold = chargeFold();
  let run: RunState | null = null;
  let last: Entry | null = null;
  for await (const entry of journal.read(id, 0)) {
    run = apply(run, entry);
    note(entry, last, telling);
    fold.see(entry);
    last = entry;
  }
  if (run === null) throw new Error(`run ${id} has no events`);
  const { charges } = fold.told();
  for (const charge of charges) noteCharge(charge, telling.attempts);
  const attempts = [...telling.attempts.values()];
  return { ...telling, run, attempts, costs: costsOf(charges), tokens: sumOf(charges).tokens };
}

function costsOf(charges: readonly Charge[]): Story["costs"] {
  const sums = sumsByPurpose(charges);
  const costs = purposes.map((purpose) => [purpose, sums[purpose].micros]);
  return Object.fromEntries(costs) as Story["costs"];
}

interface Telling {
  readonly attempts: Map<string, AttemptStory>;
  readonly checks: Map<string, string>;
  readonly crashes: Instant[];
  readonly approvedBy: string[];
  /** Escalations about the goal itself. */
  readonly ofGoal: Set<string>;
  acceptedBy: string | null;
  forecast: Forecast | null;
}

const newTelling = (): Telling => ({
  attempts: new Map(),
  checks: new Map(),
  crashes: [],
  approvedBy: [],
  ofGoal: new Set(),
  acceptedBy: null,
  forecast: null,
});

function note(entry: Entry, last: Entry | null, telling: Telling): void {
  noteAttempt(entry, telling.attempts);
  noteCheck(entry, telling.checks);
  notePeople(entry, telling);
  // An ownership after the first that does not follow a clean stop.
  if (
    entry.type === "run-owned" &&
    last !== null &&
    last.type !== "run-created" &&
    last.type !== "run-stopped"
  )
    telling.crashes.push(last.at);
  // Journals of older versions have none.
  if (entry.type === "plan-proposed") telling.forecast = entry.body.forecast ?? null;
}

/** A person may take a goal as met though its checks said otherwise, as `apply` ends a run for them. */
function notePeople({ type, body }: Entry, telling: Telling): void {
  if (type === "approval-decided" && body.by.type === "person" && body.answer.startsWith("grant"))
    telling.approvedBy.push(body.by.user);
  if (type === "escalation-raised" && isOfGoal(body)) telling.ofGoal.add(body.escalation);
  if (type !== "escalation-answered" || body.choice !== "accept") return;
  if (telling.ofGoal.has(body.escalation))
    telling.acceptedBy ??= body.by.type === "person" ? body.by.user : body.by.type;
}

const isOfGoal = ({ kind, task }: Body<"escalation-raised">): boolean =>
  kind === "goal" || (kind === "judging" && task === null);

const key = (task: string, attempt: number): string => `${task}/${attempt}`;

function noteAttempt(entry: Entry, attempts: Map<string, AttemptStory>): void {
  switch (entry.type) {
    case "attempt-started":
      attempts.set(key(entry.body.task, entry.body.attempt), newAttempt(entry.at, entry.body));
      return;
    case "attempt-submitted": {
      const attempt = attempts.get(key(entry.body.task, entry.body.attempt));
      if (attempt === undefined) return;
      attempt.submission = entry.body.submission;
      attempt.candidate = entry.body.candidate;
      return;
    }
    case "criterion-judged": {
      const { task, attempt, grading, criterion, result, score, explanation } = entry.body;
      if (task === null) return;
      attempts.get(key(task, attempt))?.verdicts.push({ grading, criterion, result, score, explanation });
      return;
    }
    case "attempt-ended": {
      const attempt = attempts.get(key(entry.body.task, entry.body.attempt));
      if (attempt === undefined) return;
      attempt.endedAt = entry.at;
      attempt.outcome = entry.body.outcome;
      attempt.feedback = entry.body.feedback;
      return;
    }
    default:
  }
}

const newAttempt = (
  startedAt: Instant,
  { task, attempt, start, alone }: Body<"attempt-started">,
): AttemptStory => ({
  task,
  attempt,
  startedAt,
  start,
  candidate: null,
  endedAt: null,
  outcome: null,
  turns: 0,
  micros: 0,
  tokens: noTokens,
  judgingMicros: 0,
  judgingTokens: noTokens,
  feedback: null,
  submission: null,
  alone,
  verdicts: [],
});

function noteCharge(
  { role, task, attempt, micros, tokens, outcome }: Charge,
  attempts: Map<string, AttemptStory>,
): void {
  const story = task === null ? undefined : attempts.get(key(task, attempt));
  if (story === undefined) return;
  if (role === "evaluator") {
    story.judgingMicros += micros ?? 0;
    story.judgingTokens = addTokens(story.judgingTokens, tokens);
    return;
  }
  story.micros += micros ?? 0;
  story.tokens = addTokens(story.tokens, tokens);
  if (outcome === "complete") story.turns += 1;
}

function noteCheck(entry: Entry, checks: Map<string, string>): void {
  if (entry.type === "judging-started" && entry.body.task === null) checks.clear();
  if (entry.type === "criterion-judged" && entry.body.task === null)
    checks.set(entry.body.criterion, entry.body.result);
}

/** What a task has taken so far, with the judging of it. */
export interface TaskStory {
  readonly attempts: readonly AttemptStory[];
  readonly micros: number;
  readonly tokens: Tokens;
  /** Time in which an attempt of it was open; up to the last event for one that is. */
  readonly ms: number;
}

export function taskStory(story: Pick<Story, "attempts" | "run">, task: string): TaskStory {
  const attempts = story.attempts.filter((attempt) => attempt.task === task);
  return {
    attempts,
    micros: attempts.reduce((sum, { micros, judgingMicros }) => sum + micros + judgingMicros, 0),
    tokens: attempts.flatMap((one) => [one.tokens, one.judgingTokens]).reduce(addTokens, noTokens),
    ms: attempts.reduce((sum, { startedAt, endedAt }) => sum + (endedAt ?? story.run.at) - startedAt, 0),
  };
}
