import { describe, expect, test } from "vitest";
import type { Measure } from "../../../src/evals/measure.ts";
import { gateOf, settleGate } from "../../../src/evals/suite/gate-of.ts";
import { qualityName } from "../../../src/evals/suite/guards.ts";
import { specOf } from "./writing.ts";

const rate = (name: string, better: Measure["better"]): Measure => ({
  name,
  kind: "rate",
  better,
  range: [0, 1],
  judged: false,
});
const amount = (name: string): Measure => ({
  name,
  kind: "ratio",
  better: "lower",
  range: [0, null],
  judged: false,
});
const measures: readonly Measure[] = [
  rate("quasi_exact_match", "higher"),
  rate("met", "higher"),
  rate("agrees", "higher"),
  rate("refusal", "lower"),
  rate("invalid", "lower"),
  amount("cost"),
  amount("latency"),
  amount("tokens"),
  { name: "rubric:helpful", kind: "score", better: "higher", range: [0, 1], judged: true },
  { name: "stars", kind: "score", better: "higher", range: [1, 5], judged: false },
  { name: "distance", kind: "score", better: "lower", range: [0, null], judged: false },
];

const faultsOf = (over: object): readonly string[] =>
  settleGate(specOf(over), measures).faults.map(({ path, what }) => `${path.join(".")}: ${what}`);

describe("the gate of a suite", () => {
  test("that names no guards has the usual four, about what is right for its kind", () => {
    const gate = gateOf(specOf({}), measures);
    expect(gate).toEqual({
      guards: {
        quality: { kind: "rate", metric: "quasi_exact_match", better: "higher", judged: false, margin: 0.05 },
        refusals: { kind: "rate", metric: "refusal", better: "lower", judged: false, margin: 0.02 },
        invalid: { kind: "rate", metric: "invalid", better: "lower", judged: false, margin: 0.02 },
        cost: { kind: "ratio", metric: "cost", better: "lower", judged: false, ratio: 1.15 },
      },
      alpha: 0.05,
      power: 0.8,
      looks: [2, 4, 8],
      best_ever: { alpha: 0.01 },
      on_error: "worst",
      least_df: 10,
    });
    const quality = (over: object): string | undefined =>
      gateOf(specOf(over), measures).guards["quality"]?.metric;
    expect(quality({ kind: "agent" })).toBe("met");
    expect(quality({ kind: "judge" })).toBe("agrees");
    expect(qualityName(specOf({ metrics: { good: { rubric: "helpful" } } }))).toBe("good");
  });

  test("that names guards has exactly those, as the measures are", () => {
    const over = {
      guards: {
        good: { rubric: "helpful", margin: 0.05, floor: 0.6 },
        stars: { metric: "stars", margin: 0.2 },
        slow: { metric: "latency", ratio: 1.3, floor: 9000 },
      },
      primary: { guard: "stars", by: 0.1 },
      best_ever: { guards: ["good"] },
      samples: { looks: [1, 3] },
      alpha: 0.1,
      power: 0.9,
      least_df: 5,
    };
    expect(gateOf(specOf(over), measures)).toEqual({
      guards: {
        good: {
          kind: "score",
          metric: "rubric:helpful",
          better: "higher",
          judged: true,
          range: [0, 1],
          margin: 0.05,
          floor: 0.6,
        },
        stars: {
          kind: "score",
          metric: "stars",
          better: "higher",
          judged: false,
          range: [1, 5],
          margin: 0.2,
        },
        slow: { kind: "ratio", metric: "latency", better: "lower", judged: false, ratio: 1.3, floor: 9000 },
      },
      primary: { guard: "stars", by: 0.1 },
      best_ever: { guards: ["good"], alpha: 0.01 },
      looks: [1, 3],
      alpha: 0.1,
      power: 0.9,
      least_df: 5,
      on_error: "worst",
    });
    expect(qualityName(specOf(over))).toBe("stars");
  });

  test.each<[object, string]>([
    [
      { metric: "refusl", margin: 0.02 },
      'guards.g.metric: there is no metric "refusl"; did you mean "refusal"?',
    ],
    [
      { metric: "zzzz", margin: 0.02 },
      'guards.g.metric: there is no metric "zzzz"; harness metric lists all',
    ],
    [
      { metric: "bleu_4", margin: 0.02 },
      "guards.g.metric: answers to cases of this kind have no bleu_4; name one",
    ],
    [{ rubric: "kind", margin: 0.02 }, "guards.g.rubric: no answer is scored by the rubric kind"],
    [
      { metric: "refusal", ratio: 1.1 },
      "guards.g.ratio: refusal is a rate: each answer is 0 or 1; give a margin, like margin: 0.05",
    ],
    [
      { metric: "stars", ratio: 1.1 },
      "guards.g.ratio: stars is a score from 1 to 5; give a margin, like margin: 0.2",
    ],
    [{ metric: "cost", margin: 0.1 }, "guards.g.margin: cost is an amount; give a ratio, like ratio: 1.15"],
    [
      { metric: "refusal", margin: 1 },
      "guards.g.margin: refusal is a rate: each answer is 0 or 1; a margin of 1 lets everything pass, give one below 1",
    ],
    [
      { metric: "stars", margin: 4 },
      "guards.g.margin: stars is a score from 1 to 5; a margin of 4 lets everything pass, give one below 4",
    ],
    [{ metric: "distance", margin: 4 }, "guards.g.metric: distance has no upper bound"],
    [
      { metric: "stars", margin: 1, floor: 0 },
      "guards.g.floor: stars is a score from 1 to 5; a floor of 0 is not within that",
    ],
    [{ metric: "cost", ratio: 1.1, floor: 0 }, "guards.g.floor: an amount is above 0"],
  ])("a guard %j is refused in words", (guard, words) => {
    const [first = "", ...more] = faultsOf({ guards: { g: guard } });
    expect(first.slice(0, words.length)).toBe(words);
    expect(more).toEqual([]);
  });

  test.each<[object, string]>([
    [{ guards: {} }, "guards: no guard is named"],
    [{ primary: { guard: "qualty" } }, 'primary.guard: there is no guard "qualty"; did you mean "quality"?'],
    [
      { best_ever: { guards: ["quality", "speed"] } },
      'best_ever.guards.1: there is no guard "speed"; there are quality, refusals, invalid, cost',
    ],
    [{ samples: { looks: [2, 8, 4, 4] } }, "samples.looks.2: looks must grow; write [2, 4, 8]"],
    [{ report: ["robustnes"] }, 'report.0: there is no metric "robustnes"; did you mean "robustness"?'],
    [{ report: ["latency", "bleu_4"] }, "report.1: answers to cases of this kind have no bleu_4"],
    [{ metrics: { invalid: { command: "x" } } }, "metrics.invalid: invalid is built in"],
  ])("a suite with %j is refused in words", (over, words) => {
    const [first = "", ...more] = faultsOf(over);
    expect(first.slice(0, words.length)).toBe(words);
    expect(more).toEqual([]);
  });

  test("all faults are told at once", () => {
    const over = { guards: { a: { metric: "x", margin: 1 }, b: { metric: "cost", margin: 1 } } };
    expect(() => gateOf(specOf(over), measures)).toThrow(/^guards\.a\.metric: .* \(and 1 more\)$/);
  });
});
