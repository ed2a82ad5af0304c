import type { Forecast } from "../report/opening.ts";
import type { Settled } from "./settle.ts";
import type { ReportHead } from "./stored-reports.ts";

/** How many answers there will be, and what they will cost and take if they are like those of earlier evaluations. */
export function forecastOf(settled: Settled, earlier: readonly ReportHead[]): Forecast {
  const { items, arms, forms, gate, suite, mode } = settled;
  const sides = Object.keys(arms).length;
  const inForms = items.length * forms.length * (arms.baseline === undefined ? 1 : 2);
  const upTo = (looks: number | undefined): number => items.length * sides * (looks ?? 0) + inForms;
  const answers = [upTo(gate.looks[0]), upTo(mode === "smoke" ? gate.looks[0] : gate.looks.at(-1))] as const;
  const before = earlier.find((one) => one.suite === suite.name && one.answers > 0);
  const times = (each: number | null): readonly [number, number] | null =>
    each === null ? null : [answers[0] * each, answers[1] * each];
  return {
    answers,
    micros: times(before?.micros == null ? null : before.micros / before.answers),
    ms: times(before === undefined ? null : before.wallMs / before.answers),
    decided: null,
  };
}
