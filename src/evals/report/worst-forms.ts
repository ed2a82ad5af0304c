import type { Arm, ScoredAnswer } from "../answer.ts";
import type { Score } from "../gate/item.ts";
import { lossOf, scoreOfLoss, worstOf } from "../gate/losses.ts";
import type { Scale } from "../gate/spec.ts";
import { concerns, worstCases } from "../metrics/worst-case.ts";
import type { Concern, ItemScores } from "../metrics/worst-case.ts";

/** How cases hold when they are put in other forms, by arm: the loss of the worst of an item's forms. */
export interface WorstForm {
  /** `robustness`, `fairness`; or one form by name, where a concern has several. */
  readonly concern: string;
  /** By case; only cases that every arm has answered in such a form. */
  readonly losses: ReadonlyMap<string, Readonly<Partial<Record<Arm, number>>>>;
}

/**
 * HELM's worst case, mended (`worstCases`, strict): none for what was not perturbed. Each form is answered once, so of the
 * answers to the case as written only the first counts. An error is the worst there is; an outage is left out.
 */
export function worstForms(answers: readonly ScoredAnswer[], scale: Scale): readonly WorstForm[] {
  const asked = answers.filter(({ form, sample }) => form !== null || sample === 1);
  const named = [...new Set(asked.flatMap(({ form }) => form ?? []))].toSorted();
  if (named.length === 0) return [];
  const everyone = new Set(asked.filter(({ form }) => form !== null).map(({ arm }) => arm));
  const byCase = [...Map.groupBy(asked, (answer) => answer.case)].map(
    ([id, own]) => [id, worstOfCase(own, scale)] as const,
  );
  const told = concerns.flatMap((concern) => {
    const forms = named.filter((name) => concernOf(name) === concern);
    return forms.length > 1 ? [concern, ...forms] : forms.length === 1 ? [concern] : [];
  });
  return told.map((concern) => ({
    concern,
    losses: new Map(
      byCase.flatMap(([id, worst]) => {
        const byArm = worst.get(concern) ?? {};
        return Object.keys(byArm).length === everyone.size ? [[id, byArm] as const] : [];
      }),
    ),
  }));
}

/** `robustness:mild_mix` is about robustness. */
const concernOf = (form: string): Concern | null =>
  concerns.find((concern) => form === concern || form.startsWith(`${concern}:`)) ?? null;

function worstOfCase(
  answers: readonly ScoredAnswer[],
  scale: Scale,
): ReadonlyMap<string, Partial<Record<Arm, number>>> {
  const found = new Map<string, Partial<Record<Arm, number>>>();
  for (const [arm, own] of Map.groupBy(answers, (answer) => answer.arm)) {
    for (const { perturbation, computedOn, mean } of worstCases(
      [scoresOf(own, scale)],
      scale.better,
      "strict",
    )) {
      if (computedOn === "worst")
        found.set(perturbation, { ...found.get(perturbation), [arm]: lossOf(scale, mean) });
    }
  }
  return found;
}

function scoresOf(answers: readonly ScoredAnswer[], scale: Scale): ItemScores {
  const original = answers.find(({ form }) => form === null);
  return {
    original: original === undefined ? null : numberOf(original.scores[scale.metric], scale),
    perturbed: answers.flatMap(({ form, scores }) => {
      const score = numberOf(scores[scale.metric], scale);
      return form === null || score === null ? [] : [{ perturbation: form, concern: concernOf(form), score }];
    }),
  };
}

function numberOf(score: Score | undefined, scale: Scale): number | null {
  if (score === "error") return scoreOfLoss(scale, worstOf(scale));
  return typeof score === "number" ? score : null;
}
