import { describe, expect, test } from "vitest";
import { decideGate, gateVerdict } from "../../../src/evals/gate/decide.ts";
import { equal, itemsOf, once } from "./arms.ts";

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
});
