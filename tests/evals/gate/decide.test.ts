import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "../../../src/core/canonical.ts";
import { decideGate, gateVerdict } from "../../../src/evals/gate/decide.ts";
import type { Decision, Evaluation } from "../../../src/evals/gate/decide.ts";
import { scoredItem } from "../../../src/evals/gate/item.ts";
import type { Answer, ScoredItem } from "../../../src/evals/gate/item.ts";
import { gateSpec } from "../../../src/evals/gate/spec.ts";
import { equal, guards, itemsOf, once } from "./arms.ts";
import type { Arms } from "./arms.ts";
import { cost, quality, refusals, specOf } from "./simulating.ts";

const spec = specOf({ guards });

const find = (decision: Decision, guard: string, against = "baseline") =>
  decision.guards.find((one) => one.guard === guard && one.against === against);

const big = itemsOf(1, 1000, 2);
const bigLook: Evaluation = { items: big, looks: [2] };

describe("a verdict", () => {
  test("PROMOTE: every guard holds, with its bound inside of its margin", () => {
    const decision = decideGate(once, bigLook);
    expect(decision).toMatchObject({ verdict: "PROMOTE", look: 2, next: null, primary: null, waysOut: null });
    expect(decision.guards.map(({ guard, status }) => [guard, status])).toEqual([
      ["cost", "holds"],
      ["quality", "holds"],
      ["refusals", "holds"],
    ]);
    expect(find(decision, "quality")?.bound).toBeGreaterThan(-0.05);
    expect(find(decision, "quality")?.margin).toBe(-0.05);
    expect(find(decision, "refusals")?.bound).toBeLessThan(0.02);
    expect(find(decision, "cost")?.bound).toBeLessThan(1.15);
    expect(find(decision, "cost")?.estimate).toBeCloseTo(1, 1);
  });

  test("REJECT: one guard is worse beyond doubt, whatever the others do", () => {
    const dear = itemsOf(2, 300, 2, { ...equal, candidate: [0.99, 0, 1.4] });
    const decision = decideGate(once, { items: dear, looks: [2] });
    expect(decision).toMatchObject({ verdict: "REJECT", waysOut: null });
    expect(decision.guards.map(({ status }) => status)).toEqual(["worse", "holds", "holds"]);
  });

  test("INCONCLUSIVE: and the next look is named", () => {
    const decision = decideGate(spec, { items: itemsOf(3, 60, 2), looks: [2] });
    expect(decision).toMatchObject({ verdict: "INCONCLUSIVE", look: 2, next: 4 });
    expect(find(decision, "refusals")).toMatchObject({ status: "open", open: "margin" });
  });

  test("is plain data that says the same again, and as JSON", () => {
    const decision = decideGate(spec, { items: itemsOf(4, 60, 4), looks: [2, 4] });
    const again = {
      items: itemsOf(4, 60, 4).map((one) => scoredItem.parse(JSON.parse(canonical(one)))),
      looks: [2, 4],
    };
    expect(canonical(decideGate(gateSpec.parse(JSON.parse(canonical(spec))), again))).toBe(
      canonical(decision),
    );
  });

  test("does not hang on the order of items or on what clusters are called", () => {
    const items = itemsOf(5, 80, 2).map((item, i) => ({ ...item, cluster: `c${i % 40}` }));
    const shuffled = items.map((item, i) => ({ ...item, cluster: `d${39 - (i % 40)}` })).toReversed();
    const [one, other] = [items, shuffled].map((items) => decideGate(once, { items, looks: [2] }));
    expect(other?.verdict).toBe(one?.verdict);
    for (const [i, { p, df }] of (one?.guards ?? []).entries()) {
      expect(other?.guards[i]?.p).toBeCloseTo(p, 9);
      expect(other?.guards[i]?.df).toBeCloseTo(df, 9);
    }
  });

  test("at a look, later answers are not read", () => {
    const items = itemsOf(6, 100, 8);
    const cut = items.map((item) => ({
      ...item,
      candidate: item.candidate.slice(0, 2),
      baseline: item.baseline.slice(0, 2),
    }));
    expect(decideGate(spec, { items, looks: [2] })).toEqual(decideGate(spec, { items: cut, looks: [2] }));
  });

  test("a bound lies inside of the margin exactly where the guard holds", () => {
    const chance = fc.double({ min: 0.5, max: 1, noNaN: true });
    const looks = fc.constantFrom([2], [2, 4]);
    fc.assert(
      fc.property(
        fc.nat(),
        chance,
        fc.double({ min: 0.8, max: 1.3, noNaN: true }),
        looks,
        (seed, right, money, looks) => {
          const items = itemsOf(seed, 90, 4, { candidate: [right, 0.02, money], baseline: [0.8, 0.02, 1] });
          const decision = decideGate(spec, { items, looks });
          expect(gateVerdict(spec, { items, looks })).toBe(decision.verdict);
          for (const { guard, status, bound, margin } of decision.guards) {
            const isInside =
              bound !== null && (guard === "quality" ? bound > margin - 1e-9 : bound < margin + 1e-9);
            expect({ guard, held: status === "holds" }).toEqual({ guard, held: isInside });
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("a primary metric", () => {
  const better = specOf({ guards, primary: { guard: "quality" }, looks: [2] });

  test("must get better: equal arms are not promoted, though every guard holds", () => {
    const decision = decideGate(better, bigLook);
    expect(decision).toMatchObject({ verdict: "INCONCLUSIVE", primary: { status: "open", margin: 0 } });
    expect(decision.guards.every(({ status }) => status === "holds")).toBe(true);
  });

  test("that got better promotes; that got worse within its margin is no reason to reject", () => {
    const won = itemsOf(7, 600, 2, { ...equal, candidate: [0.9, 0.01, 1] });
    expect(decideGate(better, { items: won, looks: [2] })).toMatchObject({
      verdict: "PROMOTE",
      primary: { status: "holds" },
    });
    const lost = itemsOf(8, 4000, 2, { ...equal, candidate: [0.77, 0.01, 1] });
    expect(decideGate(better, { items: lost, looks: [2] })).toMatchObject({
      verdict: "INCONCLUSIVE",
      primary: { status: "open" },
    });
  });

  test("by a margin of its own", () => {
    const by = specOf({ guards, primary: { guard: "quality", by: 0.08 }, looks: [2] });
    const won = itemsOf(7, 600, 2, { ...equal, candidate: [0.9, 0.01, 1] });
    expect(decideGate(by, { items: won, looks: [2] })).toMatchObject({
      primary: { margin: 0.08, status: "open" },
    });
  });
});

describe("errors and outages", () => {
  const spoil = (items: readonly ScoredItem[], arm: "candidate" | "baseline", count: number, as: Answer) =>
    items.map((item, i) => (i < count ? { ...item, [arm]: item[arm].map(() => as) } : item));

  test("an error is the worst of each metric", () => {
    const decision = decideGate(once, { items: spoil(big, "candidate", 200, "error"), looks: [2] });
    expect(decision.verdict).toBe("REJECT");
    expect(decision.guards.map(({ status, errors }) => [status, errors])).toEqual([
      // Of costs only the middle counts, and that is where it was.
      ["holds", 400],
      ["worse", 400],
      ["worse", 400],
    ]);
    expect(find(decision, "quality")?.candidate).toBeLessThan(0.7);
  });

  test("of both arms, they are equal", () => {
    const both = spoil(spoil(big, "candidate", 100, "error"), "baseline", 100, "error");
    expect(decideGate(once, { items: both, looks: [2] }).verdict).toBe("PROMOTE");
  });

  test("few outages decide nothing where all would be well either way; many keep from deciding", () => {
    expect(decideGate(once, { items: spoil(big, "candidate", 1, "outage"), looks: [2] }).verdict).toBe(
      "PROMOTE",
    );
    const decision = decideGate(once, { items: spoil(big, "candidate", 100, "outage"), looks: [2] });
    expect(decision.verdict).toBe("INCONCLUSIVE");
    expect(find(decision, "quality")).toMatchObject({ status: "open", open: "outages", outages: 200 });
    expect(decision.waysOut?.accept).toBeNull();
  });

  test("outages of production count for it, too", () => {
    const decision = decideGate(once, { items: spoil(big, "baseline", 300, "outage"), looks: [2] });
    expect(find(decision, "quality")).toMatchObject({ open: "outages" });
  });

  test("answers that are not there are outages, never dropped", () => {
    const short = big.map((item, i) => (i < 60 ? { ...item, candidate: item.candidate.slice(0, 1) } : item));
    expect(find(decideGate(once, { items: short, looks: [2] }), "quality")).toMatchObject({ outages: 60 });
  });
});

describe("the best version ever", () => {
  const withBest = (seed: number, right: number): ScoredItem[] => {
    const best = itemsOf(seed, 1000, 1, { ...equal, candidate: [right, 0, 1] });
    return big.map((item, i) => ({ ...item, best: best[i]?.candidate ?? [] }));
  };

  test("must be held against, in guards where higher is better", () => {
    const decision = decideGate(once, { items: withBest(11, 0.8), looks: [2] });
    expect(decision.guards.map(({ guard, against }) => `${guard} ${against}`)).toEqual([
      "cost baseline",
      "quality baseline",
      "refusals baseline",
      "quality best",
    ]);
  });

  test("keeps from promoting one that is far below it, though production is no better", () => {
    expect(decideGate(once, { items: withBest(12, 0.97), looks: [2] }).verdict).toBe("REJECT");
  });

  test("has a chance of error of its own, and guards that are named", () => {
    const named = specOf({ guards, looks: [2], best_ever: { guards: ["cost"], alpha: 0.02 } });
    const decision = decideGate(named, { items: withBest(13, 0.8), looks: [2] });
    expect(find(decision, "cost", "best")).toMatchObject({ level: expect.closeTo(0.02, 9) });
    expect(find(decision, "quality", "best")).toBeUndefined();
  });
});

describe("a first version", () => {
  const floors = specOf({
    guards: {
      quality: { ...quality, floor: 0.75 },
      refusals: { ...refusals, floor: 0.03 },
      cost: { ...cost, floor: 1.5 },
    },
    looks: [1],
  });
  const first = (n: number, arm: Arms["candidate"]): ScoredItem[] =>
    itemsOf(21, n, 1, { candidate: arm, baseline: arm }).map((item) => ({ ...item, baseline: [] }));

  test("passes floors with its bound, not with its average", () => {
    expect(decideGate(floors, { items: first(600, [0.82, 0.005, 1]), looks: [1] }).verdict).toBe("PROMOTE");
    const few = decideGate(floors, { items: first(60, [0.82, 0.005, 1]), looks: [1] });
    expect(few.verdict).toBe("INCONCLUSIVE");
    expect(find(few, "quality", "floor")).toMatchObject({ other: null, margin: 0.75, status: "open" });
    expect(decideGate(floors, { items: first(600, [0.6, 0.005, 1]), looks: [1] }).verdict).toBe("REJECT");
    expect(decideGate(floors, { items: first(600, [0.82, 0.005, 2]), looks: [1] }).verdict).toBe("REJECT");
  });

  test("with several answers or clusters too", () => {
    const twice = { ...floors, looks: [2] };
    const items = itemsOf(22, 600, 2, { ...equal, candidate: [0.82, 0.005, 1] }).map((item, i) => ({
      ...item,
      cluster: `c${i % 200}`,
      baseline: [],
    }));
    expect(decideGate(twice, { items, looks: [2] }).verdict).toBe("PROMOTE");
  });
});

describe("a noisy judge", () => {
  const judged = specOf({ guards: { quality: { ...quality, judged: true } }, looks: [2] });
  const labels = (of: number) => ({ good: { right: 0.95 * of, of }, bad: { right: 0.8 * of, of } });

  test("leaves a wider margin, which is shown with what is plausible", () => {
    const { judged: found } = decideGate(judged, { ...bigLook, judge: labels(100) });
    expect(found["quality"]).toMatchObject({
      labels: 200,
      proven: true,
      sensitivity: 0.95,
      specificity: 0.8,
    });
    expect(found["quality"]?.effective).toBeCloseTo(0.05 / 0.75, 12);
    expect(found["quality"]?.plausible).toBeGreaterThan(0.05 / 0.75);
  });

  test("is unproven below 100 labels, and no better than chance leaves nothing", () => {
    expect(decideGate(judged, { ...bigLook, judge: labels(40) }).judged["quality"]?.proven).toBe(false);
    const blind = { good: { right: 50, of: 100 }, bad: { right: 50, of: 100 } };
    expect(decideGate(judged, { ...bigLook, judge: blind }).judged["quality"]).toMatchObject({
      effective: null,
      plausible: null,
    });
  });
});
