import type { GiveUp } from "../core/action.ts";
import type { Spending } from "../core/budget.ts";
import { isTimeUp } from "../core/decide/budgets.ts";
import type { Budget, Choice, EscalationKind, Reservation, RunEvent } from "../core/event.ts";
import { askedLately } from "../core/fatigue.ts";
import type { ThreadId } from "../core/id.ts";
import type { RunState } from "../core/run.ts";
import { giveUpJudging } from "./grade.ts";
import { putText, readText } from "./texts.ts";
import { threadOf } from "./work.ts";
import type { Work } from "./work.ts";

const options: Readonly<Record<EscalationKind, readonly Choice[]>> = {
  plan: ["replan", "stop"],
  attempts: ["retry", "accept", "replan", "drop", "stop"],
  judging: ["retry", "accept", "drop", "stop"],
  conflict: ["retry", "drop", "stop"],
  quarantine: ["retry", "drop", "stop"],
  budget: ["raise", "stop"],
  goal: ["retry", "replan", "accept", "stop"],
  fatigue: ["retry", "stop"],
  outage: ["retry", "stop"],
};

/** A task whose own budget is used up: it may get more, or go. */
const taskBudgetOptions: readonly Choice[] = ["raise", "replan", "drop", "stop"];

/** What a person reads first. */
const headlines: Readonly<Record<EscalationKind, string>> = {
  plan: "no plan that can be carried out",
  attempts: "its attempts are used up",
  judging: "its result could not be judged",
  conflict: "it keeps colliding with other work",
  quarantine: "the harness died three times while this ran alone",
  budget: "the budget does not allow the next step",
  goal: "all tasks are done, but the goal's checks do not hold",
  fatigue: "it asks too often",
  outage: "the model does not answer",
};

/** The named human decision at which a run stands. `detail`: one line about the cause. */
export async function escalation(
  work: Work,
  kind: EscalationKind,
  task: string | null,
  detail: string,
): Promise<RunEvent> {
  const offered = (task !== null && kind === "budget" ? taskBudgetOptions : options[kind]).filter(
    (choice) => task !== null || kind !== "judging" || choice !== "drop",
  );
  const body = {
    escalation: `${kind}/${task ?? "run"}/${work.run.seq}`,
    kind,
    task,
    options: task !== null && kind === "plan" ? (["replan", "drop", "stop"] as Choice[]) : [...offered],
    card: await putText(work.ports.blobs, `${headlines[kind]}\n${detail}`),
  };
  return { type: "escalation-raised", body };
}

/** The escalation `decide` asks for, with the cause read off the run. */
export async function escalate(
  work: Work,
  kind: EscalationKind,
  task: string | null,
): Promise<readonly RunEvent[]> {
  return [await escalation(work, kind, task, await cause(work, kind, task))];
}

/** Which ceiling the next call would break, by how much, in a person's units. */
export function budgetText(
  budget: Budget,
  spent: Spending,
  ceiling: keyof Budget,
  next: Reservation,
): string {
  switch (ceiling) {
    case "micros": {
      const left = (budget.micros ?? 0) - spent.micros - spent.reservedMicros;
      const rest = left < 0 ? `${dollars(-left)} more than allowed is spent` : `${dollars(left)} is left`;
      return `money: the next call may cost up to ${dollars(next.micros ?? 0)}, ${rest}`;
    }
    case "tokens": {
      const left = (budget.tokens ?? 0) - spent.tokens - spent.reservedTokens;
      return `tokens: the next call may take up to ${next.input + next.output}, ${Math.max(0, left)} are left`;
    }
    case "turns":
      return `turns: all ${budget.turns} are used`;
    case "wallMs":
      return timeText(budget.wallMs);
    case "attempts":
      return `attempts: all ${budget.attempts} are used`;
  }
}

const timeText = (wallMs: number | null): string =>
  `time: ${spanText(wallMs ?? 0)} at work are used up, but for what it takes to stop in time`;

/** `90 s`, `45 min`. */
const spanText = (ms: number): string =>
  ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;

const dollars = (micros: number): string => `$${(micros / 1e6).toFixed(4)}`;

async function cause(work: Work, kind: EscalationKind, task: string | null): Promise<string> {
  const { run, ports } = work;
  switch (kind) {
    case "outage": {
      const failing =
        [...run.threads.values()].find((thread) => thread.failures >= run.limits.tries) ??
        [...run.threads.values()].find((thread) => thread.lastError !== null);
      return `${failing?.id ?? "a thread"}: ${failing?.lastError ?? "unknown error"}`;
    }
    case "fatigue":
      return fatigueText(run);
    case "plan":
      return task === null
        ? `planning ${run.planVersion} was given up`
        : `task ${task} needs one that was dropped`;
    case "goal":
      return run.goalUnmet?.feedback == null ? "" : readText(ports.blobs, run.goalUnmet.feedback);
    case "budget":
      if (task !== null) return timeText(run.tasks.get(task)?.budget.wallMs ?? null);
      return isTimeUp(run, ports.clock.now())
        ? timeText(run.budget.wallMs)
        : `attempts: all ${run.budget.attempts} are used`;
    case "attempts":
    case "judging":
    case "conflict":
    case "quarantine": {
      const feedback = task === null ? null : run.tasks.get(task)?.feedback;
      return feedback == null ? `task ${task ?? ""}` : readText(ports.blobs, feedback);
    }
  }
}

const fatigueText = (run: RunState): string =>
  `${askedLately(run)} of its latest ${run.asked.length} calls had to be asked about; who is asked so often stops reading. ` +
  "Rules in harness.yaml (approvals.rules) answer what is always the same; retry lets it go on asking";

const reasons: Readonly<Record<GiveUp, string>> = {
  turns: "it used all its turns without submitting",
  silence: "it answered several times without calling a tool; saying that work is done does not finish it",
  repeats: "it made the same call with the same result over and over",
  stale: "turn after turn it repeated calls it had made before, with results it had seen before",
  "context-full": "its context is full and cannot be made smaller",
};

/** A thread that gets nowhere ends: a worker's attempt, or a judging without verdict. */
export async function giveUp(work: Work, id: ThreadId, why: GiveUp): Promise<readonly RunEvent[]> {
  const thread = threadOf(work.run, id);
  await work.slots.drop(id);
  if (thread.role === "evaluator") return giveUpJudging(work, thread.task, reasons[why]);
  const attempt = thread.task === null ? null : work.run.tasks.get(thread.task)?.attempt;
  if (thread.task === null || attempt == null) throw new Error(`${id} has no attempt to give up`);
  const feedback = await putText(work.ports.blobs, `The last attempt was given up: ${reasons[why]}.`);
  const outcome = why === "turns" ? "exhausted" : "gave-up";
  return [
    { type: "attempt-ended", body: { task: thread.task, attempt: attempt.attempt, outcome, feedback } },
  ];
}

/** The call that was open at crash after crash, also alone, is not tried again without a person. */
export async function quarantine(work: Work, id: ThreadId): Promise<readonly RunEvent[]> {
  const thread = threadOf(work.run, id);
  const detail = `${id}, turn ${thread.turn}`;
  const raised = await escalation(work, "quarantine", thread.task, detail);
  const attempt = thread.task === null ? null : work.run.tasks.get(thread.task)?.attempt;
  if (thread.role !== "worker" || thread.task === null || attempt == null) return [raised];
  await work.slots.drop(id);
  const feedback = await putText(
    work.ports.blobs,
    `The last attempt was quarantined: ${headlines.quarantine}.`,
  );
  const body = { task: thread.task, attempt: attempt.attempt, outcome: "quarantined", feedback } as const;
  return [{ type: "attempt-ended", body }, raised];
}
