import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PlannedTask } from "../../src/core/event.ts";
import { experienceOf, forecastOf } from "../../src/core/forecast.ts";
import type { Sample } from "../../src/core/forecast.ts";

const task = (id: string, needs: readonly string[] = []): PlannedTask => ({
  id,
  needs: [...needs],
  spec: "0".repeat(64),
  attempts: 3,
  turns: 40,
  budget: { micros: null, tokens: null, wallMs: null },
});
const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
const sample = (n: number): Sample => ({ micros: n * 1000, tokens: n * 100, ms: n * 10_000 });
const experience = experienceOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(sample));

describe("experience", () => {
  it("is the range from the first quarter to four fifths of what tasks took", () => {
    expect(experience).toEqual({ tasks: 10, micros: [3000, 8000], tokens: [300, 800], ms: [30_000, 80_000] });
  });

  it("is none while there are few, and none of money while few of them had a price", () => {
    expect(experienceOf([1, 2, 3, 4].map(sample))).toBeNull();
    const some = [1, 2, 3, 4, 5].map((n) => ({ ...sample(n), micros: n === 1 ? null : n }));
    expect(experienceOf(some)).toMatchObject({ tasks: 5, micros: null, tokens: [200, 400] });
  });

  it("lies between the least and the most of the samples, in whatever order they come", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 5 }), (values) => {
        const found = experienceOf(values.map(sample));
        const [low = 0, high = 0] = found?.tokens ?? [];
        expect(low).toBeGreaterThanOrEqual(100 * Math.min(...values));
        expect(high).toBeLessThanOrEqual(100 * Math.max(...values));
        expect(low).toBeLessThanOrEqual(high);
        expect(experienceOf(values.toReversed().map(sample))).toEqual(found);
      }),
    );
  });
});

describe("a forecast", () => {
  it("multiplies money and tokens by the tasks, and time by what cannot be done side by side", () => {
    const tasks = [task("a"), task("b"), task("c", ["a"]), task("d")];
    expect(forecastOf(tasks, 2, experience, price)).toEqual({
      micros: [12_000, 32_000],
      tokens: [1200, 3200],
      ms: [60_000, 160_000],
    });
    expect(forecastOf(tasks, 1, experience, price).ms).toEqual([120_000, 320_000]);
    const chain = [task("a"), task("b", ["a"]), task("c", ["b"]), task("d", ["c"])];
    expect(forecastOf(chain, 9, experience, price).ms).toEqual([120_000, 320_000]);
  });

  it("counts only what the plan holds: needs that are done take no time", () => {
    expect(forecastOf([task("c", ["a", "b"])], 3, experience, price).ms).toEqual([30_000, 80_000]);
  });

  it("says nothing of money where the price is unknown, and something rough where nothing is known", () => {
    expect(forecastOf([task("a")], 1, experience, null).micros).toBeNull();
    const rough = forecastOf([task("a")], 1, null, price);
    const [low = 0, high = 0] = rough.micros ?? [];
    expect(low).toBeGreaterThan(10_000);
    expect(high).toBeLessThan(2_000_000);
    expect(low).toBeLessThan(high);
  });

  it("of any plan is whole numbers from low to high, and more tasks never take less", () => {
    const plans = fc.array(fc.array(fc.nat(30), { maxLength: 3 }), { maxLength: 30 });
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 64 }), (needs, concurrency) => {
        // Needs of earlier tasks only: a plan has no cycles.
        const tasks = needs.map((of, n) =>
          task(
            `t${n}`,
            of.filter((m) => m < n).map((m) => `t${m}`),
          ),
        );
        const whole = forecastOf(tasks, concurrency, experience, price);
        const part = forecastOf(tasks.slice(0, -1), concurrency, experience, price);
        for (const unit of ["micros", "tokens", "ms"] as const) {
          const [low = -1, high = -1] = whole[unit] ?? [];
          expect(Number.isInteger(low) && Number.isInteger(high) && low >= 0 && low <= high).toBe(true);
          expect((part[unit]?.[0] ?? 0) <= low && (part[unit]?.[1] ?? 0) <= high).toBe(true);
        }
      }),
    );
  });
});
