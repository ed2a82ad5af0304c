import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Arm } from "../../../src/evals/answer.ts";
import { asksBetween, asksOfForms } from "../../../src/evals/runner/order.ts";
import type { Form } from "../../../src/evals/runner/order.ts";
import { asksOf, itemOf, itemsUpTo, nameOf, sha256 } from "./ground.ts";

const someArms = fc.constantFrom<readonly Arm[]>(
  ["candidate"],
  ["candidate", "baseline"],
  ["candidate", "baseline", "best"],
);

describe("what is asked between looks", () => {
  test("is every arm, item and sample once, sample by sample, the arms of a case beside each other", () => {
    fc.assert(
      fc.property(someArms, fc.nat(12), fc.nat(3), fc.nat(4), (arms, count, from, more) => {
        const to = from + more;
        const asks = asksBetween(sha256, arms, itemsUpTo(count), { from, to });
        const wanted = asksOf(arms, itemsUpTo(count), to).filter(({ sample }) => sample > from);
        expect(asks.map(nameOf).toSorted()).toEqual(wanted.map(nameOf).toSorted());
        const samples = asks.map(({ sample }) => sample);
        expect(samples).toEqual(samples.toSorted((a, b) => a - b));
        for (let at = 0; at < asks.length; at += arms.length) {
          const beside = asks.slice(at, at + arms.length);
          expect(new Set(beside.map(({ item, sample }) => `${item.case.id} ${sample}`)).size).toBe(1);
          expect(beside.map(({ arm }) => arm).toSorted()).toEqual(arms.toSorted());
        }
      }),
      { numRuns: 50 },
    );
  });

  test("is the same whatever the order of the cases, and has no order of theirs", () => {
    const items = itemsUpTo(40);
    const names = asksBetween(sha256, ["candidate"], items, { from: 0, to: 1 }).map(nameOf);
    expect(asksBetween(sha256, ["candidate"], items.toReversed(), { from: 0, to: 1 }).map(nameOf)).toEqual(
      names,
    );
    const written = items.map((item) => `candidate ${item.case.id} 1`);
    expect(names).not.toEqual(written);
    const [first, second] = [names.slice(0, 20), names.slice(20)];
    const early = (half: readonly string[]): number =>
      half.filter((name) => written.indexOf(name) < 20).length;
    expect(early(first)).toBeGreaterThan(4);
    expect(early(second)).toBeGreaterThan(4);
  });

  test("has each arm in front equally often, also of one case over its samples", () => {
    for (const arms of [
      ["candidate", "baseline"],
      ["candidate", "baseline", "best"],
    ] as const) {
      const asks = asksBetween(sha256, arms, itemsUpTo(30), { from: 0, to: 6 });
      const front = asks.filter((_, at) => at % arms.length === 0);
      for (const arm of arms) {
        const mine = front.filter((ask) => ask.arm === arm);
        expect(mine.length).toBe(front.length / arms.length);
        expect(mine.filter(({ item }) => item.case.id === "c7").length).toBe(6 / arms.length);
      }
    }
  });

  test("looks in steps ask what one look to the end asks", () => {
    const once = asksBetween(sha256, ["candidate", "baseline"], itemsUpTo(9), { from: 0, to: 8 });
    const steps = [
      [0, 2],
      [2, 4],
      [4, 8],
    ].flatMap(([from = 0, to = 0]) =>
      asksBetween(sha256, ["candidate", "baseline"], itemsUpTo(9), { from, to }),
    );
    expect(steps).toEqual(once);
  });
});

describe("forms", () => {
  const forms: Form[] = [
    { id: "robustness:a", put: (item) => itemOf(`${item.case.id}-a`) },
    { id: "fairness:b", put: (item) => (item.case.id.endsWith("1") ? null : item) },
  ];
  test("are asked once, of candidate and production and not of the best version, where they change something", () => {
    const asks = asksOfForms(sha256, ["candidate", "baseline", "best"], itemsUpTo(12), forms);
    const names = asks.map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(2 * (12 + 10));
    expect(asks.every(({ sample, arm }) => sample === 1 && arm !== "best")).toBe(true);
    expect(names).toContain("baseline c3-a 1 robustness:a");
    expect(names).not.toContain("candidate c1 1 fairness:b");
    expect(names).not.toContain("candidate c11 1 fairness:b");
    for (let at = 0; at < asks.length; at += 2) expect(asks[at]?.item).toBe(asks[at + 1]?.item);
  });
});
