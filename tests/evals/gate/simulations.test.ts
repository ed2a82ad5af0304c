import { describe, expect, test } from "vitest";
import type { Answer, ScoredItem } from "../../../src/evals/gate/item.ts";
import { normalCdf, normalQuantile } from "../../../src/evals/stats/normal.ts";
import type { Random } from "../../simulation/random.ts";
import {
  cost,
  countOf,
  countOverLooks,
  drawn,
  tooFew,
  tooMany,
  itemOf,
  normal,
  notAbove,
  quality,
  refusals,
  rowsOf,
  runsOf,
  specOf,
  stream,
} from "./simulating.ts";

const once = specOf({ guards: { quality }, looks: [1] });
const rows = Object.fromEntries([1, 2, 8].map((answers) => [answers, rowsOf("quality", answers)]));

describe("S1, S7: item means over several answers", () => {
  const better = specOf({ guards: { quality }, primary: { guard: "quality" }, looks: [2] });
  const items = (dice: Random, answers: number, candidate: number, baseline: number, sticky: boolean) => () =>
    Array.from({ length: 200 }, (_, i) =>
      itemOf(
        i,
        rows[answers]?.[drawn(dice, candidate, answers, sticky)],
        rows[answers]?.[drawn(dice, baseline, answers, sticky)],
      ),
    );

  test("S1: equal arms get better in at most 5.5 %, and in no fewer than pseudo-items cost", () => {
    const runs = runsOf(1500);
    const count = countOf("PROMOTE", runs, better, items(stream("S1"), 2, 0.8, 0.8, false));
    expect(tooMany(count, runs, 0.055)).toBeNull();
    expect(tooFew(count, runs, 0.035)).toBeNull();
  });

  const looks = specOf({ guards: { quality } });
  const kinds = [
    { kind: "independent answers", sticky: false, rate: 0.8 },
    { kind: "sticky answers", sticky: true, rate: 0.8 },
    { kind: "sticky answers near the ceiling", sticky: true, rate: 0.97 },
    { kind: "independent answers near the ceiling", sticky: false, rate: 0.97 },
  ];

  test.each(kinds)("S7: at the margin over looks at K = 2, 4, 8, $kind: at most 5.6 %", (kind) => {
    const { sticky, rate } = kind;
    const runs = runsOf(1500);
    const dice = stream(kind.kind);
    expect(
      tooMany(countOverLooks("PROMOTE", runs, looks, items(dice, 8, rate - 0.05, rate, sticky)), runs, 0.056),
    ).toBeNull();
  });

  test("S7: all that only the candidate loses is sticky, nothing else differs: at most 5.6 %", () => {
    const runs = runsOf(1500);
    const dice = stream("nested");
    const nested = (): ScoredItem[] =>
      Array.from({ length: 132 }, (_, i) =>
        itemOf(i, rows[8]?.[dice.chance(0.05) ? 0 : 255], rows[8]?.[255]),
      );
    expect(tooMany(countOverLooks("PROMOTE", runs, looks, nested), runs, 0.056)).toBeNull();
  });

  test("S7: equal arms pass by the last look as one look without pseudo-items would, less 3 points", () => {
    const runs = runsOf(800);
    const power = normalCdf(0.05 / Math.sqrt((2 * 0.16) / 8 / 200) - normalQuantile(1 - 0.0337));
    expect(
      tooFew(
        countOverLooks("PROMOTE", runs, looks, items(stream("equal"), 8, 0.8, 0.8, false)),
        runs,
        power - 0.03,
      ),
    ).toBeNull();
  });
});

describe("S5: clusters", () => {
  /** How far a document helps the candidate or harms it, beyond what it does on average. */
  const swing = 0.35;
  const sizesOf = {
    equal: (mean: number) => [mean],
    unequal: (mean: number) => [0.4, 0.8, 1.8].map((by) => by * mean),
  };
  /** Items with their clusters, and the same as if each were its own. */
  function clustered(
    dice: Random,
    n: number,
    sizes: readonly number[],
    shift: number,
  ): [ScoredItem[], ScoredItem[]] {
    const pair: [ScoredItem[], ScoredItem[]] = [[], []];
    for (let cluster = 0, i = 0; i < n; cluster += 1) {
      const chance = 0.6 + shift + (dice.chance(0.5) ? swing : -swing);
      const end = Math.min(n, i + Math.round(sizes[cluster % sizes.length] ?? 1));
      for (; i < end; i += 1) {
        const [candidate, baseline] = [drawn(dice, chance, 1), drawn(dice, 0.6, 1)];
        pair[0].push(itemOf(i, rows[1]?.[candidate], rows[1]?.[baseline], cluster));
        pair[1].push(itemOf(i, rows[1]?.[candidate], rows[1]?.[baseline]));
      }
    }
    return pair;
  }

  const cases = [10, 25].flatMap((mean) =>
    (["equal", "unequal"] as const).flatMap((kind) => [200, 1000].map((n) => ({ mean, kind, n }))),
  );

  test.each(cases)("of $mean, $kind, n = $n: at most 6.5 %, where items alone would be above 8 %", (one) => {
    const { mean, kind, n } = one;
    const runs = runsOf(n === 200 ? 1600 : 700);
    const dice = stream(`S5 ${mean} ${kind} ${n}`);
    const pairs = Array.from({ length: runs }, () => clustered(dice, n, sizesOf[kind](mean), -0.05));
    expect(tooMany(countEach(pairs.map(([items]) => items)), runs, 0.065)).toBeNull();
    expect(notAbove(countEach(pairs.slice(0, 500).map(([, items]) => items)), 500, 0.08)).toBeNull();
  });

  test("8 clusters are too few to promote whom 100 would", () => {
    const dice = stream("few");
    const good = (sizes: readonly number[]) => () => clustered(dice, 200, sizes, 0.25)[0];
    expect(countOf("PROMOTE", 100, once, good([25]))).toBe(0);
    expect(countOf("PROMOTE", 100, once, good([2]))).toBeGreaterThan(80);
  });

  test("equal arms in clusters of 10 pass as the formula says, less 3 points", () => {
    const runs = runsOf(600);
    const dice = stream("S5 power");
    const variance = 0.24 + (0.24 - swing * swing) + 10 * swing * swing;
    const power = normalCdf(0.05 / Math.sqrt(variance / 1000) - normalQuantile(0.95));
    expect(
      tooFew(
        countOf("PROMOTE", runs, once, () => clustered(dice, 1000, [10], 0)[0]),
        runs,
        power - 0.03,
      ),
    ).toBeNull();
  });

  function countEach(all: readonly (readonly ScoredItem[])[]): number {
    const [...left] = all;
    return countOf("PROMOTE", all.length, once, () => left.pop() ?? []);
  }
});

describe("S8: one of five guards at its margin, the others clearly better", () => {
  const [format, tone] = [
    { ...quality, metric: "format" },
    { ...quality, metric: "tone" },
  ];
  const five = specOf({ guards: { quality, refusals, format, tone, cost }, looks: [1] });

  function evaluation(dice: Random, atMargin: "quality" | "cost"): ScoredItem[] {
    const answer = (candidate: boolean): Answer => {
      const lead = candidate ? 1 : 0;
      const spread = 0.3 * normal(dice);
      return {
        quality: dice.chance(candidate ? (atMargin === "quality" ? 0.75 : 0.95) : 0.8) ? 1 : 0,
        refusal: dice.chance(0.1 - 0.09 * lead) ? 1 : 0,
        format: dice.chance(0.7 + 0.25 * lead) ? 1 : 0,
        tone: dice.chance(0.7 + 0.25 * lead) ? 1 : 0,
        cost: Math.exp(spread) * (candidate ? (atMargin === "cost" ? 1.15 : 0.5) : 1),
      };
    };
    return Array.from({ length: 200 }, (_, i) => itemOf(i, [answer(true)], [answer(false)]));
  }

  test.each(["quality", "cost"] as const)("%s: at most 5.6 %", (atMargin) => {
    const runs = runsOf(1500);
    const dice = stream(`S8 ${atMargin}`);
    expect(
      tooMany(
        countOf("PROMOTE", runs, five, () => evaluation(dice, atMargin)),
        runs,
        0.056,
      ),
    ).toBeNull();
  });

  test("all at their margins are rejected in error at most 5.6 %", () => {
    const runs = runsOf(1500);
    const dice = stream("S8 reject");
    const two = specOf({ guards: { quality, format }, looks: [1] });
    const answer = (right: number): Answer => ({
      quality: dice.chance(right) ? 1 : 0,
      format: dice.chance(right) ? 1 : 0,
    });
    const items = (): ScoredItem[] =>
      Array.from({ length: 200 }, (_, i) => itemOf(i, [answer(0.75)], [answer(0.8)]));
    expect(tooMany(countOf("REJECT", runs, two, items), runs, 0.056)).toBeNull();
  });

  test("a clearly worse one is rejected, though all others are better", () => {
    const dice = stream("S8 worse");
    const worse = (): ScoredItem[] =>
      evaluation(dice, "cost").map((item) => ({ ...item, baseline: item.baseline.map(cheap) }));
    expect(countOf("REJECT", 50, five, worse)).toBe(50);
  });
});

const cheap = (answer: Answer): Answer =>
  typeof answer === "string" ? answer : { ...answer, cost: Number(answer["cost"]) / 3 };
