import { describe, expect, test } from "vitest";
import { gateVerdict } from "../../../src/evals/gate/decide.ts";
import type { Verdict } from "../../../src/evals/gate/decide.ts";
import type { Answer, ScoredItem } from "../../../src/evals/gate/item.ts";
import { binomialDensity } from "../../../src/evals/stats/binomial.ts";
import { normalQuantile } from "../../../src/evals/stats/normal.ts";
import { tangoScore } from "../../../src/evals/stats/tango.ts";
import type { Random } from "../../simulation/random.ts";
import { cost, normal, quality, refusals, runsOf, specOf, stream } from "./simulating.ts";

/** S9: the stated policy, computed by hand beside the gate: one answer to each item, three guards. */
const spec = specOf({ guards: { quality, refusals, cost }, looks: [1] });

/** `other`: what becomes of an answer of the other arm that nobody knows. */
interface Extreme {
  readonly candidate: "worst" | "best";
  readonly other: "worst" | "best";
}
const extremes: readonly Extreme[] = [
  { candidate: "worst", other: "best" },
  { candidate: "best", other: "worst" },
];

/** What an answer loses: 1 or 0; of costs the money. An error is the worst; an outage what it is taken for. */
function lossByHand(answer: Answer | undefined, metric: string, outage: "worst" | "best"): number {
  const [worst, best] = metric === "cost" ? [Infinity, 0] : [1, 0];
  if (answer === undefined || answer === "outage") return outage === "worst" ? worst : best;
  if (answer === "error") return worst;
  const score = Number(answer[metric]);
  return metric === "quality" ? 1 - score : score;
}

type Found = "holds" | "worse" | "open";

function shareByHand(items: readonly ScoredItem[], metric: string, margin: number, extreme: Extreme): Found {
  let [b, c] = [0, 0];
  for (const { candidate, baseline } of items) {
    const own = lossByHand(candidate[0], metric, extreme.candidate);
    const other = lossByHand(baseline[0], metric, extreme.other);
    if (own > other) b += 1;
    if (own < other) c += 1;
  }
  const score = tangoScore(b, c, items.length, margin);
  if (score <= -normalQuantile(0.95)) return "holds";
  return score >= normalQuantile(1 - 0.05 / 3) ? "worse" : "open";
}

function costByHand(items: readonly ScoredItem[], extreme: Extreme): Found {
  let [cheaper, dearer] = [0, 0];
  for (const { candidate, baseline } of items) {
    const own = lossByHand(candidate[0], "cost", extreme.candidate);
    const other = lossByHand(baseline[0], "cost", extreme.other);
    const ratio = own === other ? 1 : own / other;
    if (ratio < 1.15) cheaper += 1;
    if (ratio > 1.15) dearer += 1;
  }
  const atLeast = (count: number): number => {
    let chance = 0;
    for (let k = count; k <= items.length; k += 1) chance += binomialDensity(k, items.length, 0.5);
    return chance;
  };
  if (atLeast(cheaper) <= 0.05) return "holds";
  return atLeast(dearer) <= 0.05 / 3 ? "worse" : "open";
}

function verdictByHand(items: readonly ScoredItem[], taken: readonly Extreme[]): Verdict {
  const guards = [
    (extreme: Extreme) => shareByHand(items, "quality", 0.05, extreme),
    (extreme: Extreme) => shareByHand(items, "refusal", 0.02, extreme),
    (extreme: Extreme) => costByHand(items, extreme),
  ].map((judged) => taken.map(judged));
  const all = (found: readonly Found[], wanted: Found): boolean => found.every((one) => one === wanted);
  if (guards.some((found) => all(found, "worse"))) return "REJECT";
  return guards.every((found) => all(found, "holds")) ? "PROMOTE" : "INCONCLUSIVE";
}

/** Errors on a tenth of the items of either arm, outages on a twentieth. */
function flawed(dice: Random, answer: () => Answer): Answer {
  if (dice.chance(0.05)) return "outage";
  return dice.chance(0.1) ? "error" : answer();
}

function evaluation(dice: Random): ScoredItem[] {
  const [shift, dearer] = [0.7 * dice.next() - 0.3, 0.7 * dice.next() - 0.6];
  const answer = (lead: number, log: number) => (): Answer => ({
    quality: dice.chance(0.6 + lead) ? 1 : 0,
    refusal: dice.chance(0.4 - lead) ? 1 : 0,
    cost: Math.exp(log + 0.3 * normal(dice)),
  });
  return Array.from({ length: 400 }, (_, i) => ({
    id: `i${i}`,
    cluster: `c${i}`,
    candidate: [flawed(dice, answer(shift, dearer))],
    baseline: [flawed(dice, answer(0, 0))],
    best: [],
  }));
}

describe("S9: errors on 10 % of the answers, outages on 5 %", () => {
  const dice = stream("S9");
  const all = Array.from({ length: runsOf(400) }, () => {
    const items = evaluation(dice);
    return { items, found: gateVerdict(spec, { items, looks: [1] }) };
  });

  test("every verdict is that of the stated policy, computed by hand", () => {
    expect(all.map(({ found }) => found)).toEqual(all.map(({ items }) => verdictByHand(items, extremes)));
  });

  test("all three verdicts came up, and the policy made a difference", () => {
    const counts = Map.groupBy(all, ({ found }) => found);
    for (const verdict of ["PROMOTE", "REJECT", "INCONCLUSIVE"] as const) {
      expect(counts.get(verdict)?.length ?? 0).toBeGreaterThan(all.length / 50);
    }
    const dropped = all.filter(({ items, found }) => {
      const whole = items.filter((item) => item.candidate[0] !== "outage" && item.baseline[0] !== "outage");
      return verdictByHand(whole, extremes) !== found;
    });
    const one = all.filter(({ items, found }) => verdictByHand(items, extremes.slice(0, 1)) !== found);
    expect(dropped.length).toBeGreaterThan(all.length / 20);
    expect(one.length).toBeGreaterThan(all.length / 50);
  });
});
