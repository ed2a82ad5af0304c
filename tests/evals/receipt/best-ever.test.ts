import { expect, test } from "vitest";
import type { StageRecord } from "../../../src/core/registry/record.ts";
import { bestEver } from "../../../src/evals/receipt/best-ever.ts";
import type { Proof } from "../../../src/evals/receipt/best-ever.ts";
import { verifyReceipt } from "../../../src/evals/receipt/verify-receipt.ts";
import { receiptText } from "../../../src/evals/receipt/receipt-text.ts";
import { made, put, worker } from "../../core/registry/ground.ts";
import { gate, itemsOf, receiptFor, sha256, sideOf } from "./ground.ts";

/** A promotion of a version for another, on which this much was measured. */
interface Step {
  readonly version: number;
  readonly before: number | null;
  readonly quality?: {
    readonly candidate: number;
    readonly baseline: number;
    readonly best?: readonly [version: number, quality: number];
  };
  /** Of the candidate, and of production. */
  readonly money?: readonly [number, number];
  readonly suite?: string;
  readonly isRollback?: boolean;
}

function bestAfter(steps: readonly Step[], suite = "core", spec = gate): number | null {
  const proofs = new Map<string, Proof>();
  const records = steps.map(
    ({ version, before, quality, money = [1, 1], suite: name = "core", isRollback = false }): StageRecord => {
      if (quality === undefined || isRollback) return put(version, "production", before, { isRollback });
      const { candidate, baseline, best } = quality;
      const items = itemsOf(
        {
          candidate: { quality: candidate, money: money[0] },
          baseline: { quality: baseline, money: money[1] },
          ...(best === undefined ? {} : { best: { quality: best[1] } }),
        },
        { n: 200 },
      );
      const receipt = receiptFor(items, {
        candidate: sideOf(version),
        baseline: sideOf(before ?? 0),
        best: best === undefined ? null : sideOf(best[0]),
        suite: { name, version: null, digest: sha256(name) },
        gate: spec,
      });
      const { decision } = verifyReceipt(receiptText(receipt), sha256);
      const digest = sha256(receiptText(receipt));
      if (decision !== null) proofs.set(digest, { receipt, decision });
      return put(version, "production", before, { receipt: digest });
    },
  );
  const versions = [...new Set(steps.map(({ version }) => version))].map((version) => made(version));
  return bestEver(worker([...versions, ...records]), proofs, suite)?.version ?? null;
}

const first: Step = { version: 1, before: null };
/** By ten points, so beyond doubt. */
const better = (version: number, before: number): Step => ({
  version,
  before,
  quality: { candidate: 0.7, baseline: 0.6 },
});
const worse = (version: number, before: number): Step => ({
  version,
  before,
  quality: { candidate: 0.6, baseline: 0.65 },
});
/** So little that luck may have done it. */
const luckier = (version: number, before: number): Step => ({
  version,
  before,
  quality: { candidate: 0.605, baseline: 0.6 },
});
/** What was measured of it, of production and of the best. */
const beside = (
  version: number,
  before: number,
  best: number,
  [candidate, baseline, ever]: readonly [number, number, number],
): Step => ({ version, before, quality: { candidate, baseline, best: [best, ever] } });

test.each<[what: string, steps: readonly Step[], best: number | null]>([
  ["the only one is the best", [first], null],
  ["the one in production is the best", [first, better(2, 1)], null],
  ["the first of all, which nobody measured, may be it", [first, worse(2, 1)], 1],
  ["the one before", [first, better(2, 1), worse(3, 2)], 2],
  ["one that may have been lucky is not yet", [first, luckier(2, 1)], 1],
  ["but is where it was better once more", [first, luckier(2, 1), beside(3, 2, 1, [0.6, 0.62, 0.6])], 2],
  ["and not where it was not", [first, luckier(2, 1), beside(3, 2, 1, [0.6, 0.55, 0.6])], 1],
  [
    "where it was then better by more than it had been worse, it is",
    [first, worse(2, 1), beside(3, 2, 1, [0.6, 0.66, 0.58])],
    2,
  ],
  [
    "where by less, it is not: both times count the same",
    [first, worse(2, 1), beside(3, 2, 1, [0.6, 0.62, 0.6])],
    1,
  ],
  [
    "one that is beyond doubt above both is the best at once",
    [first, worse(2, 1), beside(3, 2, 1, [0.8, 0.6, 0.65])],
    null,
  ],
  [
    "what is above production alone is not above the best",
    [first, worse(2, 1), beside(3, 2, 1, [0.7, 0.6, 0.7])],
    1,
  ],
  [
    "a lead over the best of then is none over the best of now",
    [first, luckier(2, 1), beside(3, 2, 1, [0.66, 0.67, 0.6]), beside(4, 3, 2, [0.66, 0.68, 0.69])],
    2,
  ],
  [
    "the best that comes back tells whether the one between was better",
    [first, worse(2, 1), { version: 1, before: 2, quality: { candidate: 0.6, baseline: 0.7 } }],
    2,
  ],
  [
    "and if it was not, is the best in production",
    [first, worse(2, 1), { version: 1, before: 2, quality: { candidate: 0.6, baseline: 0.6 } }],
    null,
  ],
  [
    "one that was taken back is none",
    [first, better(2, 1), { version: 1, before: 2, isRollback: true }],
    null,
  ],
  [
    "nor does it count for what comes after",
    [first, worse(2, 1), better(3, 2), { version: 2, before: 3, isRollback: true }],
    1,
  ],
  ["an unproven one takes no title", [first, better(2, 1), worse(3, 2), { version: 4, before: 3 }], 2],
  [
    "but is the best where it was better when the next was held against both",
    [first, better(2, 1), { version: 3, before: 2 }, beside(4, 3, 2, [0.66, 0.68, 0.66])],
    3,
  ],
  [
    "and not where it was not",
    [first, better(2, 1), { version: 3, before: 2 }, beside(4, 3, 2, [0.66, 0.62, 0.66])],
    2,
  ],
  [
    "another suite's numbers are no numbers of this, and take no title",
    [first, better(2, 1), { ...better(3, 2), suite: "other" }],
    2,
  ],
  [
    "a best one that comes back unproven is in production",
    [first, worse(2, 1), { version: 1, before: 2 }],
    null,
  ],
])("%s", (_, steps, best) => {
  expect(bestAfter(steps)).toBe(best);
});

test("nothing is the best where nothing is in production", () => {
  expect(bestEver(worker([made(1)]), new Map(), "core")).toBeNull();
});

test("what nobody asks to hold against the best makes none", () => {
  const nobody = { ...gate, best_ever: { ...gate.best_ever, guards: [] } };
  expect(bestAfter([first, worse(2, 1)], "core", nobody)).toBeNull();
});

test("money is better where it is less, and a ratio where its logarithm is", () => {
  const cheap = { ...gate, best_ever: { ...gate.best_ever, guards: ["cost"] } };
  const at = (version: number, money: readonly [number, number]): Step => ({
    version,
    before: version - 1,
    quality: { candidate: 0.7, baseline: 0.7 },
    money,
  });
  expect(bestAfter([first, at(2, [0.8, 1])], "core", cheap)).toBeNull();
  expect(bestAfter([first, at(2, [1.1, 1])], "core", cheap)).toBe(1);
});
