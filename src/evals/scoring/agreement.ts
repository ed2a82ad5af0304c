import type { JudgeLabels } from "../gate/judge.ts";

/** One piece of work that a person called good (`true`) or bad, and what the judge called it. */
export interface Pair {
  readonly label: boolean;
  readonly pass: boolean;
}

/** How a judge agrees with people. null: there is nothing to tell it by. */
export interface Agreement {
  readonly labels: number;
  /** The share of equal verdicts. */
  readonly accuracy: number | null;
  /** Cohen's kappa: 1 agrees always, 0 no more than chance would. */
  readonly kappa: number | null;
  /** Of what people call good, the share the judge passes. */
  readonly sensitivity: number | null;
  /** Of what people call bad, the share the judge fails. */
  readonly specificity: number | null;
}

export function agreementOn(pairs: readonly Pair[]): Agreement {
  const labels = countsOf(pairs);
  const { good, bad } = labels;
  return {
    labels: pairs.length,
    accuracy: share(good.right + bad.right, pairs.length),
    kappa: kappaOf(labels),
    sensitivity: share(good.right, good.of),
    specificity: share(bad.right, bad.of),
  };
}

/** What the gate reads of a judge. */
export const countsOf = (pairs: readonly Pair[]): JudgeLabels => ({
  good: counted(pairs.filter(({ label }) => label)),
  bad: counted(pairs.filter(({ label }) => !label)),
});

const counted = (pairs: readonly Pair[]): JudgeLabels["good"] => ({
  right: pairs.filter(({ label, pass }) => label === pass).length,
  of: pairs.length,
});

const share = (some: number, all: number): number | null => (all === 0 ? null : some / all);

/**
 * Cohen's kappa (J. Cohen 1960, A coefficient of agreement for nominal scales): how much more often they agree than two who
 * do not look, of what is left to agree on. From −1 to 1. null: there are no labels, or chance alone would always agree.
 */
export function kappaOf({ good, bad }: JudgeLabels): number | null {
  const all = good.of + bad.of;
  const passes = good.right + bad.of - bad.right;
  const agreed = (good.right + bad.right) / all;
  const byChance = (good.of * passes + bad.of * (all - passes)) / (all * all);
  return all === 0 || byChance === 1 ? null : (agreed - byChance) / (1 - byChance);
}
