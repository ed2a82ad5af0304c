import { chancesOf } from "../../evals/gate/plan/plan.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import { qualityName } from "../../evals/suite/guards.ts";
import { assumedGuards } from "../../evals/suite/plan/assumed.ts";
import { assumptionsFrom } from "../../evals/suite/plan/measured.ts";
import type { Forecast } from "../report/opening.ts";
import type { Settled } from "./settle.ts";
import type { ReportHead } from "./stored-reports.ts";

/**
 * How many answers there will be; what they will cost and take if they are like those of earlier evaluations, and by when
 * the gate then decides.
 */
export function forecastOf(
  settled: Settled,
  earlier: readonly ReportHead[],
  reports: readonly StoredReport[],
): Forecast {
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
    decided: mode === "smoke" || arms.baseline === undefined ? null : decidedBy(settled, reports),
  };
}

/** The guard that is decided last if both arms are equal: by the first look that is likely enough, else by the last. */
function decidedBy(
  { gate, items, suite, arms }: Settled,
  reports: readonly StoredReport[],
): Forecast["decided"] {
  const measured = assumptionsFrom(reports, gate, arms.baseline?.digest ?? null);
  const assumed = assumedGuards(gate, measured, {}, qualityName(suite.spec));
  if (Object.values(assumed).some(({ ground }) => ground !== "measured")) return null;
  const clusters = new Set(items.map(({ cluster }) => cluster)).size;
  const looks = chancesOf(
    gate,
    { items: items.length, clusters, alike: clusters === items.length ? 0 : (measured.alike ?? 0) },
    {
      guards: Object.fromEntries(Object.entries(assumed).map(([name, one]) => [name, one.assumption])),
      againstBest: arms.best !== undefined,
    },
  );
  const look = looks.find(({ chance }) => chance >= gate.power) ?? looks.at(-1);
  const [last] = Object.entries(look?.guards ?? {}).toSorted(([, a], [, b]) => a - b);
  return look === undefined || last === undefined
    ? null
    : { guard: last[0], look: look.answers, chance: look.chance };
}
