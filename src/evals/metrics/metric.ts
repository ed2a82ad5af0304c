import type { z } from "zod";
import type { Mode } from "../mode.ts";

/** A number; null: there is none (nothing was perturbed, a price is unknown). Some metrics have several at once. */
export type Value = number | null | readonly Value[] | { readonly [key: string]: Value | string };

/** What a metric reads, by name, each as an example. */
export const forms = {
  gold: '{"gold": "Paris", "pred": "paris."}, gold perhaps a list of which the best counts',
  answer: '{"pred": "I cannot help with that."}',
  counts: '{"n": 10, "c": 3, "k": 1}',
  classes: '{"gold": ["yes", "no"], "pred": ["yes", "yes"], "labels": ["yes", "no"]}',
  confidence: '{"probs": [0.9, 0.6], "correct": [1, 0]}',
  scores: '{"scores": {"case 1": {"original": 0.9, "robustness:typos": 0.7}}, "metric": "f1_score"}',
  table: '{"columns": [{"name": "f1", "lower_is_better": false}], "rows": [[0.9], [0.7]]}',
  usage: '{"input": 120, "output": 30, "micros": 1500, "latency_ms": 812, "turns": 3}',
} as const;

/** All that a gate, a report or a shell must know of a metric, so that none of them knows one by name. */
export interface Metric {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  /** Which way is better; null: neither. */
  readonly direction: "higher" | "lower" | null;
  /** The least and the greatest value; null: no bound. */
  readonly range: readonly [number | null, number | null];
  /** What one value is: 0 or 1 (`rate`), a number on a scale (`score`), so much of something spent (`amount`). */
  readonly values: "rate" | "score" | "amount";
  readonly needs: keyof typeof forms;
  /** How one number is made of many items; `whole`: the metric itself reads all of them at once. */
  readonly aggregate: "mean" | "median" | "whole";
  /** Reads an input of the form it needs. @throws z.ZodError where it is of another */
  readonly value: (input: unknown, mode: Mode) => Value;
}

/** A metric whose input is read by a schema. */
export function metric<T>(
  input: z.ZodType<T>,
  about: Omit<Metric, "value">,
  value: (input: T, mode: Mode) => Value,
): Metric {
  return { ...about, value: (given, mode) => value(input.parse(given), mode) };
}
