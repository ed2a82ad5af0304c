import { meant } from "../../core/nearest.ts";
import type { Measure } from "../measure.ts";
import { metricNamed, metrics } from "../metrics/table.ts";
import type { Metric } from "../metrics/metric.ts";
import { qualityName } from "../suite/guards.ts";
import type { OwnMetric, SuiteSpec } from "../suite/spec.ts";
import { whyWhole, wholesIn } from "../suite/whole-spec.ts";
import { wholeFaults } from "./whole-faults.ts";

/** A measure of a suite, and what its numbers come from. */
type Source =
  | { readonly from: "metric"; readonly metric: Metric }
  /** What whoever made the answer measured: `Answered.measured`. */
  | { readonly from: "measured" }
  | { readonly from: "invalid" }
  | { readonly from: "command"; readonly spec: Extract<OwnMetric, { command: string }> }
  | { readonly from: "schema" }
  | { readonly from: "rubric"; readonly rubric: string };

export interface Sourced {
  readonly measure: Measure;
  readonly source: Source;
  /** It guards: an answer without it cannot be judged. */
  readonly guards: boolean;
}

/** Everything answers of a suite are scored by: its guards, its own metrics, what is always told, what it reports. */
export const measuresOf = (suite: SuiteSpec): readonly Measure[] =>
  sourcedMeasures(suite).map(({ measure }) => measure);

/** A line for each thing named in a suite that cannot be measured, or cannot gate: what, where, and what to do. */
export const measureFaults = (suite: SuiteSpec): readonly string[] => [
  ...settled(suite).filter((one) => typeof one === "string"),
  ...wholeFaults(suite, measuresOf(suite)),
];

export const sourcedMeasures = (suite: SuiteSpec): readonly Sourced[] =>
  settled(suite).filter((one) => typeof one !== "string");

const rubricMeasure = (rubric: string): string => `rubric:${rubric}`;

type Guard = NonNullable<SuiteSpec["guards"]>[string];

const guardedBy = ({ metric, rubric = "" }: Guard): string => metric ?? rubricMeasure(rubric);

/** What a report tells besides measures; each is made of one. */
const dimensions = ["robustness", "fairness", "calibration"];
const always = ["refusal", "invalid", "cost", "latency", "tokens"];

interface Wanted {
  readonly name: string;
  /** Where a person wrote it. */
  readonly at: string;
  readonly guards: boolean;
}

function settled(suite: SuiteSpec): readonly (Sourced | string)[] {
  const seen = new Set<string>();
  const first = wanted(suite).filter(({ name }) => seen.size < seen.add(name).size);
  return [...nameFaults(suite), ...first.map((one) => settle(suite, one))];
}

/** In the order in which they are told; guards first, so that what is said of one is said where it guards. */
function wanted(suite: SuiteSpec): readonly Wanted[] {
  const { guards, report } = suite;
  const wholes = wholesIn(suite);
  const whole = new Set(wholes.map(({ name }) => name));
  const quality = { name: qualityName(suite), at: "guards.quality", guards: guards === undefined };
  const named = Object.entries(guards ?? {}).map(([guard, spec]) => ({
    name: guardedBy(spec),
    at: `guards.${guard}`,
    guards: true,
  }));
  const isDefault = guards === undefined;
  return [
    ...named,
    ...(isDefault ? [quality] : []),
    ...Object.keys(suite.metrics)
      .filter((name) => !whole.has(name))
      .map((name) => ({ name, at: `metrics.${name}`, guards: false })),
    ...wholes.flatMap((one) =>
      "of" in one ? [{ name: one.of, at: `metrics.${one.name}.of`, guards: false }] : [],
    ),
    ...always.map((name) => ({
      name,
      at: "report",
      guards: isDefault && name !== "latency" && name !== "tokens",
    })),
    ...report
      .filter((name) => !dimensions.includes(name) && !whole.has(name))
      .map((name) => ({ name, at: "report", guards: false })),
    ...(isDefault || !report.some((name) => dimensions.includes(name)) ? [] : [{ ...quality, at: "report" }]),
  ];
}

/** A metric of one's own hides none that is built in. */
const nameFaults = ({ metrics: own }: SuiteSpec): readonly string[] =>
  Object.keys(own)
    .filter((name) => isTaken(name))
    .map((name) => `metrics.${name}: ${name} is built in: give your metric another name`);

const isTaken = (name: string): boolean =>
  metricNamed(name) !== undefined ||
  Object.hasOwn(measured, name) ||
  dimensions.includes(name) ||
  name === "invalid";

function settle(suite: SuiteSpec, { name, at, guards }: Wanted): Sourced | string {
  const why = whyWhole(suite, name);
  if (why !== null) return `${at}: ${why}`;
  const found = isTaken(name) ? builtIn(suite, name) : own(suite, name);
  if (found === null) {
    const known = [
      ...metrics.map((one) => one.name),
      ...Object.keys(measured),
      ...Object.keys(suite.metrics),
    ];
    return `${at}: there is no metric ${name}${meant(name, known)}: harness metric lists all, and metrics: adds your own`;
  }
  if (typeof found === "string") return `${at}: ${found}`;
  const { kind, range } = found.measure;
  if (guards && kind === "score" && range[1] === null)
    return `${at}: ${name} has no upper bound, so it cannot gate: name it in report, and guard by another`;
  return { ...found, guards };
}

type Found = Pick<Sourced, "measure" | "source">;

function builtIn(suite: SuiteSpec, name: string): Found | string {
  const metric = metricNamed(name);
  if (name === "invalid") return { measure: rate(name, "lower"), source: { from: "invalid" } };
  if (metric === undefined) return measuredOf(suite, name);
  if (metric.needs !== "gold" && metric.needs !== "answer" && metric.needs !== "usage") {
    const instead = metric.needs === "confidence" ? "report calibration" : "take a metric of one answer";
    return `${name} is made of all answers at once, so no answer has one: ${instead}`;
  }
  if (metric.needs === "gold" && suite.kind !== "prompt")
    return `${name} compares with expect, which cases of kind ${suite.kind} do not have: take another`;
  return { measure: measureOf(metric), source: { from: "metric", metric } };
}

function measureOf({ name, direction, range: [low, high], values }: Metric): Measure {
  const kind = values === "amount" ? "ratio" : values;
  return { name, kind, better: direction ?? "higher", range: [low ?? 0, high], judged: false };
}

const rate = (name: string, better: Measure["better"]): Measure => ({
  name,
  kind: "rate",
  better,
  range: [0, 1],
  judged: false,
});

interface Measured {
  readonly of: readonly SuiteSpec["kind"][];
  readonly measure: Measure;
}

/** What subjects measure themselves, by name. */
const measured: Readonly<Record<string, Measured>> = {
  met: { of: ["agent"], measure: rate("met", "higher") },
  agrees: { of: ["judge"], measure: rate("agrees", "higher") },
  attempts: {
    of: ["agent"],
    measure: { name: "attempts", kind: "ratio", better: "lower", range: [0, null], judged: false },
  },
  asked: {
    of: ["agent"],
    measure: { name: "asked", kind: "score", better: "lower", range: [0, null], judged: false },
  },
};

function measuredOf({ kind }: SuiteSpec, name: string): Found | string {
  const { of = [], measure = rate(name, "higher") } = measured[name] ?? {};
  if (of.includes(kind)) return { measure, source: { from: "measured" } };
  return `${name} is measured where a suite is of kind ${of.join(" or ")}, and this is of kind ${kind}: take another`;
}

function own({ metrics: owned, guards = {} }: SuiteSpec, name: string): Found | null {
  const spec = Object.hasOwn(owned, name) ? owned[name] : undefined;
  if (spec === undefined) {
    const rubric =
      Object.values(guards).find((guard) => guardedBy(guard) === name)?.rubric ?? rubricNamed(name);
    return rubric === null ? null : judged(name, rubric);
  }
  if ("rubric" in spec) return judged(name, spec.rubric);
  if ("schema" in spec) return { measure: rate(name, "higher"), source: { from: "schema" } };
  if ("pass_at" in spec) return null;
  const { better, range, rate: isRate } = spec;
  const measure = {
    name,
    kind: isRate ? ("rate" as const) : ("score" as const),
    better,
    range,
    judged: false,
  };
  return { measure, source: { from: "command", spec } };
}

/** `rubric:helpful`, as a report may name it. */
const rubricNamed = (name: string): string | null => /^rubric:([a-z0-9][a-z0-9_-]*)$/.exec(name)?.[1] ?? null;

const judged = (name: string, rubric: string): Found => ({
  measure: { name, kind: "score", better: "higher", range: [0, 1], judged: true },
  source: { from: "rubric", rubric },
});
