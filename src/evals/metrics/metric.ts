import type { z } from "zod";
import type { Mode } from "../mode.ts";

/** A number; null: there is none (nothing was perturbed, a price is unknown). Some metrics have several at once. */
export type Value = number | null | readonly Value[] | { readonly [key: string]: Value | string };

/** What a metric reads. `gold`: an answer and what it should be; `confidence`: how sure and whether right, of all items. */
type Need = "gold" | "answer" | "counts" | "classes" | "confidence" | "scores" | "usage";

/** All that a gate, a report or a shell must know of a metric, so that none of them knows one by name. */
export interface Metric {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  /** Which way is better; null: neither. */
  readonly direction: "higher" | "lower" | null;
  /** The least and the greatest value; null: no bound. */
  readonly range: readonly [number | null, number | null];
  readonly needs: Need;
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
