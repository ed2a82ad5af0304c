import type { Arm, ScoredAnswer } from "../answer.ts";
import type { Answer, ScoredItem } from "../gate/item.ts";
import type { GateSpec } from "../gate/spec.ts";

/** An item as the gate sees it, and where each of its answers is found. */
export interface AnsweredItem {
  readonly item: ScoredItem;
  readonly answers: Readonly<Record<Arm, readonly ScoredAnswer[]>>;
}

/** Items as `itemsOf` has them, with the scores that the gate asks for and no others. */
export function gatedItemsOf(gate: GateSpec, ...of: Parameters<typeof itemsOf>): AnsweredItem[] {
  const metrics = new Set(Object.values(gate.guards).map(({ metric }) => metric));
  const only = (answer: Answer): Answer =>
    typeof answer === "string"
      ? answer
      : Object.fromEntries(Object.entries(answer).filter(([name]) => metrics.has(name)));
  return itemsOf(...of).map(({ item, answers }) => {
    const { candidate, baseline, best } = item;
    const gated = { candidate: candidate.map(only), baseline: baseline.map(only), best: best.map(only) };
    return { item: { ...item, ...gated }, answers };
  });
}

/**
 * Cases with the answers that each has at a look: `samples` of each arm, as written and not in other forms. An answer that
 * is not there is an outage.
 */
export function itemsOf(
  arms: readonly Arm[],
  items: readonly { readonly case: { readonly id: string }; readonly cluster: string }[],
  scored: readonly ScoredAnswer[],
  samples: number,
): AnsweredItem[] {
  const byPlace = new Map(
    scored.flatMap((one) => (one.form === null ? [[placeOf(one.case, one.arm, one.sample), one]] : [])),
  );
  const of = (id: string, arm: Arm): (ScoredAnswer | null)[] =>
    arms.includes(arm)
      ? Array.from({ length: samples }, (_, index) => byPlace.get(placeOf(id, arm, index + 1)) ?? null)
      : [];
  return items.map(({ case: { id }, cluster }) => {
    const found = { candidate: of(id, "candidate"), baseline: of(id, "baseline"), best: of(id, "best") };
    const scores = (arm: Arm): Answer[] => found[arm].map(answerOf);
    return {
      item: {
        id,
        cluster,
        candidate: scores("candidate"),
        baseline: scores("baseline"),
        best: scores("best"),
      },
      answers: {
        candidate: found.candidate.filter((one) => one !== null),
        baseline: found.baseline.filter((one) => one !== null),
        best: found.best.filter((one) => one !== null),
      },
    };
  });
}

const placeOf = (id: string, arm: Arm, sample: number): string => `${arm} ${sample} ${id}`;

function answerOf(scored: ScoredAnswer | null): Answer {
  if (scored === null) return "outage";
  const { answered, scores } = scored;
  return answered.outcome === "complete" ? scores : answered.outcome;
}
