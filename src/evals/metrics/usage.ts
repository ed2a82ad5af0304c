import { z } from "zod";
import { metric } from "./metric.ts";
import type { Metric } from "./metric.ts";

/** As `Usage` of `core/model.ts`: what came from a cache or went into it is part of `input`. */
const size = z.number().min(0).nullable();
const known = size.optional();

/** What an item took. Lower is better; what is not known (a model without a price) is null, never 0. */
export const usageMetrics: readonly Metric[] = [
  ofUsage(
    "tokens",
    "tokens in and out",
    "mean",
    z.object({ input: size, output: size }),
    ({ input, output }) => (input === null || output === null ? null : input + output),
  ),
  ofUsage(
    "input_tokens",
    "tokens in, those from a cache among them",
    "mean",
    z.object({ input: size }),
    ({ input }) => input,
  ),
  ofUsage("output_tokens", "tokens out", "mean", z.object({ output: size }), ({ output }) => output),
  ofUsage("cost", "US dollars, of micros", "median", z.object({ micros: known }), ({ micros }) =>
    micros == null ? null : micros / 1e6,
  ),
  ofUsage(
    "latency",
    "milliseconds from the request to its last word",
    "median",
    z.object({ latency_ms: known }),
    (spent) => spent.latency_ms ?? null,
  ),
  ofUsage(
    "turns",
    "model calls of an agent",
    "mean",
    z.object({ turns: known }),
    ({ turns }) => turns ?? null,
  ),
];

function ofUsage<T>(
  name: string,
  about: string,
  aggregate: Metric["aggregate"],
  input: z.ZodType<T>,
  value: (spent: T) => number | null,
): Metric {
  return metric(
    input,
    { name, about, direction: "lower", range: [0, null], values: "amount", needs: "usage", aggregate },
    value,
  );
}
