import type { Answered, Ask } from "../answer.ts";
import type { Score } from "../gate/item.ts";
import type { Measure } from "../measure.ts";
import type { SuiteSpec } from "../suite/spec.ts";
import { invalidGauge, measuredGauge, metricGauge } from "./built-in.ts";
import type { Fits } from "./built-in.ts";
import type { Gauge, Reading } from "./gauge.ts";
import { sourcedMeasures } from "./measures.ts";
import type { Sourced } from "./measures.ts";
import { commandGauge, schemaGauge } from "./own.ts";
import type { Commands } from "./own.ts";

export interface Scored {
  /** By measure. A number that is not known and guards nothing is not there. */
  readonly scores: Readonly<Record<string, Score>>;
  /** What is behind a score, for people, by measure; of those that have more to say. */
  readonly whys: Readonly<Record<string, string>>;
  /** What scoring cost in micros, as judges do; null: unknown. */
  readonly micros: number | null;
}

export interface Scorer {
  readonly measures: readonly Measure[];
  /** Always the same for the same answer, but for judges and commands. @throws the reason of `signal` when it aborts */
  score(ask: Ask, answered: Answered, signal: AbortSignal): Promise<Scored>;
}

export interface ScoringPorts {
  readonly fits: Fits;
  readonly commands: Commands;
  /** JSON Schemas of the suite's metrics, by the metric's name. */
  readonly schemas: Readonly<Record<string, unknown>>;
  /** Scores by a rubric of this name. */
  readonly judge: (rubric: string) => Gauge;
}

/** Scores answers of a suite of which `scoringFaults` says nothing. */
export function scorerFor(suite: SuiteSpec, ports: ScoringPorts): Scorer {
  const gauges = sourcedMeasures(suite).map((one) => ({ ...one, read: gaugeOf(one, ports) }));
  return {
    measures: gauges.map(({ measure }) => measure),
    score: async (ask, answered, signal) => {
      if (answered.outcome !== "complete") return lost(gauges, answered.outcome, answered.why);
      const readings = await Promise.all(
        gauges.map(async ({ read, ...one }) => [one, await read(ask, answered, signal)] as const),
      );
      return scoredOf(readings);
    },
  };
}

function gaugeOf({ source, measure: { name } }: Sourced, ports: ScoringPorts): Gauge {
  switch (source.from) {
    case "metric":
      return metricGauge(source.metric);
    case "measured":
      return measuredGauge(name);
    case "invalid":
      return invalidGauge(ports.fits);
    case "command":
      return commandGauge(source.spec, ports.commands);
    case "schema":
      return schemaGauge(ports.schemas[name]);
    case "rubric":
      return ports.judge(source.rubric);
  }
}

/** An answer that is none has no number of any measure: the gate counts errors as the worst. */
const lost = (all: readonly Sourced[], outcome: "error" | "outage", why: string | null): Scored => ({
  scores: Object.fromEntries(all.map(({ measure }) => [measure.name, outcome])),
  whys: why === null ? {} : Object.fromEntries(all.map(({ measure }) => [measure.name, why])),
  micros: 0,
});

/** Of a measure that guards, a number that nobody knows is an outage: it must not decide either way. */
function scoredOf(readings: readonly (readonly [Sourced, Reading])[]): Scored {
  const scores: Record<string, Score> = {};
  const whys: Record<string, string> = {};
  let micros: number | null = 0;
  for (const [{ measure, guards }, { score, why, micros: cost = 0 }] of readings) {
    if (score !== null || guards) scores[measure.name] = score ?? "outage";
    if (why !== undefined && (score !== null || guards)) whys[measure.name] = why;
    micros = micros === null || cost === null ? null : micros + cost;
  }
  return { scores, whys, micros };
}
