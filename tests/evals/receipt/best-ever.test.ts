import { expect, test } from "vitest";
import type { StageRecord } from "../../../src/core/registry/record.ts";
import { bestEver } from "../../../src/evals/receipt/best-ever.ts";
import type { Proof } from "../../../src/evals/receipt/best-ever.ts";
import { verifyReceipt } from "../../../src/evals/receipt/verify-receipt.ts";
import { receiptText } from "../../../src/evals/receipt/receipt-text.ts";
import { made, put, worker } from "../../core/registry/ground.ts";
import { itemsOf, receiptFor, sha256, sideOf } from "./ground.ts";

/** A promotion of a version for another, on which this much was measured. */
interface Step {
  readonly version: number;
  readonly before: number | null;
  readonly quality?: {
    readonly candidate: number;
    readonly baseline: number;
    readonly best?: readonly [version: number, quality: number];
  };
  readonly suite?: string;
  readonly isRollback?: boolean;
}

function bestAfter(steps: readonly Step[], suite = "core"): number | null {
  const proofs = new Map<string, Proof>();
  const records = steps.map(
    ({ version, before, quality, suite: name = "core", isRollback = false }): StageRecord => {
      if (quality === undefined || isRollback) return put(version, "production", before, { isRollback });
      const { candidate, baseline, best } = quality;
      const items = itemsOf(
        {
          candidate: { quality: candidate },
          baseline: { quality: baseline },
          ...(best === undefined ? {} : { best: { quality: best[1] } }),
        },
        { n: 200 },
      );
      const receipt = receiptFor(items, {
        candidate: sideOf(version),
        baseline: sideOf(before ?? 0),
        best: best === undefined ? null : sideOf(best[0]),
        suite: { name, version: null, digest: sha256(name) },
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

test.each<[what: string, steps: readonly Step[], best: number | null]>([
  ["the only one is the best", [first], null],
  ["the one in production is the best", [first, better(2, 1)], null],
  ["the first of all, which nobody measured, may be it", [first, worse(2, 1)], 1],
  ["the one before", [first, better(2, 1), worse(3, 2)], 2],
  ["small losses add up", [first, better(2, 1), worse(3, 2), worse(4, 3), worse(5, 4)], 2],
  ["and gains too", [first, better(2, 1), worse(3, 2), better(4, 3)], null],
  [
    "one that was taken back is none",
    [first, better(2, 1), { version: 1, before: 2, isRollback: true }],
    null,
  ],
  ["an unproven one begins anew", [first, better(2, 1), worse(3, 2), { version: 4, before: 3 }], null],
  ["and is one itself", [first, better(2, 1), { version: 3, before: 2 }, worse(4, 3)], 3],
  [
    "another suite's numbers are no numbers of this",
    [first, better(2, 1), { ...worse(3, 2), suite: "other" }],
    null,
  ],
])("%s", (_, steps, best) => {
  expect(bestAfter(steps)).toBe(best);
});

test("nothing is the best where nothing is in production", () => {
  expect(bestEver(worker([made(1)]), new Map(), "core")).toBeNull();
});

test("what was held against the best version counts as much as what was held against production", () => {
  // By production alone worker@4 would stand 1 above worker@2, by worker@2 itself 20 below.
  const last: Step = { version: 4, before: 3, quality: { candidate: 0.7, baseline: 0.54, best: [2, 0.9] } };
  expect(
    bestAfter([
      first,
      better(2, 1),
      { version: 3, before: 2, quality: { candidate: 0.5, baseline: 0.65 } },
      last,
    ]),
  ).toBe(2);
  const { best: _, ...alone } = last.quality ?? { candidate: 0, baseline: 0 };
  expect(
    bestAfter([
      first,
      better(2, 1),
      { version: 3, before: 2, quality: { candidate: 0.5, baseline: 0.65 } },
      { ...last, quality: alone },
    ]),
  ).toBeNull();
});
