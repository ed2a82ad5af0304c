import { describe, expect, test } from "vitest";
import { decideGate, gateVerdict } from "../../../src/evals/gate/decide.ts";
import { equal, itemsOf, once } from "./arms.ts";
import { quality, specOf } from "./simulating.ts";

/** One guard alone. */
const quick = specOf({ guards: { quality }, looks: [2] });

describe("ways out", () => {
  const undecided = decideGate(once, { items: itemsOf(31, 100, 2), looks: [2] });

  test("a person may sign for the margin that is named, and the same evaluation promotes", () => {
    expect(undecided.verdict).toBe("INCONCLUSIVE");
    const accepted = undecided.waysOut?.accept ?? {};
    expect(Object.keys(accepted)).not.toEqual([]);
    const signed = decideGate(once, { items: itemsOf(31, 100, 2), looks: [2], accepted });
    expect(signed.verdict).toBe("PROMOTE");
    expect(signed.guards.filter(({ accepted }) => accepted).map(({ guard }) => guard)).toEqual(
      Object.keys(accepted).toSorted(),
    );
  });

  test("the named cases decide about as often as asked for", () => {
    const more = undecided.waysOut?.cases ?? 0;
    expect(more).toBeGreaterThan(50);
    const again = Array.from({ length: 200 }, (_, i) => itemsOf(1000 + i, 100 + more, 2));
    const promoted = again.filter((items) => gateVerdict(once, { items, looks: [2] }) === "PROMOTE").length;
    expect(promoted / 200).toBeGreaterThan(0.65);
    expect(promoted / 200).toBeLessThan(1);
  });

  test("more answers help where answers differ, and not where all of it is sticky", () => {
    expect(undecided.waysOut?.answers).toBeGreaterThan(2);
    const sticky = itemsOf(32, 150, 1, { ...equal, candidate: [0.78, 0.01, 1] }).map((item) => ({
      ...item,
      candidate: [...item.candidate, ...item.candidate],
      baseline: [...item.baseline, ...item.baseline],
    }));
    expect(decideGate(once, { items: sticky, looks: [2] })).toMatchObject({
      verdict: "INCONCLUSIVE",
      waysOut: { answers: null },
    });
  });

  test("too few clusters: no margin helps, more cases do", () => {
    const items = itemsOf(33, 400, 2).map((item, i) => ({ ...item, cluster: `c${i % 8}` }));
    const decision = decideGate(once, { items, looks: [2] });
    expect(decision.guards.find(({ guard }) => guard === "quality")).toMatchObject({
      status: "open",
      open: "clusters",
      clusters: 8,
    });
    expect(decision.waysOut).toMatchObject({ answers: null, accept: null });
    expect(decision.waysOut?.cases).toBeGreaterThan(50);
  });

  const of = (seed: number, n: number, right: number, baseline = 0.8) =>
    itemsOf(seed, n, 2, { candidate: [right, 0.01, 1], baseline: [baseline, 0.01, 1] });
  const decided = (items: ReturnType<typeof of>, spec = quick) => decideGate(spec, { items, looks: [2] });

  test("where more cases are within reach, nothing stands in the way", () => {
    expect(undecided.waysOut).toMatchObject({ towards: "PROMOTE", obstacle: null });
  });

  /** The first of many that shows this difference. */
  function seeing(from: number, to: number, n: number, right: number, spec = quick) {
    const found = Array.from({ length: 60 }, (_, seed) => decided(of(seed, n, right), spec)).find(
      ({ guards: [seen] }) => (seen?.estimate ?? -1) > from && (seen?.estimate ?? -1) < to,
    );
    if (found === undefined) throw new Error(`no seed shows a difference from ${from} to ${to}`);
    return found;
  }

  test.each([
    { side: "inside", from: -0.05, to: -0.046, towards: "PROMOTE" },
    { side: "beyond", from: -0.054, to: -0.05, towards: "REJECT" },
  ])("what is nearly at its margin, $side, is said to be", ({ from, to, towards }) => {
    const { verdict, waysOut } = seeing(from, to, 300, 0.75);
    expect(verdict).toBe("INCONCLUSIVE");
    expect(waysOut).toMatchObject({
      towards,
      obstacle: { guard: "quality", against: "baseline", why: "near" },
    });
    expect(waysOut?.cases ?? Infinity).toBeGreaterThan(20 * 300);
  });

  test("a margin too narrow for what differs from case to case is said to be", () => {
    const narrow = specOf({ guards: { quality: { ...quality, margin: 0.002 } }, looks: [2] });
    expect(seeing(0, 0.01, 100, 0.8, narrow).waysOut).toMatchObject({
      obstacle: { guard: "quality", why: "spread" },
    });
  });

  test("clusters are said to be too few where twenty times the cases bring too few of them", () => {
    const items = of(7, 400, 0.85).map((item, i) => ({ ...item, cluster: i < 398 ? "big" : `c${i}` }));
    const many = specOf({ guards: { quality }, looks: [2], least_df: 60 });
    expect(decided(items, many).waysOut).toMatchObject({ obstacle: { why: "clusters" }, answers: null });
  });

  test("what was not seen to get better gets better by no number of cases", () => {
    const primary = specOf({ guards: { quality }, primary: { guard: "quality" }, looks: [2] });
    const decision = decided(of(8, 900, 0.785), primary);
    expect(decision.primary?.estimate).toBeLessThan(0);
    expect(decision.waysOut).toMatchObject({ cases: null, answers: null, towards: "PROMOTE" });
  });

  test("what was seen to be beyond its margin is rejected by the named cases as often as asked for", () => {
    const worse = seeing(-0.1, -0.085, 150, 0.71);
    expect(worse).toMatchObject({ verdict: "INCONCLUSIVE", waysOut: { towards: "REJECT", obstacle: null } });
    const more = worse.waysOut?.cases ?? 0;
    const seen = 0.8 + (worse.guards[0]?.estimate ?? 0);
    const again = Array.from({ length: 150 }, (_, i) => of(2000 + i, 150 + more, seen));
    const rejected = again.filter((items) => gateVerdict(quick, { items, looks: [2] }) === "REJECT").length;
    expect(rejected / 150).toBeGreaterThan(0.68);
    expect(rejected / 150).toBeLessThan(0.93);
  });
});
