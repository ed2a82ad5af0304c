import { describe, expect, test } from "vitest";
import { gateVerdict } from "../../../src/evals/gate/decide.ts";
import { judgedMargin } from "../../../src/evals/gate/judge.ts";
import { binomialCdf } from "../../../src/evals/stats/binomial.ts";
import { normalCdf, normalQuantile } from "../../../src/evals/stats/normal.ts";
import { tangoScore } from "../../../src/evals/stats/tango.ts";
import { chanceOf, discordant, itemOf, quality, refusals, regionOf, rowsOf, specOf } from "./simulating.ts";

/** One answer to each item, right or wrong: every possible outcome is asked about, and weighed by its exact chance. */
const one = specOf({ guards: { quality }, looks: [1] });
const agreements = [0, 0.5, 0.9, 0.97, 1];

/**
 * What a score test passes where both arms are equal and a share `d` of the items differs: the textbook's formula, with
 * the variance under the margin for the bound and the true one for the spread.
 */
function formula(n: number, d: number, margin: number): number {
  const underMargin = (margin * n) / -tangoScore((n * d) / 2, (n * d) / 2, n, margin);
  const reach = margin * n - normalQuantile(0.95) * underMargin;
  return normalCdf(reach / Math.sqrt(n * d));
}

describe("S1: to get better, arms that are equal, n = 200", () => {
  const better = specOf({ guards: { quality }, primary: { guard: "quality" }, looks: [1] });
  const region = regionOf(better, "quality", 0, 200, 110);

  test.each([0.02, 0.05, 0.1, 0.2, 0.3, 0.5])("a share %f of the items differs: 5 % ± 0.5", (d) => {
    const chance = chanceOf(region, d / 2, d / 2);
    expect(chance).toBeGreaterThanOrEqual(0.045);
    expect(chance).toBeLessThanOrEqual(0.055);
  });

  test("who truly is 10 points better is found out", () => {
    expect(chanceOf(region, 0.05, 0.15)).toBeGreaterThan(0.9);
  });
});

describe("S2: truly worse by the margin", () => {
  const rates = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98];
  const sizes = [
    { n: 100, most: 60 },
    { n: 118, most: 65 },
    { n: 147, most: 75 },
    { n: 200, most: 90 },
    { n: 407, most: 150 },
    { n: 1000, most: 330 },
  ];

  describe.each(sizes)("n = $n", ({ n, most }) => {
    const region = regionOf(one, "quality", 0, n, most);

    test("passes at most 5.6 %", () => {
      for (const rate of rates) {
        for (const agreement of agreements) {
          const [candidate, baseline] = discordant(1 - rate + 0.05, 1 - rate, agreement);
          expect({ rate, agreement, chance: chanceOf(region, candidate, baseline) }).toSatisfy(
            ({ chance }: { chance: number }) => chance <= 0.056,
          );
        }
      }
    });

    test("equal arms pass as often as the formula says, less 3 points", () => {
      for (const d of [0.02, 0.05, 0.1, 0.2, 0.3]) {
        expect(chanceOf(region, d / 2, d / 2)).toBeGreaterThanOrEqual(formula(n, d, 0.05) - 0.03);
      }
    });
  });
});

test("S3: truly worse by twice the margin, n = 200: at most 1.5 %", () => {
  const region = regionOf(one, "quality", 0, 200, 120);
  for (const rate of [0.5, 0.7, 0.8, 0.9, 0.98]) {
    for (const agreement of agreements) {
      const [candidate, baseline] = discordant(1 - rate + 0.1, 1 - rate, agreement);
      expect(chanceOf(region, candidate, baseline)).toBeLessThanOrEqual(0.015);
    }
  }
});

describe("S6: refusals 1 % → 3 %, margin 2 points", () => {
  const few = specOf({ guards: { refusals }, looks: [1] });
  const sizes = [50, 87, 100, 133, 134, 150, 176, 200, 222, 223, 250, 300, 373, 400, 450, 500];

  test.each(sizes)("n = %i: at most 6.5 %; equal arms pass as the formula says, less 3 points", (n) => {
    const region = regionOf(few, "refusal", 1, n, 30);
    for (const agreement of [...agreements, 0.99]) {
      const [candidate, baseline] = discordant(0.03, 0.01, agreement);
      expect(chanceOf(region, candidate, baseline)).toBeLessThanOrEqual(0.065);
    }
    const [d] = discordant(0.01, 0.01, 0);
    // Of 50 cases half a refusal is expected: there the formula, which is for many, says nothing.
    expect(chanceOf(region, d, d)).toBeGreaterThanOrEqual(n < 87 ? 0 : formula(n, 2 * d, 0.02) - 0.03);
  });
});

describe("S11: suites at the ceiling", () => {
  test.each([10, 20, 30, 52, 59, 87])(
    "%i of %i right in production, the candidate truly 5 points worse",
    (n) => {
      const region = regionOf(one, "quality", 0, n, 0);
      expect(chanceOf(region, 0.05, 0)).toBeLessThanOrEqual(0.056);
    },
  );

  test("from 59 cases on nothing lost proves enough, as nobody 5 points worse keeps so many", () => {
    expect(regionOf(one, "quality", 0, 58, 0).most[0]).toBe(-1);
    expect(regionOf(one, "quality", 0, 59, 0).most[0]).toBe(0);
  });
});

test("S11: what is lost is lost in both of two answers: at most 5.6 %, where pseudo-items alone pass 10 %", () => {
  const twice = specOf({ guards: { quality }, looks: [2] });
  const [wrong, , , right] = rowsOf("quality", 2);
  const promotes = (n: number, lost: number): boolean => {
    const items = Array.from({ length: n }, (_, i) => itemOf(i, i < lost ? wrong : right, right));
    return gateVerdict(twice, { items, looks: [2] }) === "PROMOTE";
  };
  const passed = [10, 20, 30, 46, 60, 76, 92, 104, 132, 160, 200, 300, 622].map((n) => {
    let most = -1;
    while (promotes(n, most + 1)) most += 1;
    return binomialCdf(most, n, 0.05);
  });
  expect(Math.max(...passed)).toBeLessThanOrEqual(0.056);
  expect(passed.at(-1)).toBeGreaterThan(0.04);
});

test("the more the candidate loses, the less it is promoted; the more the other loses, the more", () => {
  const { most } = regionOf(one, "quality", 0, 150, 60);
  for (let c = 1; c <= 60; c += 1) expect(most[c]).toBeGreaterThanOrEqual(most[c - 1] ?? 0);
});

describe("S13: a judge with sensitivity .95 and specificity .80", () => {
  const region = regionOf(one, "quality", 0, 400, 200);
  const { effective } = judgedMargin(0.05, { good: { right: 95, of: 100 }, bad: { right: 80, of: 100 } });
  /** What the judge finds bad of arms of which these shares truly are. */
  const seenBad = (bad: number): number => bad * 0.8 + (1 - bad) * 0.05;
  const passes = (worse: number): number =>
    chanceOf(region, ...discordant(seenBad(0.2 + worse), seenBad(0.2), 0));

  test("who is truly worse by the margin shown passes as one at the suite's margin does, and no other", () => {
    expect(effective).toBeCloseTo(0.05 / 0.75, 12);
    expect(passes(effective ?? 0)).toBeGreaterThan(0.044);
    expect(passes(effective ?? 0)).toBeLessThanOrEqual(0.056);
    expect(passes(0.05)).toBeGreaterThan(0.08);
    expect(passes(0.09)).toBeLessThan(0.02);
  });
});
