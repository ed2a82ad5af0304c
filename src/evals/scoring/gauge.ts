import type { Answered, Ask } from "../answer.ts";
import type { Score } from "../gate/item.ts";

/** What one measure says of one answer. */
export interface Reading {
  /** null: there is none, as the model has no price or the provider did not count. */
  readonly score: Score | null;
  /** For people: what is behind it, like a judge's explanations, or why it is an outage. */
  readonly why?: string;
  /** What taking it cost, in micros; null: unknown. Nothing unless said. */
  readonly micros?: number | null;
}

/** Reads an answer that is complete. @throws the reason of `signal` when it aborts */
export type Gauge = (ask: Ask, answered: Answered, signal: AbortSignal) => Reading | Promise<Reading>;
