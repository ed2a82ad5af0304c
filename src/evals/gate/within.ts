import { itemLosses, worstOf } from "./losses.ts";
import type { Losses } from "./losses.ts";
import { differencesOf } from "./losses.ts";
import type { Sides } from "./finding.ts";
import type { GuardSpec } from "./spec.ts";

/**
 * The share of what varies between items that comes from answers to one item being different each time, and so would be
 * averaged out by more answers. 0 where it cannot be told: medians, or one answer each.
 */
export function averagedShare({ candidate, other }: Sides, guard: GuardSpec): number {
  const arms = other === null ? [candidate] : [candidate, other];
  if (guard.kind === "ratio" || arms.some(({ answers }) => answers < 2)) return 0;
  const own = itemLosses(candidate, guard, candidate.answers, "worst");
  const values = other === null ? own : differencesOf(own, itemLosses(other, guard, other.answers, "worst"));
  const total = squaresOf(values) / (values.length - 1);
  const within = arms.reduce((sum, arm) => sum + withinOf(arm, guard), 0);
  return total > 0 ? Math.min(1, within / total) : 0;
}

/** How far an item's average is off because its answers differ: the variance, on average over items. */
function withinOf({ values, answers }: Losses, guard: GuardSpec): number {
  const items = values.length / answers;
  let sum = 0;
  for (let item = 0; item < items; item += 1) {
    const row = values.subarray(item * answers, (item + 1) * answers);
    sum += squaresOf(row.map((value) => (Number.isNaN(value) ? worstOf(guard) : value)));
  }
  return sum / (answers - 1) / answers / items;
}

function squaresOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
