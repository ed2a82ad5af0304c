import type { Entry, Forecast } from "../event.ts";
import { threadParts } from "../id.ts";

/** What was forecast for the tasks of a plan, and what work on them and judging them took while the plan was in force. */
export interface PlanOutcome {
  readonly version: number;
  /** null: nobody said. */
  readonly forecast: Forecast | null;
  readonly tasks: number;
  readonly accepted: number;
  /** Of the calls whose price is known. */
  readonly micros: number;
  readonly unpriced: number;
  /** Input and output. */
  readonly tokens: number;
  /** `done`: all tasks are accepted; `left`: another plan took its place, or the run ended. */
  readonly status: "open" | "done" | "left";
}

/** Sees the entries of one run in order; tells how each plan that was adopted came out so far. */
export interface PlanOutcomeFold {
  see(entry: Entry): void;
  told(): readonly PlanOutcome[];
}

export function planOutcomeFold(): PlanOutcomeFold {
  const seen: Seen = { proposed: null, plans: [] };
  return { see: (entry) => note(entry, seen), told: () => seen.plans.map(outcome) };
}

interface Proposed {
  readonly forecast: Forecast | null;
  readonly tasks: ReadonlySet<string>;
}

interface Plan extends Proposed {
  readonly version: number;
  readonly accepted: Set<string>;
  micros: number;
  unpriced: number;
  tokens: number;
  isOver: boolean;
}

interface Seen {
  proposed: Proposed | null;
  readonly plans: Plan[];
}

function note(entry: Entry, seen: Seen): void {
  const plan = seen.plans.at(-1);
  switch (entry.type) {
    case "plan-proposed": {
      const { forecast, tasks } = entry.body;
      seen.proposed = { forecast, tasks: new Set(tasks.map(({ id }) => id)) };
      return;
    }
    case "plan-adopted":
      if (plan !== undefined) plan.isOver = true;
      seen.plans.push(newPlan(entry.body.version, seen.proposed));
      return;
    case "model-ended":
      if (plan === undefined || threadParts(entry.body.thread).task === null) return;
      plan.micros += entry.body.charged.micros ?? 0;
      plan.unpriced += entry.body.charged.micros === null ? 1 : 0;
      plan.tokens += entry.body.charged.input + entry.body.charged.output;
      return;
    case "task-accepted":
      if (plan?.tasks.has(entry.body.task) === true) plan.accepted.add(entry.body.task);
      return;
    case "run-ended":
      if (plan !== undefined) plan.isOver = true;
      return;
    default:
  }
}

const newPlan = (version: number, proposed: Proposed | null): Plan => ({
  version,
  forecast: proposed?.forecast ?? null,
  tasks: proposed?.tasks ?? new Set(),
  accepted: new Set(),
  micros: 0,
  unpriced: 0,
  tokens: 0,
  isOver: false,
});

const outcome = ({ tasks, accepted, isOver, ...plan }: Plan): PlanOutcome => ({
  ...plan,
  tasks: tasks.size,
  accepted: accepted.size,
  status: accepted.size === tasks.size ? "done" : isOver ? "left" : "open",
});
