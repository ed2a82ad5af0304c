import { meant } from "../../core/nearest.ts";
import { GateFault } from "../gate/decide.ts";
import { gateSpec } from "../gate/spec.ts";
import type { GateSpec, GateText } from "../gate/spec.ts";
import type { Measure } from "../measure.ts";
import { metrics } from "../metrics/table.ts";
import { guardsOf, measureName } from "./guards.ts";
import type { SuiteGuard, SuiteSpec } from "./spec.ts";
import { whyWhole, wholesIn } from "./whole-spec.ts";

/** What is wrong with a suite, where it is written, in words that say what to do. */
interface SuiteFault {
  readonly path: readonly (string | number)[];
  readonly what: string;
}

/** The gate that a suite asks for. @throws GateFault with everything for which there is none */
export function gateOf(spec: SuiteSpec, measures: readonly Measure[]): GateSpec {
  const { gate, faults } = settleGate(spec, measures);
  if (gate !== null) return gate;
  throw new GateFault(faults.map(({ path, what }) => `${path.join(".")}: ${what}`));
}

interface SettledGate {
  /** null: there are faults. */
  readonly gate: GateSpec | null;
  readonly faults: readonly SuiteFault[];
}

/** The same, with each fault by its place in `suite.yaml`. @param measures of the suite: what its answers are scored by */
export function settleGate(spec: SuiteSpec, measures: readonly Measure[]): SettledGate {
  const byName = new Map(measures.map((one) => [one.name, one]));
  const guards = guardsOf(spec);
  const faults = [
    ...nameFaults(spec, byName),
    ...Object.entries(guards).flatMap(([name, guard]) => {
      const why = whyWhole(spec, measureName(guard));
      if (why !== null) return [{ path: ["guards", name, "metric"], what: why }];
      return guardFaults(name, guard, byName);
    }),
    ...namingFaults(spec, guards),
    ...lookFaults(spec),
  ];
  if (faults.length > 0) return { gate: null, faults };
  const { primary, alpha, power, least_df, best_ever, on_error, samples } = spec;
  const texts = Object.fromEntries(
    Object.entries(guards).map(([name, guard]) => [name, guardText(guard, byName)]),
  );
  const { looks } = samples;
  const gate = gateSpec.parse({ guards: texts, primary, alpha, power, least_df, best_ever, on_error, looks });
  return { gate, faults };
}

function guardText(guard: SuiteGuard, byName: ReadonlyMap<string, Measure>): GateText["guards"][string] {
  const { floor, margin = 0, ratio = 0 } = guard;
  const { name: metric, kind, better, range, judged } = byName.get(measureName(guard)) as Measure;
  const shared = { metric, better, judged, ...(floor === undefined ? {} : { floor }) };
  if (kind === "ratio") return { ...shared, kind, ratio };
  if (kind === "rate") return { ...shared, kind, margin };
  return { ...shared, kind, margin, range: [range[0], range[1] ?? range[0]] };
}

function guardFaults(
  name: string,
  guard: SuiteGuard,
  byName: ReadonlyMap<string, Measure>,
): readonly SuiteFault[] {
  const measure = byName.get(measureName(guard));
  const at = (key: string, what: string): SuiteFault => ({ path: ["guards", name, key], what });
  if (measure === undefined) return [unknownMetric(name, guard, byName)];
  if (measure.kind === "ratio") return ratioFaults(guard, measure).map(([key, what]) => at(key, what));
  return marginFaults(guard, measure).map(([key, what]) => at(key, what));
}

type Told = readonly [key: string, what: string];

function unknownMetric(name: string, guard: SuiteGuard, byName: ReadonlyMap<string, Measure>): SuiteFault {
  const said = measureName(guard);
  if (guard.rubric !== undefined)
    return { path: ["guards", name, "rubric"], what: `no answer is scored by the rubric ${guard.rubric}` };
  const isKnown = metrics.some((one) => one.name === said);
  const words = [...byName.keys(), ...metrics.map((one) => one.name)];
  const what = isKnown
    ? `answers to cases of this kind have no ${said}; name one they have (${[...byName.keys()].join(", ")})`
    : `there is no metric ${JSON.stringify(said)}${meant(said, words) || "; harness metric lists all"}`;
  return { path: ["guards", name, "metric"], what };
}

function ratioFaults({ margin, floor }: SuiteGuard, { name }: Measure): readonly Told[] {
  return [
    ...(margin === undefined
      ? []
      : [["margin", `${name} is an amount; give a ratio, like ratio: 1.15`] as const]),
    ...(floor === undefined || floor > 0
      ? []
      : [["floor", "an amount is above 0; give such a floor"] as const]),
  ];
}

function marginFaults({ margin, ratio, floor }: SuiteGuard, measure: Measure): readonly Told[] {
  const { name, kind } = measure;
  const [low, high] = measure.range;
  if (high === null)
    return [["metric", `${name} has no upper bound, so an error has no worst; put it under report`]];
  const is = kind === "rate" ? "a rate: each answer is 0 or 1" : `a score from ${low} to ${high}`;
  const found: Told[] = [];
  if (ratio !== undefined)
    found.push(["ratio", `${name} is ${is}; give a margin, like margin: ${(high - low) / 20}`]);
  if (margin !== undefined && margin >= high - low)
    found.push([
      "margin",
      `${name} is ${is}; a margin of ${margin} lets everything pass, give one below ${high - low}`,
    ]);
  if (floor !== undefined && (floor < low || floor > high))
    found.push(["floor", `${name} is ${is}; a floor of ${floor} is not within that`]);
  return found;
}

/** Guards that are named and not there. */
function namingFaults(
  { guards: written, primary, best_ever }: SuiteSpec,
  guards: Readonly<Record<string, SuiteGuard>>,
): readonly SuiteFault[] {
  const names = Object.keys(guards);
  const isUnknown = (name: string): boolean => !Object.hasOwn(guards, name);
  const unknown = (path: SuiteFault["path"], name: string): SuiteFault => ({
    path,
    what: `there is no guard ${JSON.stringify(name)}${meant(name, names) || `; there are ${names.join(", ")}`}`,
  });
  return [
    ...(written !== undefined && names.length === 0
      ? [{ path: ["guards"], what: "no guard is named; name one, or take the key out for the usual four" }]
      : []),
    ...(primary !== undefined && isUnknown(primary.guard)
      ? [unknown(["primary", "guard"], primary.guard)]
      : []),
    ...(best_ever.guards ?? []).flatMap((name, index) =>
      isUnknown(name) ? [unknown(["best_ever", "guards", index], name)] : [],
    ),
  ];
}

/** What `report` may name besides metrics. */
const concerns = ["robustness", "fairness", "calibration"];

function nameFaults(spec: SuiteSpec, byName: ReadonlyMap<string, Measure>): readonly SuiteFault[] {
  const builtIn = new Set([...metrics.map((one) => one.name), "invalid", "met", "agrees"]);
  const known = [...concerns, ...byName.keys(), ...wholesIn(spec).map(({ name }) => name)];
  return [
    ...Object.keys(spec.metrics)
      .filter((name) => builtIn.has(name))
      .map((name) => ({ path: ["metrics", name], what: `${name} is built in; give yours another name` })),
    ...spec.report.flatMap((name, index): SuiteFault[] => {
      if (known.includes(name)) return [];
      const all = [...known, ...builtIn];
      const what =
        whyWhole(spec, name) ??
        (builtIn.has(name) ? `answers to cases of this kind have no ${name}; take it out` : null);
      const other = `there is no metric ${JSON.stringify(name)}${meant(name, all) || "; harness metric lists all"}`;
      return [{ path: ["report", index], what: what ?? other }];
    }),
  ];
}

function lookFaults({ samples: { looks } }: SuiteSpec): readonly SuiteFault[] {
  const at = looks.findIndex((look, index) => look <= (looks[index - 1] ?? 0));
  if (at === -1) return [];
  const sorted = [...new Set(looks)].toSorted((a, b) => a - b).join(", ");
  return [{ path: ["samples", "looks", at], what: `looks must grow; write [${sorted}]` }];
}
