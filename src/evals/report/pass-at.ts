import type { Arm } from "../answer.ts";
import type { ScoredItem } from "../gate/item.ts";
import { lossesOf } from "../gate/losses.ts";
import type { Imputation, Losses } from "../gate/losses.ts";
import { passAtK } from "../metrics/pass-at-k.ts";
import type { WholeSpec } from "../suite/whole-spec.ts";
import { dimensionOf, groupsOf } from "./dimensions.ts";
import type { Row } from "./dimensions.ts";
import { itemsOf } from "./items.ts";
import type { StoredReport } from "./report.ts";
import { scaleOf } from "./scale.ts";
import { undefinedWhole, wholeScale } from "./whole.ts";
import type { Whole } from "./whole.ts";

/**
 * The chance that at least one of k answers to a case passes: of each case by the unbiased estimator (`passAtK`) from all
 * answers to it, then the mean over cases, compared like every mean. An error fails; an outage is taken as in the gate.
 * Over all cases, then by group.
 */
export function passAt(
  report: StoredReport,
  { name, pass_at: k, of }: Extract<WholeSpec, { pass_at: number }>,
): readonly Whole[] {
  const items = itemsOf(report);
  const none = (why: string): readonly Whole[] => [undefinedWhole(name, items.length, why)];
  const measure = report.measures.find((one) => one.name === of);
  if (measure === undefined) return none(`${of}, which says what passes, was not measured`);
  const answers = items[0]?.candidate.length ?? 0;
  if (answers < k) return none(`it takes ${k} answers to each case, and there ${are(answers)}`);
  const passing = scaleOf(measure, report.answers);
  const row = (arm: Arm): Row | null => rowOf(items, passing, arm, k);
  const rows = { candidate: row("candidate"), baseline: row("baseline"), best: row("best") };
  const table = { clusters: items.map(({ cluster }) => cluster), rows };
  const parts = [[null, items.map((_, at) => at)] as const, ...groupsOf(report)];
  return parts.map(([group, cases]) => {
    const about = { measure: { ...measure, name }, scale: wholeScale(name), group, concern: null };
    const { clusters, arms, against } = dimensionOf(about, table, cases);
    return {
      name,
      part: null,
      scale: about.scale,
      group,
      cases: cases.length,
      clusters,
      arms,
      against,
      why: null,
    };
  });
}

const are = (answers: number): string => (answers === 1 ? "is 1" : `are ${answers}`);

function rowOf(
  items: readonly ScoredItem[],
  scale: ReturnType<typeof scaleOf>,
  arm: Arm,
  k: number,
): Row | null {
  const answers = items[0]?.[arm].length ?? 0;
  if (answers === 0) return null;
  const losses = lossesOf(items, scale, arm, answers);
  return { worst: failing(losses, k, "against"), best: failing(losses, k, "for"), answers };
}

/** Of each case the chance that none of k answers passes. */
function failing({ values, answers }: Losses, k: number, outages: Imputation): Float64Array {
  return Float64Array.from({ length: values.length / answers }, (_, item) => {
    const own = values.subarray(item * answers, (item + 1) * answers);
    const passed = own.reduce(
      (sum, loss) => sum + Number(Number.isNaN(loss) ? outages === "for" : loss === 0),
      0,
    );
    return 1 - passAtK(answers, passed, k);
  });
}
