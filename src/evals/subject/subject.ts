import type { Json } from "../../core/canonical.ts";
import type { Answered, Ask } from "../answer.ts";

/** Whoever answers: a prompt with a model, the whole loop, a judge. */
export interface Subject {
  /** All that determines the answer to this ask, but for the sample: model, parameters, the rendered request … */
  identity(ask: Ask): Promise<Json>;
  /** The most it can cost, in millionths of a US dollar; null: unknown. */
  ceiling(ask: Ask): Promise<number | null>;
  /**
   * `attempt`: from 1, the how manieth time it is asked, as what was lost before may have cost something. Never rejects for what a model or a provider does. @throws SubjectRefused where no later ask can do better */
  answer(ask: Ask, signal: AbortSignal, attempt?: number): Promise<Answered>;
  /** How many outages it waited out by itself until now; none where it cannot say. */
  readonly waitedOut?: () => number;
}

/** What makes every further ask useless: a key that is refused, a script without an answer. One line, with what to do. */
export class SubjectRefused extends Error {
  override readonly name = "SubjectRefused";
}

/** Of an ask that nobody answered: an outage costs nothing unless said. */
export const unanswered = (outcome: "error" | "outage", why: string): Answered => ({
  outcome,
  why,
  text: "",
  output: null,
  stop: null,
  usage: null,
  micros: outcome === "outage" ? 0 : null,
  latencyMs: 0,
  turns: 0,
  served: null,
  logprobs: null,
  confidence: null,
  measured: {},
});
