import type { Budget } from "../../core/event.ts";
import { clock, dollars } from "./words.ts";

/** `$8.00, 2:00:00 at work`, or that there is none. */
export function readableBudget(budget: Budget): string {
  const parts = [
    budget.micros === null ? null : dollars(budget.micros),
    budget.tokens === null ? null : `${budget.tokens} tokens`,
    budget.wallMs === null ? null : `${clock(budget.wallMs)} at work`,
    budget.turns === null ? null : `${budget.turns} turns`,
    budget.attempts === null ? null : `${budget.attempts} attempts`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "none (set budget: { money: 5 } or --budget 5)" : parts.join(", ");
}
