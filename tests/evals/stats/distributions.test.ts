import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { betaCdf, betaQuantile } from "../../../src/evals/stats/beta.ts";
import { binomialCdf, binomialDensity } from "../../../src/evals/stats/binomial.ts";
import { normalCdf, normalQuantile } from "../../../src/evals/stats/normal.ts";
import { rootOf } from "../../../src/evals/stats/root.ts";
import { studentCdf, studentQuantile } from "../../../src/evals/stats/student.ts";
import { distributions, relativeErrorOf, errorOf, vectors } from "./vectors.ts";

describe("as scipy has them, in the far tails too", () => {
  const twoArguments = { normal: normalCdf, normalQuantile } as const;
  const threeArguments = { student: studentCdf, studentQuantile } as const;
  const fourArguments = { beta: betaCdf, betaQuantile } as const;

  test.each(Object.entries(twoArguments))("%s", (name, found) => {
    for (const [x = NaN, value = NaN] of distributions[name] ?? []) {
      if (value === 0) expect(errorOf(found(x), value)).toBeLessThanOrEqual(1e-15);
      else expect(relativeErrorOf(found(x), value)).toBeLessThanOrEqual(1e-12);
    }
  });

  test.each(Object.entries(threeArguments))("%s", (name, found) => {
    for (const [x = NaN, df = NaN, value] of distributions[name] ?? [])
      expect(relativeErrorOf(found(x, df), value)).toBeLessThanOrEqual(1e-10);
  });

  test.each(Object.entries(fourArguments))("%s", (name, found) => {
    for (const [x = NaN, a = NaN, b = NaN, value] of distributions[name] ?? []) {
      expect(relativeErrorOf(found(x, a, b), value)).toBeLessThanOrEqual(1e-11);
    }
  });

  test("binomial", () => {
    for (const [k = NaN, n = NaN, p = NaN, density, cumulative] of distributions["binomial"] ?? []) {
      expect(relativeErrorOf(binomialDensity(k, n, p), density)).toBeLessThanOrEqual(1e-11);
      expect(relativeErrorOf(binomialCdf(k, n, p), cumulative)).toBeLessThanOrEqual(1e-11);
    }
  });

  test("shared vectors", () => {
    for (const { p = NaN, df = NaN, value } of vectors["t_ppf"] ?? [])
      expect(errorOf(studentQuantile(p, df), value)).toBeLessThanOrEqual(1e-9);
    for (const { p = NaN, value } of vectors["norm_ppf"] ?? [])
      expect(errorOf(normalQuantile(p), value)).toBeLessThanOrEqual(1e-9);
    expect(vectors["t_ppf"]).toHaveLength(28);
  });
});

describe("what holds for every argument", () => {
  const share = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });
  const degrees = fc.double({ min: 0.5, max: 1e5, noNaN: true });

  test("a quantile is where the distribution reaches it", () => {
    fc.assert(
      fc.property(share, degrees, (p, df) => {
        expect(errorOf(normalCdf(normalQuantile(p)), p)).toBeLessThanOrEqual(1e-12);
        expect(errorOf(studentCdf(studentQuantile(p, df), df), p)).toBeLessThanOrEqual(1e-11);
      }),
    );
  });

  test("both tails are alike", () => {
    fc.assert(
      fc.property(fc.double({ min: -40, max: 40, noNaN: true }), degrees, (x, df) => {
        expect(errorOf(normalCdf(x) + normalCdf(-x), 1)).toBeLessThanOrEqual(1e-14);
        expect(errorOf(studentCdf(x, df) + studentCdf(-x, df), 1)).toBeLessThanOrEqual(1e-14);
      }),
    );
  });

  test("binomial densities add up to the distribution", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, p) => {
        let sum = 0;
        for (let k = 0; k <= n; k += 1) {
          sum += binomialDensity(k, n, p);
          expect(errorOf(binomialCdf(k, n, p), sum)).toBeLessThanOrEqual(1e-11);
        }
        expect(errorOf(sum, 1)).toBeLessThanOrEqual(1e-11);
      }),
    );
  });
});

test("ends: nothing lies below, everything below what is certain", () => {
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
  expect([studentQuantile(0, 3), studentQuantile(1, 3)]).toEqual([-Infinity, Infinity]);
  expect([studentCdf(-Infinity, 3), studentCdf(Infinity, 3)]).toEqual([0, 1]);
  expect([betaCdf(-1, 2, 3), betaCdf(0, 2, 3), betaCdf(1, 2, 3), betaCdf(2, 2, 3)]).toEqual([0, 0, 1, 1]);
  expect([binomialCdf(-1, 5, 0.5), binomialCdf(5, 5, 0.5), binomialDensity(6, 5, 0.5)]).toEqual([0, 1, 0]);
  expect([binomialDensity(0, 5, 0), binomialDensity(5, 5, 1), binomialDensity(1, 5, 0)]).toEqual([1, 1, 0]);
});

test("a root outside of its bracket is the nearer end", () => {
  expect([
    rootOf((x) => x - 5, 0, 1),
    rootOf((x) => x + 5, 0, 1),
    rootOf((x) => x ** 3 - 0.125, 0, 1),
  ]).toEqual([1, 0, 0.5]);
});
