import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clustersOf, degreesOf } from "../../../src/evals/stats/clusters.ts";
import { clusteredMean, uncorrectedError } from "../../../src/evals/stats/mean.ts";
import { studentCdf, studentQuantile } from "../../../src/evals/stats/student.ts";
import { tangoScore } from "../../../src/evals/stats/tango.ts";
import { tiltedVariance } from "../../../src/evals/stats/tilt.ts";
import { errorOf, single } from "./vectors.ts";

const paired = single("paired") as Record<string, number>;
const { prod = [], cand = [], cluster = [], ci90 = [] } = single("paired") as Record<string, number[]>;
const differences = Float64Array.from(cand, (value, i) => value - (prod[i] ?? 0));
const apart = clustersOf(cand.map((_, i) => i));
const documents = clustersOf(cluster);

describe("paired differences as in the shared vectors", () => {
  test("independent items", () => {
    const { mean, se } = clusteredMean(differences, apart, null);
    expect(errorOf(mean, paired["mean_diff"])).toBeLessThanOrEqual(1e-9);
    expect(errorOf(se, paired["se_iid"])).toBeLessThanOrEqual(1e-9);
    expect(errorOf(mean / se, paired["t"])).toBeLessThanOrEqual(1e-9);
    expect(apart.df).toBeCloseTo(19, 10);
    expect(errorOf(1 - studentCdf(mean / se, apart.df), paired["p_one_sided_gt"])).toBeLessThanOrEqual(1e-9);
    expect(errorOf(mean + studentQuantile(0.95, apart.df) * se, ci90[1])).toBeLessThanOrEqual(1e-9);
  });

  test("clusters: uncorrected, and CR2, which for equal sizes is √(C/(C−1)) of it", () => {
    expect(
      errorOf(uncorrectedError(differences, documents), paired["cluster_se_miller_appendix(no correction)"]),
    ).toBeLessThanOrEqual(1e-9);
    const { mean, se } = clusteredMean(differences, documents, null);
    expect(errorOf(se, paired["cluster_se_inspect(C/(C-1))"])).toBeLessThanOrEqual(1e-9);
    expect(documents.df).toBeCloseTo(4, 10);
    const lower = mean - studentQuantile(0.95, documents.df) * se;
    expect(errorOf(lower, paired["cluster_noninf_lower_95_one_sided_t(G-1)"])).toBeLessThanOrEqual(1e-9);
  });
});

/** CR2 by its definition, with matrices: A = (I − H)^(−1/2) for each cluster, B of all covariances. */
function byMatrices(sizes: readonly number[], values: readonly number[]): { se: number; loose: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const own = sizes.flatMap((size, g) => Array.from({ length: size }, () => g));
  // The ones are an eigenvector of I − H of a cluster, with eigenvalue 1 − size/n: so A·1 = 1/√(1 − size/n).
  const weight = (i: number): number => 1 / Math.sqrt(1 - (sizes[own[i] ?? 0] ?? 0) / n) / n;
  let variance = 0;
  const rows = sizes.map((_, g) =>
    Array.from({ length: n }, (_, j) =>
      own.reduce((sum, cluster, i) => sum + (cluster === g ? weight(i) * ((i === j ? 1 : 0) - 1 / n) : 0), 0),
    ),
  );
  for (const [g] of sizes.entries()) {
    const sum = values.reduce((all, value, i) => all + (own[i] === g ? weight(i) * (value - mean) : 0), 0);
    variance += sum * sum;
  }
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  const trace = rows.reduce((sum, row) => sum + dot(row, row), 0);
  const squares = rows.flatMap((a) => rows.map((b) => dot(a, b) ** 2)).reduce((sum, value) => sum + value, 0);
  return { se: Math.sqrt(variance), loose: (trace * trace) / squares };
}

describe("clusters of any sizes", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 12 });

  test("standard error and degrees of freedom are those of the matrices", () => {
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.integer({ min: -3, max: 3 })), (sizes, stream) => {
        const keys = sizes.flatMap((size, g) => Array.from({ length: size }, () => `c${g}`));
        const values = [...stream.take(keys.length)];
        const clusters = clustersOf(keys);
        const { se, loose } = byMatrices(sizes, values);
        expect(errorOf(clusteredMean(Float64Array.from(values), clusters, null).se, se)).toBeLessThanOrEqual(
          1e-9,
        );
        expect(clusters.df).toBeLessThanOrEqual(loose + 1e-9);
        expect(clusters.df).toBeGreaterThanOrEqual(Math.min(1, loose) - 1e-9);
      }),
    );
  });

  test("equal sizes leave one degree less than there are clusters, unequal ones fewer", () => {
    expect(degreesOf([10, 10, 10, 10])).toBeCloseTo(3, 10);
    expect(degreesOf([1, 1, 1, 1, 1])).toBeCloseTo(4, 10);
    expect(degreesOf([90, 2, 2, 2, 2, 2])).toBeLessThan(1.5);
    expect(degreesOf([7])).toBe(0);
    expect(degreesOf([])).toBe(0);
  });

  test("pseudo-items count as two clusters of one item", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 2, maxLength: 30 }), (quarters) => {
        const values = quarters.map((value) => value / 4);
        const keys = values.map((_, i) => Math.floor(i / 3));
        const found = clusteredMean(Float64Array.from(values), clustersOf(keys), [1, -1]);
        const by = clusteredMean(Float64Array.from([...values, 1, -1]), clustersOf([...keys, -1, -2]), null);
        expect(errorOf(found.mean, by.mean)).toBeLessThanOrEqual(1e-12);
        expect(errorOf(found.se, by.se)).toBeLessThanOrEqual(1e-12);
      }),
    );
  });
});

describe("the variance under a mean that is not the observed one", () => {
  test("is Tango's for values −1, 0 and 1", () => {
    const counts = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.nat(100));
    fc.assert(
      fc.property(counts, fc.double({ min: -0.3, max: 0.3, noNaN: true }), ([b, c, same], margin) => {
        const n = b + c + same;
        const terms = Float64Array.from({ length: n }, (_, i) => (i < b ? 1 : i < b + c ? -1 : 0) - margin);
        const away = b - c - n * margin;
        expect(
          errorOf(away / Math.sqrt(tiltedVariance(terms)), tangoScore(b, c, n, margin)),
        ).toBeLessThanOrEqual(1e-6);
      }),
    );
  });

  test("counts stand for terms that are there more than once", () => {
    const once = tiltedVariance(Float64Array.from([-1, -1, 0.5, 2, 2, 2]));
    const counted = tiltedVariance(Float64Array.from([-1, 0.5, 2, 9]), Float64Array.from([2, 1, 3, 0]));
    expect(errorOf(counted, once)).toBeLessThanOrEqual(1e-9);
  });

  test("at the observed mean is the plain one", () => {
    const terms = Float64Array.from([-1, -0.5, 0, 0.25, 1.25]);
    expect(errorOf(tiltedVariance(terms), 1 + 0.25 + 0.0625 + 1.5625)).toBeLessThanOrEqual(1e-9);
  });

  test("is without bound where all lie on one side, and nothing where nothing varies", () => {
    expect(tiltedVariance(Float64Array.from([0.5, 1, 1]))).toBe(Infinity);
    expect(tiltedVariance(new Float64Array(3))).toBe(0);
  });
});
