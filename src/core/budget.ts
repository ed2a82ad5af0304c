import type { Budget, Reservation } from "./event.ts";

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

/** Whether one more attempt may start. */
export const attemptFits = (budget: Budget, spent: Spending): boolean =>
  within(spent.attempts + 1, budget.attempts);

export function reserve(spent: Spending, reserved: Reservation): void {
  spent.turns += 1;
  spent.reservedMicros += reserved.micros ?? 0;
  spent.reservedTokens += reserved.input + reserved.output;
}

/** Turns a reservation into a charge. */
export function settle(spent: Spending, reserved: Reservation, charged: Reservation): void {
  spent.reservedMicros -= reserved.micros ?? 0;
  spent.reservedTokens -= reserved.input + reserved.output;
  spent.micros += charged.micros ?? 0;
  spent.tokens += charged.input + charged.output;
  if (charged.micros === null) spent.unpriced += 1;
}
