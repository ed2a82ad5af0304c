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
  const { good, bad } = countsOf(pairs);
  return {
    labels: pairs.length,
    accuracy: share(good.right + bad.right, pairs.length),
    kappa: kappaOf(pairs),
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

/** J. Cohen (1960), A coefficient of agreement for nominal scales; null where chance alone would always agree. */
function kappaOf(pairs: readonly Pair[]): number | null {
  const all = pairs.length;
  const same = pairs.filter(({ label, pass }) => label === pass).length / all;
  const good = pairs.filter(({ label }) => label).length / all;
  const passed = pairs.filter(({ pass }) => pass).length / all;
  const chance = good * passed + (1 - good) * (1 - passed);
  return chance < 1 ? (same - chance) / (1 - chance) : null;
}
