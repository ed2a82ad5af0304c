import { meant } from "../../core/nearest.ts";
import type { Item } from "../suite/case.ts";
import type { SuiteSpec } from "../suite/spec.ts";
import { classFault, wholesIn } from "../suite/whole-spec.ts";
import { formFaults } from "./forms.ts";
import { measureFaults, sourcedMeasures } from "./measures.ts";

/** A model that is asked, as far as scoring must know it. */
interface AskedModel {
  readonly name: string;
  /** It has a price in the table or in `prices` of `harness.yaml`. */
  readonly priced: boolean;
  /** It gives the logarithms of its tokens when asked. */
  readonly logprobs: boolean;
}

export interface Scoring {
  readonly items: readonly Item[];
  /** Of the arms. */
  readonly models: readonly AskedModel[];
  /** Rubrics that are there, by name. */
  readonly rubrics: readonly string[];
  /** Why a schema of the suite's metrics cannot be used, by the metric's name. */
  readonly badSchemas?: Readonly<Record<string, string>>;
  /** The model that judges; null: none is named. */
  readonly judge: string | null;
}

/** Everything for which answers to this suite cannot be scored, a line each: what, where, and what to do. */
export const scoringFaults = (suite: SuiteSpec, scoring: Scoring): readonly string[] => [
  ...measureFaults(suite),
  ...formFaults(suite),
  ...variableFaults(suite, scoring.items),
  ...expectFaults(suite, scoring.items),
  ...classFaults(suite, scoring.items),
  ...priceFaults(suite, scoring.models),
  ...logprobFaults(suite, scoring.models),
  ...Object.entries(scoring.badSchemas ?? {}).map(([name, why]) => `metrics.${name}.schema: ${why}`),
  ...judgeFaults(suite, scoring),
];

/** What a person should know though it stops nothing, a line each. */
export function scoringWarnings(suite: SuiteSpec, { models, judge }: Scoring): readonly string[] {
  const own = models.find(({ name }) => name === judge);
  return own === undefined || rubricsOf(suite).length === 0
    ? []
    : [`${own.name} judges its own answers, which models like too well: name another as judge.model`];
}

/** The rubrics answers of a suite are judged by. */
export const rubricsOf = (suite: SuiteSpec): readonly string[] => [
  ...new Set(
    sourcedMeasures(suite).flatMap(({ source }) => (source.from === "rubric" ? [source.rubric] : [])),
  ),
];

function variableFaults(
  { perturb: { variables = [] } }: SuiteSpec,
  items: readonly Item[],
): readonly string[] {
  const known = new Set(items.flatMap((item) => ("vars" in item.case ? Object.keys(item.case.vars) : [])));
  return variables
    .filter((name) => !known.has(name))
    .map(
      (name) => `perturb.variables: no case has a variable ${name}${meant(name, known) || "; leave it out"}`,
    );
}

function expectFaults(suite: SuiteSpec, items: readonly Item[]): readonly string[] {
  const passing = new Set(wholesIn(suite).flatMap((one) => ("of" in one ? [one.of] : [])));
  const comparing = sourcedMeasures(suite).filter(
    ({ source, guards, measure }) =>
      (guards || passing.has(measure.name)) && source.from === "metric" && source.metric.needs === "gold",
  );
  const [first, ...more] = items.filter(
    ({ case: one }) => "vars" in one && !("answer" in one) && one.expect === undefined,
  );
  if (first === undefined) return [];
  const count = more.length === 0 ? "" : ` and ${more.length} more`;
  return comparing.map(
    ({ measure }) =>
      `case ${first.case.id}${count}: no expect, with which ${measure.name} compares: give each one, or ${guardsBy(suite, measure.name) ? "guard by" : "take"} another metric`,
  );
}

function classFaults(suite: SuiteSpec, items: readonly Item[]): readonly string[] {
  const wanted = wholesIn(suite).flatMap((one) => ("f1" in one ? [one.name] : []));
  if (wanted.length === 0 || suite.kind !== "prompt") return [];
  const bad = items.flatMap(({ case: one }) => {
    const what = classFault(one);
    return what === null ? [] : [{ id: one.id, what }];
  });
  const [first, ...more] = bad;
  if (first === undefined) return [];
  const count = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return [`case ${first.id}: ${first.what}${count}: mend it, or take ${wanted.join(", ")} out of report`];
}

const guardsBy = (suite: SuiteSpec, name: string): boolean =>
  sourcedMeasures(suite).some(({ measure, guards }) => guards && measure.name === name);

function priceFaults(suite: SuiteSpec, models: readonly AskedModel[]): readonly string[] {
  if (!guardsBy(suite, "cost")) return [];
  const unpriced = new Set(models.filter(({ priced }) => !priced).map(({ name }) => name));
  return [...unpriced].map(
    (name) =>
      `${name} has no price, so cost cannot guard: give it one under prices in harness.yaml, or name the guards`,
  );
}

function logprobFaults({ confidence, report }: SuiteSpec, models: readonly AskedModel[]): readonly string[] {
  if (confidence !== "logprobs" || !report.includes("calibration")) return [];
  const without = new Set(models.filter(({ logprobs }) => !logprobs).map(({ name }) => name));
  return [...without].map(
    (name) => `${name} tells no logprobs: write confidence: agreement or verbalised in suite.yaml`,
  );
}

function judgeFaults(suite: SuiteSpec, { rubrics, judge }: Scoring): readonly string[] {
  const used = rubricsOf(suite);
  if (used.length === 0) return [];
  const missing = used.filter((name) => !rubrics.includes(name));
  const tested = ["prompt:judge", ...used.map((name) => `rubric:${name}`)].includes(suite.target);
  return [
    ...missing.map((name) => `rubric ${name}: there is no rubrics/${name}.yaml: write it, or name another`),
    ...(judge === null ? ["no model judges: name one as judge.model in suite.yaml"] : []),
    ...(tested
      ? [`target: ${suite.target} judges the answers of this suite: evaluate it with a suite of kind judge`]
      : []),
  ];
}
