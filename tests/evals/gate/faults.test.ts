import { describe, expect, test } from "vitest";
import { decideGate, GateFault } from "../../../src/evals/gate/decide.ts";
import type { Evaluation } from "../../../src/evals/gate/decide.ts";
import type { Answer, ScoredItem } from "../../../src/evals/gate/item.ts";
import { judgeLabels } from "../../../src/evals/gate/judge.ts";
import { assumption } from "../../../src/evals/gate/plan/assumption.ts";
import { defaultGuards, gateSpec } from "../../../src/evals/gate/spec.ts";
import { guards, itemsOf, once } from "./arms.ts";
import { quality } from "./simulating.ts";

describe("what cannot be judged is said, with what to do", () => {
  const others = itemsOf(41, 20, 2).slice(1);
  const item: ScoredItem = { ...others[0]!, id: "i0", cluster: "c0" };
  const faultsOf = (evaluation: Partial<Evaluation>, gate = once): readonly string[] => {
    try {
      decideGate(gate, { items: [item, ...others], looks: [2], ...evaluation });
    } catch (error) {
      if (error instanceof GateFault) return error.faults;
      throw error;
    }
    return [];
  };
  const row = (answer: Answer): ScoredItem[] => [{ ...item, candidate: [answer, answer] }, ...others];

  test.each([
    ["no items", { items: [] }, "there are no items"],
    ["an item twice", { items: [item, item, ...others] }, "item i0 is there twice"],
    ["no score", { items: row({ quality: 1, refusal: 0 }) }, "item i0, answer 1 of candidate: no cost"],
    [
      "half a rate",
      { items: row({ quality: 0.5, refusal: 0, cost: 1 }) },
      "quality is 0.5: a rate is 0 or 1",
    ],
    ["a debt", { items: row({ quality: 1, refusal: 0, cost: -1 }) }, "cost is -1: it must lie between 0"],
    ["no number", { items: row({ quality: NaN, refusal: 0, cost: 1 }) }, "quality is NaN"],
    ["one arm half", { items: [{ ...item, baseline: [] }, ...others] }, "baseline has no answer to item i0"],
    ["another look", { looks: [3] }, "looks at 3 are not those planned"],
    ["no look", { looks: [] }, "no look was taken"],
    ["a narrower margin", { accepted: { quality: 0.01 } }, "quality=0.01: accept a margin from 0.05"],
    ["a strange guard", { accepted: { tone: 0.1 } }, "tone is no guard"],
    [
      "no floor",
      { items: itemsOf(42, 20, 2).map((one) => ({ ...one, baseline: [] })) },
      "no guard has a floor",
    ],
  ] as const)("%s", (_, evaluation, fault) => {
    expect(faultsOf(evaluation)[0]).toContain(fault);
  });

  test("and an evaluation without faults has none", () => {
    expect(faultsOf({})).toEqual([]);
  });
});

describe("a gate's text", () => {
  const faultsOf = (text: unknown): string[] =>
    gateSpec.safeParse(text).error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];

  test("says what is wrong with it, and where", () => {
    expect(faultsOf({ guards: {} })).toEqual(["guards must name at least one guard"]);
    expect(faultsOf({ guards, looks: [4, 2] })[0]).toContain("looks must grow");
    expect(faultsOf({ guards, primary: { guard: "tone" } })).toEqual([
      "primary.guard names no guard: use one of `guards`",
    ]);
    expect(faultsOf({ guards, best_ever: { guards: ["cost", "tone"] } })[0]).toContain(
      "best_ever.guards.1 names no guard",
    );
    expect(faultsOf({ guards: { quality: { ...quality, margin: 1 } } })[0]).toContain(
      "narrower than its range",
    );
    expect(faultsOf({ guards: { quality: { ...quality, floor: 2 } } })[0]).toContain(
      "floor must lie in its range",
    );
  });

  test("has the defaults of the issue", () => {
    expect(gateSpec.parse({ guards })).toMatchObject({
      alpha: 0.05,
      power: 0.8,
      looks: [2, 4, 8],
      best_ever: { alpha: 0.01 },
      on_error: "worst",
      least_df: 10,
    });
  });
});

test("the default guards are a gate: quality −5 points, refusals and invalid +2, cost ×1.15", () => {
  const margins = Object.entries(gateSpec.parse({ guards: defaultGuards }).guards).map(([name, guard]) => [
    name,
    guard.kind === "ratio" ? guard.ratio : guard.margin,
    guard.better,
  ]);
  expect(margins).toEqual([
    ["quality", 0.05, "higher"],
    ["refusals", 0.02, "lower"],
    ["invalid", 0.02, "lower"],
    ["cost", 1.15, "lower"],
  ]);
});

test("labels and assumptions are checked as well", () => {
  expect(judgeLabels.safeParse({ good: { right: 3, of: -1 }, bad: { right: 0, of: 0 } }).success).toBe(false);
  expect(assumption.parse({ kind: "rate", rate: 0.8, discordance: 0.2 })).toMatchObject({ gain: 0 });
  expect(assumption.safeParse({ kind: "rate", rate: 1, discordance: 0.2 }).success).toBe(false);
});
