import { z } from "zod";
import { rangeOf } from "./spec.ts";
import type { GateSpec, GuardSpec } from "./spec.ts";

/** `error`: the answer failed or took too long. `outage`: nobody knows, as the provider or the judge did not answer. */
const score = z.union([z.number(), z.literal("error"), z.literal("outage")]);
export type Score = z.infer<typeof score>;

/** The scores of one answer by metric; or what became of the answer as a whole. */
const answer = z.union([z.record(z.string(), score), z.literal("error"), z.literal("outage")]);
export type Answer = z.infer<typeof answer>;

/** One case with its answers, in the order of the samples. Cases of a cluster err together. */
export const scoredItem = z.strictObject({
  id: z.string().min(1),
  cluster: z.string().min(1),
  candidate: z.array(answer).readonly(),
  /** Of the version in production; empty for a first version. */
  baseline: z.array(answer).readonly(),
  /** Of the best version ever; empty where that is the baseline. */
  best: z.array(answer).readonly().default([]),
});
export type ScoredItem = z.infer<typeof scoredItem>;

const arms = ["candidate", "baseline", "best"] as const;

export const scoreOf = (answer: Answer | undefined, metric: string): Score | undefined =>
  answer === undefined ? "outage" : typeof answer === "string" ? answer : answer[metric];

/** Everything that is wrong with the items of an evaluation, a line each: what, where, and what to do. */
export function itemFaults(spec: GateSpec, items: readonly ScoredItem[]): string[] {
  if (items.length === 0) return ["there are no items: evaluate the suite first"];
  const seen = new Set<string>();
  const guards = Object.values(spec.guards);
  const twice = items.filter(({ id }) => seen.size === seen.add(id).size);
  return [
    ...twice.map(({ id }) => `item ${id} is there twice: keep one`),
    ...armFaults(items),
    ...items.flatMap((item) => answerFaults(guards, item)),
  ];
}

/** An arm is there for all items or for none. */
function armFaults(items: readonly ScoredItem[]): string[] {
  return arms.flatMap((arm) => {
    const without = items.filter((item) => item[arm].length === 0);
    if (without.length === 0 || (arm !== "candidate" && without.length === items.length)) return [];
    const [first] = without;
    return [`${arm} has no answer to item ${first?.id}: answer it, or mark the answer "outage"`];
  });
}

/** Plain loops: a simulation looks at millions of answers. */
function answerFaults(guards: readonly GuardSpec[], item: ScoredItem): string[] {
  const found: string[] = [];
  for (const arm of arms) {
    for (const [index, answer] of item[arm].entries()) {
      for (const guard of guards) {
        const fault = scoreFault(guard, scoreOf(answer, guard.metric));
        if (fault !== null) found.push(`item ${item.id}, answer ${index + 1} of ${arm}: ${fault}`);
      }
    }
  }
  return found;
}

function scoreFault(guard: GuardSpec, score: Score | undefined): string | null {
  if (score === undefined) return `no ${guard.metric}: score it, or mark it "error" or "outage"`;
  if (typeof score === "string") return null;
  const [low, high] = rangeOf(guard);
  if (!(score >= low && score <= high) || score === Infinity) {
    return `${guard.metric} is ${score}: it must lie between ${low} and ${high}`;
  }
  return guard.kind === "rate" && score !== 0 && score !== 1
    ? `${guard.metric} is ${score}: a rate is 0 or 1`
    : null;
}
