import type { Budget, Reservation, TaskBudget } from "./event.ts";

/** What a run has used and what its open model calls may still use. Units as in `Budget`. */
export interface Spending {
  micros: number;
  tokens: number;
  turns: number;
  attempts: number;
  /** Time owned by living processes, by the journal's clock. */
  wallMs: number;
  reservedMicros: number;
  reservedTokens: number;
  /** Model calls whose price is unknown. */
  unpriced: number;
}

export const nothingSpent = (): Spending => ({
  micros: 0,
  tokens: 0,
  turns: 0,
  attempts: 0,
  wallMs: 0,
  reservedMicros: 0,
  reservedTokens: 0,
  unpriced: 0,
});

/** The same of one task, over all its attempts and gradings. */
export interface TaskSpending {
  micros: number;
  tokens: number;
  /** Time in which an attempt was open and nobody was asked about it. */
  wallMs: number;
  reservedMicros: number;
  reservedTokens: number;
}

export const nothingSpentOnTask = (): TaskSpending => ({
  micros: 0,
  tokens: 0,
  wallMs: 0,
  reservedMicros: 0,
  reservedTokens: 0,
});

export const noTaskBudget: TaskBudget = { micros: null, tokens: null, wallMs: null };

export const noBudget: Budget = { micros: null, tokens: null, wallMs: null, turns: null, attempts: null };

const within = (used: number, ceiling: number | null): boolean => ceiling === null || used <= ceiling;

/** The first ceiling one more model call would break, null when it fits. */
export function refusedBy(budget: Budget, spent: Spending, next: Reservation): keyof Budget | null {
  if (!within(spent.micros + spent.reservedMicros + (next.micros ?? 0), budget.micros)) return "micros";
  if (!within(spent.tokens + spent.reservedTokens + next.input + next.output, budget.tokens)) return "tokens";
  if (!within(spent.turns + 1, budget.turns)) return "turns";
  if (!within(spent.wallMs, budget.wallMs)) return "wallMs";
  return null;
}

/** The first ceiling of a task that one more model call would break, null when it fits. */
export function refusedByTask(
  budget: TaskBudget,
  spent: TaskSpending,
  next: Reservation,
): keyof Budget | null {
  return refusedBy({ ...noBudget, ...budget }, { ...nothingSpent(), ...spent }, next);
}

/** Whether one more attempt may start. */
export const attemptFits = (budget: Budget, spent: Spending): boolean =>
  within(spent.attempts + 1, budget.attempts);

type Sums = Pick<Spending, "micros" | "tokens" | "reservedMicros" | "reservedTokens">;

export function reserve(spent: Sums, reserved: Reservation): void {
  spent.reservedMicros += reserved.micros ?? 0;
  spent.reservedTokens += reserved.input + reserved.output;
}

/** Turns a reservation into a charge. */
export function settle(spent: Sums, reserved: Reservation, charged: Reservation): void {
  spent.reservedMicros -= reserved.micros ?? 0;
  spent.reservedTokens -= reserved.input + reserved.output;
  spent.micros += charged.micros ?? 0;
  spent.tokens += charged.input + charged.output;
}
