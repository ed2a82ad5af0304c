import type { PlannedTask } from "../../core/event.ts";
import type { TaskSpec } from "../../core/plan.ts";
import type { Handoff } from "../../loop/handoff.ts";
import type { AttemptTale } from "../mirror/attempt-tale.ts";
import type { Tale } from "../mirror/tale.ts";
import { clock, dollars, plural } from "../view/words.ts";

/** One task as the page tells it. Money in micro-dollars, time in ms. */
export interface PageTask {
  readonly id: string;
  readonly title: string;
  readonly needs: readonly string[];
  /** A task's status, or `proposed` while its plan is in review. */
  readonly status: string;
  readonly acceptedBy: string | null;
  readonly spec: TaskSpec | null;
  readonly attempts: readonly AttemptTale[];
  readonly handoff: Handoff | null;
  readonly micros: number;
  /** Calls of unknown price. */
  readonly unpriced: number;
  readonly ms: number;
}

/** Tasks of the run in the order of its plans; of a plan in review those that are not yet there. */
export function pageTasks(tale: Tale, now: number): readonly PageTask[] {
  const { run } = tale;
  const attempts = Map.groupBy(tale.attempts.values(), ({ task }) => task);
  const tell = (task: Planned, status: string, acceptedBy: string | null): PageTask => {
    const own = attempts.get(task.id) ?? [];
    const spec = tale.specs.get(task.spec) ?? null;
    const handoff = tale.handoffs.get(task.id) ?? null;
    const title = spec?.title ?? "";
    const { id, needs } = task;
    return { id, title, needs, status, acceptedBy, spec, attempts: own, handoff, ...sums(own, now) };
  };
  const there = [...run.tasks.values()].map((task) => tell(task, task.status, task.acceptedBy));
  const proposed = (run.proposal?.tasks ?? []).filter(({ id }) => !run.tasks.has(id));
  return [...there, ...proposed.map((task) => tell(task, "proposed", null))];
}

interface Planned extends Pick<PlannedTask, "id" | "spec"> {
  readonly needs: readonly string[];
}

function sums(attempts: readonly AttemptTale[], now: number): Pick<PageTask, "micros" | "unpriced" | "ms"> {
  const sum = (of: (attempt: AttemptTale) => number): number =>
    attempts.reduce((all, attempt) => all + of(attempt), 0);
  return {
    micros: sum(({ money }) => money.work + money.judging),
    unpriced: sum(({ money }) => money.unpriced),
    ms: sum(({ startedAt, endedAt }) => (endedAt ?? now) - startedAt),
  };
}

/** `2 attempts · $0.03 · 1:12`. */
export const factsOf = ({ attempts, micros, unpriced, ms }: PageTask): string =>
  attempts.length === 0
    ? "no attempt"
    : [plural(attempts.length, "attempt"), moneyOf(micros, unpriced), clock(ms)].join(" · ");

/** `2 attempts · 1:12`: what fits a box. */
export const briefOf = ({ attempts, ms }: PageTask): string =>
  attempts.length === 0 ? "no attempt" : `${plural(attempts.length, "attempt")} · ${clock(ms)}`;

/** An amount with what is not known of it said aloud. */
export function moneyOf(micros: number, unpriced: number): string {
  if (unpriced === 0) return dollars(micros);
  return micros === 0 ? "price unknown" : `${dollars(micros)} + unknown`;
}
