import type { Arm } from "../answer.ts";
import { itemLosses, lossesOf, scoreOfLoss } from "../gate/losses.ts";
import { median } from "../gate/medians.ts";
import { itemsOf } from "./items.ts";
import type { StoredReport } from "./report.ts";
import { scaleOf } from "./scale.ts";

/** Of one arm, each measure over all cases: means, of a ratio medians; in units of the metric. null: without bound. */
export function averagesOf(report: StoredReport, arm: Arm): ReadonlyMap<string, number | null> {
  const items = itemsOf(report);
  const answers = items[0]?.[arm].length ?? 0;
  if (answers === 0) return new Map();
  return new Map(
    report.measures.map((measure) => {
      const scale = scaleOf(measure, report.answers);
      const losses = itemLosses(lossesOf(items, scale, arm, answers), scale, answers, "worst");
      const average = scale.kind === "ratio" ? median(losses.toSorted()) : meanOf(losses);
      const value = scoreOfLoss(scale, average);
      return [measure.name, Number.isFinite(value) ? value : null];
    }),
  );
}

const meanOf = (losses: Float64Array): number => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
