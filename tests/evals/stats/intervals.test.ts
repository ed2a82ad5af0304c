import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binomialCdf } from "../../../src/evals/stats/binomial.ts";
import { mcNemar } from "../../../src/evals/stats/mcnemar.ts";
import { benjaminiHochberg, holm } from "../../../src/evals/stats/multiplicity.ts";
import { normalQuantile } from "../../../src/evals/stats/normal.ts";
import { clopperPearson, wilson } from "../../../src/evals/stats/proportion.ts";
import { pairVariance, requiredPairs } from "../../../src/evals/stats/required.ts";
import { tangoInterval, tangoScore } from "../../../src/evals/stats/tango.ts";
import { errorOf, single, vectors } from "./vectors.ts";

test("shares: Wilson, Clopper and Pearson", () => {
  for (const row of vectors["wilson95"] ?? []) {
    const { k = NaN, n = NaN, low, high, cp_low, cp_high } = row;
    const [score, exact] = [wilson(k, n, 0.95), clopperPearson(k, n, 0.95)];
    expect(errorOf(score.low, low)).toBeLessThanOrEqual(1e-9);
    expect(errorOf(score.high, high)).toBeLessThanOrEqual(1e-9);
    expect(errorOf(exact.low, cp_low)).toBeLessThanOrEqual(1e-9);
    expect(errorOf(exact.high, cp_high)).toBeLessThanOrEqual(1e-9);
  }
  expect(vectors["wilson95"]).toHaveLength(6);
});

test("pairs that differ: McNemar", () => {
  for (const row of vectors["mcnemar"] ?? []) {
    const found = mcNemar(row["b_cand_only"] ?? NaN, row["c_prod_only"] ?? NaN);
    expect(errorOf(found.exactOneSided, row["exact_one_sided_b_gt_c"])).toBeLessThanOrEqual(1e-9);
    expect(errorOf(found.exactTwoSided, row["exact_two_sided"])).toBeLessThanOrEqual(1e-9);
    expect(errorOf(found.midOneSided, row["midp_one_sided_b_gt_c"])).toBeLessThanOrEqual(1e-9);
    expect(errorOf(found.midTwoSided, row["midp_two_sided"])).toBeLessThanOrEqual(1e-9);
  }
  expect(vectors["mcnemar"]).toHaveLength(7);
});

test("several tests at once: Holm, Benjamini and Hochberg", () => {
  const { p = [], holm: ofHolm = [], bh = [] } = single("multiplicity") as Record<string, number[]>;
  expect(p).toHaveLength(5);
  for (const [i, value] of holm(p).entries()) expect(errorOf(value, ofHolm[i])).toBeLessThanOrEqual(1e-9);
  for (const [i, value] of benjaminiHochberg(p).entries())
    expect(errorOf(value, bh[i])).toBeLessThanOrEqual(1e-9);
});

test("how many pairs are needed", () => {
  for (const row of vectors["required_n"] ?? []) {
    const { alpha_one_sided: alpha = NaN, power = NaN, discordance = NaN, true_delta: delta = NaN } = row;
    const { margin = NaN, n } = row;
    expect(requiredPairs(alpha, power, pairVariance(discordance, delta), delta, margin)).toBe(n);
  }
  expect(requiredPairs(0.05, 0.8, 0.1, -0.05, 0.05)).toBeNull();
});

describe("Tango's score", () => {
  test("as in the shared vectors", () => {
    for (const row of vectors["tango_noninferiority"] ?? []) {
      const { b_cand_event_only: b = NaN, c_prod_event_only: c = NaN, n = NaN, margin = NaN } = row;
      expect(errorOf(tangoScore(b, c, n, margin), row["T"])).toBeLessThanOrEqual(1e-9);
    }
    expect(vectors["tango_noninferiority"]).toHaveLength(5);
  });

  const counts = fc
    .tuple(fc.nat(40), fc.nat(40), fc.nat(200))
    .map(([b, c, same]) => ({ b, c, n: b + c + same + 1 }));
  const margins = fc.double({ min: -0.9, max: 0.9, noNaN: true });

  /** The likelihood of the two chances, as Tango writes it, climbed by hand over a fine grid. */
  function scoreByClimbing(b: number, c: number, n: number, margin: number): number {
    const likelihood = (second: number): number => {
      const first = second + margin;
      const rest = 1 - first - second;
      return (
        (b === 0 ? 0 : b * Math.log(first)) +
        (c === 0 ? 0 : c * Math.log(second)) +
        (n - b - c === 0 ? 0 : (n - b - c) * Math.log(rest))
      );
    };
    let [low, high] = [Math.max(0, -margin), (1 - margin) / 2];
    for (let step = 0; step < 200; step += 1) {
      const [x, y] = [low + (high - low) / 3, high - (high - low) / 3];
      if (likelihood(x) < likelihood(y)) low = x;
      else high = y;
    }
    return (b - c - n * margin) / Math.sqrt(n * (2 * low + margin - margin * margin));
  }

  test("takes the likeliest chances under the margin", () => {
    const inside = fc.double({ min: -0.5, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(counts, inside, ({ b, c, n }, margin) => {
        fc.pre(Math.abs(margin) > 1e-3);
        expect(errorOf(tangoScore(b, c, n, margin), scoreByClimbing(b, c, n, margin))).toBeLessThanOrEqual(
          1e-5,
        );
      }),
    );
  });

  test("is the same from the other side", () => {
    fc.assert(
      fc.property(counts, margins, ({ b, c, n }, margin) => {
        expect(errorOf(tangoScore(b, c, n, margin), -tangoScore(c, b, n, -margin))).toBeLessThanOrEqual(1e-9);
      }),
    );
  });

  test("without a margin is McNemar's, and 0 where nothing differs", () => {
    expect(errorOf(tangoScore(10, 3, 100, 0), 7 / Math.sqrt(13))).toBeLessThanOrEqual(1e-9);
    expect(tangoScore(0, 0, 100, 0)).toBe(0);
  });

  test("its interval ends where the score reaches the bound, and holds the estimate", () => {
    fc.assert(
      fc.property(counts, ({ b, c, n }) => {
        const { low, high } = tangoInterval(b, c, n, 0.9);
        const z = normalQuantile(0.95);
        expect(low).toBeLessThanOrEqual((b - c) / n);
        expect(high).toBeGreaterThanOrEqual((b - c) / n);
        if (low > -1) expect(errorOf(tangoScore(b, c, n, low), z)).toBeLessThanOrEqual(1e-6);
        if (high < 1) expect(errorOf(tangoScore(b, c, n, high), -z)).toBeLessThanOrEqual(1e-6);
      }),
    );
  });
});

test("an exact interval covers the truth as often as it says, whatever the truth", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (n, truth) => {
        let covered = 0;
        for (let k = 0; k <= n; k += 1) {
          const { low, high } = clopperPearson(k, n, 0.9);
          if (low <= truth && truth <= high)
            covered += binomialCdf(k, n, truth) - binomialCdf(k - 1, n, truth);
        }
        expect(covered).toBeGreaterThanOrEqual(0.9 - 1e-9);
      },
    ),
    { numRuns: 30 },
  );
});
