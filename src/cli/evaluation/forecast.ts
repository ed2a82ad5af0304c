import { chancesOf } from "../../evals/gate/plan/plan.ts";
import type { Report, StoredReport } from "../../evals/report/report.ts";
import { qualityName } from "../../evals/suite/guards.ts";
import { assumedGuards } from "../../evals/suite/plan/assumed.ts";
import { assumptionsFrom } from "../../evals/suite/plan/measured.ts";
import type { Outlook } from "../../evals/runner/outlook.ts";
import type { Forecast } from "../report/opening.ts";
import type { Settled } from "./settle.ts";

/**
 * How many answers there will be, and how many of them must be asked for; what those will cost and take if they are like those
 * of earlier evaluations, and by when the gate then decides.
 * @param before what was found of this very evaluation until now
 */
export function forecastOf(
  settled: Settled,
  outlook: readonly Outlook[],
  before: Report | null,
  reports: readonly StoredReport[],
): Forecast {
  const { arms, mode } = settled;
  const [first, last] = comingLooks(outlook, before);
  const range = (of: (look: Outlook) => number): readonly [number, number] =>
    [first, last].map((at) => of(outlook[at] ?? noLook)) as [number, number];
  const toAsk = range((look) => look.toAsk);
  const each = eachOf(reports);
  const times = (one: number | null): readonly [number, number] | null =>
    one === null ? null : [toAsk[0] * one, toAsk[1] * one];
  return {
    answers: range((look) => look.answers),
    toAsk,
    looks: [first + 1, last + 1],
    micros: times(each.micros),
    ms: times(each.ms),
    decided:
      mode === "smoke" || arms.baseline === undefined || toAsk[1] === 0 ? null : decidedBy(settled, reports),
  };
}

const noLook: Outlook = { samples: 0, answers: 0, toAsk: 0 };

/** The look that may be the last, and the one that is: where it was at work before, none that it went on from. */
function comingLooks(outlook: readonly Outlook[], before: Report | null): readonly [number, number] {
  const last = outlook.length - 1;
  if (before === null || before.looks.length === 0) return [0, last];
  const { decision, looks } = before;
  const isOpen = decision?.verdict === "INCONCLUSIVE" && decision.next !== null;
  return isOpen ? [Math.min(looks.length, last), last] : [looks.length - 1, looks.length - 1];
}

/** What one answer cost and took that was asked for; null: nobody knows. */
function eachOf(reports: readonly StoredReport[]): {
  readonly micros: number | null;
  readonly ms: number | null;
} {
  for (const { answers, looks } of reports) {
    const look = looks.at(-1);
    // Arms that say the very same to a model ask it once.
    const asked = new Map(answers.flatMap((one) => (one.reused ? [] : [[one.key, one.answered]])));
    if (look === undefined || asked.size === 0) continue;
    const own = [...asked.values()].reduce((sum, { micros }) => sum + (micros ?? 0), 0);
    // With what judges were paid; where a look was begun and not ended, at least with what its answers cost.
    const micros = look.micros === null ? null : Math.max(look.micros, own) / asked.size;
    return { micros, ms: look.wallMs / asked.size };
  }
  return { micros: null, ms: null };
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
