import { z } from "zod";
import { digest } from "../core/id.ts";
import type { Item } from "./suite/case.ts";

/** Whose answer: the version that is evaluated, production, the best version ever. */
export const arms = ["candidate", "baseline", "best"] as const;
export type Arm = (typeof arms)[number];

/** One answer that is wanted. */
export interface Ask {
  readonly arm: Arm;
  readonly item: Item;
  /** From 1. */
  readonly sample: number;
  /** The perturbation in whose form the case is put; null: as it is written. */
  readonly form: string | null;
}

const usage = z.strictObject({
  input: z.int().min(0),
  output: z.int().min(0),
  cacheRead: z.int().min(0),
  cacheWrite: z.int().min(0),
});

/**
 * What became of it, as it is stored. `error`: the model answered in a way that is no answer, or took too long: counts as
 * the worst. `outage`: nobody knows, as the provider did not answer: is asked again.
 */
export const answered = z.strictObject({
  outcome: z.enum(["complete", "error", "outage"]),
  /** Of an error or outage, one line. */
  why: z.string().nullable(),
  text: z.string(),
  /** Arguments of its finishing call, where there is one; or what an agent left (`{"path": "content"}`). */
  output: z.json(),
  stop: z.string().nullable(),
  usage: usage.nullable(),
  /** Millionths of a US dollar; null: the model has no price. */
  micros: z.int().min(0).nullable(),
  latencyMs: z.number().min(0),
  turns: z.int().min(0),
  /** The model id the provider says it served. */
  served: z.string().nullable(),
  /** Natural logarithms by token, where the provider gives them. */
  logprobs: z.array(z.number()).nullable(),
  /** From 0 to 1, where whoever answered said how sure it is. */
  confidence: z.number().min(0).max(1).nullable(),
  /** What was measured while it was made: `met` of an agent's goal, `agrees` of a judge; by metric. */
  measured: z.record(z.string(), z.number()),
});
export type Answered = z.infer<typeof answered>;

const score = z.union([z.number(), z.literal("error"), z.literal("outage")]);

/** An answer with its scores, by metric. */
export const scoredAnswer = z.strictObject({
  case: z.string(),
  arm: z.enum(arms),
  sample: z.int().positive(),
  form: z.string().nullable(),
  key: digest,
  /** It came from an earlier evaluation. */
  reused: z.boolean(),
  answered,
  scores: z.record(z.string(), score),
  /** What is behind a score, for people, by metric: a judge's explanations, or why it is none. */
  whys: z.record(z.string(), z.string()).optional(),
});
export type ScoredAnswer = z.infer<typeof scoredAnswer>;
