import type { Measure } from "../measure.ts";
import type { SuiteSpec } from "../suite/spec.ts";
import { wholesIn } from "../suite/whole-spec.ts";
import type { WholeSpec } from "../suite/whole-spec.ts";

/** Why a metric of all answers at once could never be told, a line each. @param measures of the suite's answers */
export function wholeFaults(suite: SuiteSpec, measures: readonly Measure[]): readonly string[] {
  const known = new Map(measures.map((one) => [one.name, one]));
  return wholesIn(suite).flatMap((one) =>
    "pass_at" in one ? passFaults(suite, one, known) : f1Faults(suite, one.name),
  );
}

/** What an answer passes must be 0 or 1; of a name that is no measure something is said already. */
function passFaults(
  { samples: { looks } }: SuiteSpec,
  { name, pass_at: k, of }: Extract<WholeSpec, { pass_at: number }>,
  known: ReadonlyMap<string, Measure>,
): readonly string[] {
  const measure = known.get(of);
  const rates = [...known.values()].filter(({ kind }) => kind === "rate").map((one) => one.name);
  const most = Math.max(...looks);
  return [
    ...(measure === undefined || measure.kind === "rate"
      ? []
      : [
          `metrics.${name}.of: ${of} is no rate, so it does not say whether an answer passes: name one that is 0 or 1 (${rates.join(", ")})`,
        ]),
    ...(k <= most
      ? []
      : [
          `metrics.${name}.pass_at: it takes ${k} answers to each case, and samples.looks ends at ${most}: lower it, or plan a look of ${k}`,
        ]),
  ];
}

const f1Faults = ({ kind }: SuiteSpec, name: string): readonly string[] =>
  kind === "prompt"
    ? []
    : [`report: ${name} compares with expect, which cases of kind ${kind} do not have: take it out`];
