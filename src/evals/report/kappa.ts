import type { JudgeLabels } from "../gate/judge.ts";

/**
 * Cohen's kappa of a judge and people: how much more often they agree than two who do not look, of what is left to agree
 * on. From −1 to 1. null: there are no labels, or all say the same, so that there is nothing to agree on.
 */
export function kappaOf({ good, bad }: JudgeLabels): number | null {
  const all = good.of + bad.of;
  const passes = good.right + bad.of - bad.right;
  const agreed = (good.right + bad.right) / all;
  const byChance = (good.of * passes + bad.of * (all - passes)) / (all * all);
  return all === 0 || byChance === 1 ? null : (agreed - byChance) / (1 - byChance);
}
