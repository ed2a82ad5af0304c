import type { Arm, ScoredAnswer } from "../answer.ts";
import type { Answer, ScoredItem } from "../gate/item.ts";
import type { GateSpec } from "../gate/spec.ts";
import type { Item } from "../suite/case.ts";

/** An item as the gate sees it, and where each of its answers is found. */
export interface AnsweredItem {
  readonly item: ScoredItem;
  readonly answers: Readonly<Record<Arm, readonly ScoredAnswer[]>>;
}

/**
 * Cases with the answers that all of them have: up to `samples` each, as written and not in other forms, with the scores the
 * gate asks for. An answer that is not there is an outage.
 */
export function itemsOf(
  gate: GateSpec,
  arms: readonly Arm[],
  items: readonly Item[],
  scored: readonly ScoredAnswer[],
  samples: number,
): AnsweredItem[] {
  const byPlace = new Map(
    scored.flatMap((one) => (one.form === null ? [[placeOf(one.case, one.arm, one.sample), one]] : [])),
  );
  const metrics = new Set(Object.values(gate.guards).map(({ metric }) => metric));
  const of = (id: string, arm: Arm): (ScoredAnswer | null)[] =>
    arms.includes(arm)
      ? Array.from({ length: samples }, (_, index) => byPlace.get(placeOf(id, arm, index + 1)) ?? null)
      : [];
  return items.map(({ case: { id }, cluster }) => {
    const found = { candidate: of(id, "candidate"), baseline: of(id, "baseline"), best: of(id, "best") };
    const scores = (arm: Arm): Answer[] => found[arm].map((one) => answerOf(one, metrics));
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

function answerOf(scored: ScoredAnswer | null, metrics: ReadonlySet<string>): Answer {
  if (scored === null || scored.answered.outcome === "outage") return "outage";
  if (scored.answered.outcome === "error") return "error";
  return Object.fromEntries(Object.entries(scored.scores).filter(([name]) => metrics.has(name)));
}
