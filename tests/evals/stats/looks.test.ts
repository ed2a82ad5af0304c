import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { levelsOf } from "../../../src/evals/stats/looks.ts";
import { normalQuantile } from "../../../src/evals/stats/normal.ts";
import { errorOf } from "./vectors.ts";

const spent = [0.0125, 0.025, 0.05];

describe("levels of looks", () => {
  test("one look spends all", () => {
    expect(errorOf(levelsOf([0.05], [])[0] ?? NaN, 0.05)).toBeLessThanOrEqual(1e-9);
  });

  test("looks that know nothing of each other multiply", () => {
    const levels = levelsOf(spent, [0, 0]);
    const passed = levels.map(
      (_, k) => 1 - levels.slice(0, k + 1).reduce((all, level) => all * (1 - level), 1),
    );
    for (const [k, chance] of passed.entries()) expect(errorOf(chance, spent[k])).toBeLessThanOrEqual(1e-7);
  });

  test("as 8 million simulated triples have them", () => {
    const [, second = NaN, third = NaN] = levelsOf(spent, [0.7, 0.7]);
    expect(errorOf(second, 0.016_604_8)).toBeLessThanOrEqual(1e-4);
    expect(errorOf(third, 0.033_756_8)).toBeLessThanOrEqual(1e-4);
    const [, late = NaN, last = NaN] = levelsOf(spent, [0.9, 0.9]);
    expect(errorOf(late, 0.021_419_1)).toBeLessThanOrEqual(1e-4);
    expect(errorOf(last, 0.043_462_3)).toBeLessThanOrEqual(1e-4);
  });

  test("Pocock's two looks, half of the answers first", () => {
    const [first = NaN, second = NaN] = levelsOf([0.02938, 0.05], [0.7]);
    expect(errorOf(normalQuantile(1 - first), 1.89)).toBeLessThanOrEqual(0.005);
    expect(errorOf(normalQuantile(1 - second), 1.875)).toBeLessThanOrEqual(0.02);
  });

  test("each lies between what it adds and all that is spent; the more looks agree, the more is left", () => {
    const correlation = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        correlation,
        correlation,
        fc.double({ min: 0.001, max: 0.2, noNaN: true }),
        (r, s, alpha) => {
          const chances = [alpha / 4, alpha / 2, alpha];
          const levels = levelsOf(chances, [r, s]);
          for (const [k, level] of levels.entries()) {
            expect(level).toBeLessThanOrEqual((chances[k] ?? 0) + 1e-9);
            expect(level).toBeGreaterThanOrEqual((chances[k] ?? 0) - (chances[k - 1] ?? 0) - 1e-6);
          }
          const closer = levelsOf(chances, [Math.min(1, r + 0.1), s]);
          expect(closer[1]).toBeGreaterThanOrEqual((levels[1] ?? 0) - 1e-9);
        },
      ),
      { numRuns: 25 },
    );
  });
});
