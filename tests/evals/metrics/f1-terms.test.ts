import * as fc from "fast-check";
import { expect, test } from "vitest";
import { classificationF1 } from "../../../src/evals/metrics/classification.ts";
import type { Classes } from "../../../src/evals/metrics/classification.ts";
import { f1Terms, tallyOf } from "../../../src/evals/metrics/f1-terms.ts";
import type { F1Part } from "../../../src/evals/metrics/f1-terms.ts";
import { helm, isNear } from "../vectors.ts";

const averages = ["macro", "micro", "weighted"] as const;

test("F1 by terms is HELM's, of one class or of several to an item", () => {
  expect(helm.classification_f1.length).toBe(3);
  for (const { gold, pred, labels, expected } of helm.classification_f1) {
    const tally = tallyOf(
      gold,
      pred.map((one) => [one]),
    );
    const got = Object.fromEntries([
      ...averages.map((part) => [`${part}_f1`, f1Terms(tally, part).value]),
      ...labels.map((label) => [`${label}_f1`, f1Terms(tally, { label }).value]),
    ]);
    expect(got).toSatisfy((all) => isNear(all, expected));
  }
});

const letter = fc.constantFrom("a", "b", "c", "not one");
const answered = fc
  .integer({ min: 1, max: 3 })
  .chain((answers) =>
    fc.array(
      fc.tuple(fc.constantFrom("a", "b", "c"), fc.array(letter, { minLength: answers, maxLength: answers })),
      { minLength: 2, maxLength: 12 },
    ),
  );
const split = (items: readonly (readonly [string, string[]])[]): [Classes[], Classes[][]] => [
  items.map(([gold]) => gold),
  items.map(([, said]) => said),
];
const partsOf = (items: readonly (readonly [string, string[]])[]): F1Part[] => [
  ...averages,
  { label: items[0]?.[0] ?? "" },
];

test("several answers to an item count as if they all had been items, and terms have F1 as their mean", () => {
  fc.assert(
    fc.property(answered, (items) => {
      const tally = tallyOf(...split(items));
      const pooled = classificationF1(
        items.flatMap(([gold, said]) => said.map(() => gold)),
        items.flatMap(([, said]) => said),
      );
      for (const part of partsOf(items)) {
        const { value, terms, reach } = f1Terms(tally, part);
        expect(value).toBeCloseTo(
          typeof part === "object" ? (pooled.perClass[part.label] ?? NaN) : pooled[part],
          12,
        );
        expect(terms.reduce((sum, term) => sum + term, 0) / terms.length).toBeCloseTo(value, 12);
        expect(reach).toBeGreaterThanOrEqual(1);
      }
    }),
  );
});

test("a term is how F1 moves when its item is there a little more often", () => {
  fc.assert(
    fc.property(answered, fc.nat(), (items, pick) => {
      const times = 400;
      const at = pick % items.length;
      const often = [...Array.from({ length: times }, () => items).flat(), items[at]!];
      for (const part of partsOf(items)) {
        const { value, terms } = f1Terms(tallyOf(...split(items)), part);
        const moved = f1Terms(tallyOf(...split(often)), part).value;
        const slope = (moved - value) * times * items.length;
        expect(Math.abs(slope - ((terms[at] ?? NaN) - value))).toBeLessThan(0.15);
      }
    }),
    { numRuns: 10 },
  );
});

test("one item moves F1 as far as it moves a share of right answers where classes are as frequent, farther where one is rare", () => {
  const of = (counts: Readonly<Record<string, number>>): number => {
    const gold = Object.entries(counts).flatMap(([label, count]) =>
      Array.from({ length: count }, () => label),
    );
    return f1Terms(
      tallyOf(
        gold,
        gold.map((one) => [one]),
      ),
      "macro",
    ).reach;
  };
  expect(of({ a: 20, b: 20, c: 20 })).toBeCloseTo(1, 12);
  // (2 − 1) / (3 · 4) + 1 / (3 · 38), of 42 items.
  expect(of({ a: 21, b: 19, c: 2 })).toBeCloseTo(42 * (1 / 12 + 1 / 114), 12);
});
