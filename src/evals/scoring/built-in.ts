import type { Json } from "../../core/canonical.ts";
import type { Answered, Arm } from "../answer.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Case } from "../suite/case.ts";
import type { Gauge } from "./gauge.ts";

/** A metric of the table, its input built of case and answer. */
export function metricGauge(metric: Metric): Gauge {
  return ({ item }, answered) => {
    const input = inputOf(metric.needs, item.case, answered);
    if (input === null) return { score: null, why: "the case has no expect" };
    const value = metric.value(input, "strict");
    return typeof value === "number" ? { score: value } : { score: null, why: "it is not known" };
  };
}

/** Whoever made the answer measured it. */
export const measuredGauge =
  (name: string): Gauge =>
  (_, { measured }) => {
    const score = measured[name];
    return score === undefined ? { score: null, why: `no ${name} was measured` } : { score };
  };

/**
 * Why an answer of that arm does not fit what its prompt says of its output; null: it fits, or the prompt says nothing.
 * `output` is null unless a finishing call had arguments.
 */
export type Fits = (arm: Arm, text: string, output: Json) => string | null;

/** 1 where nobody could use the answer: it is empty, was cut off, does not fit; or its run ended so. */
export const invalidGauge =
  (fits: Fits): Gauge =>
  ({ arm }, answered) => {
    const why = whyInvalid(answered, (text, output) => fits(arm, text, output));
    return why === null ? { score: 0 } : { score: 1, why };
  };

const cutOff: ReadonlySet<string | null> = new Set(["length", "context-full"]);

function whyInvalid(
  { text, output, stop, measured }: Answered,
  misfit: (text: string, output: Json) => string | null,
): string | null {
  if (measured["invalid"] !== undefined) return measured["invalid"] > 0 ? "its run ended invalid" : null;
  // It is a refusal, however little or much a provider lets stand of it.
  if (stop === "refusal") return null;
  if (cutOff.has(stop)) return `it was cut off: ${stop}`;
  if (text.trim() === "" && output === null) return "it is empty";
  return misfit(text, output);
}

function inputOf(needs: Metric["needs"], asked: Case, { text, stop, usage, ...rest }: Answered): unknown {
  switch (needs) {
    case "gold":
      return "expect" in asked && asked.expect !== undefined ? { gold: asked.expect, pred: text } : null;
    case "answer":
      return { pred: text, stop };
    case "usage":
      return {
        input: usage?.input ?? null,
        output: usage?.output ?? null,
        micros: rest.micros,
        latency_ms: rest.latencyMs,
        turns: rest.turns,
      };
    default:
      throw new Error(`a metric of one answer does not need ${needs}`);
  }
}
