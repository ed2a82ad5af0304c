import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fold } from "../../src/core/apply.ts";
import { chargeFold } from "../../src/core/cost/charge.ts";
import type { Charge, Charges } from "../../src/core/cost/charge.ts";
import { planOutcomeFold } from "../../src/core/cost/plan-outcome.ts";
import type { PlanOutcome } from "../../src/core/cost/plan-outcome.ts";
import { costRows, keys } from "../../src/core/cost/rows.ts";
import type { Key } from "../../src/core/cost/rows.ts";
import { knownMicros, sumOf, sumsByPurpose } from "../../src/core/cost/sum.ts";
import type { Sum } from "../../src/core/cost/sum.ts";
import type { Entry } from "../../src/core/event.ts";
import { simulate } from "../simulation/simulate.ts";
import { ask, cutModel, failModel, startModel } from "./audit/call-moves.ts";
import type { Chain } from "./audit/chain-builder.ts";
import { createRun, endAttempt, own, plan, startAttempt } from "./audit/moves.ts";
import { randomRun } from "./audit/random-runs.ts";
import { script } from "./audit/random-script.ts";
import { meet } from "./audit/result-moves.ts";

function chargesOf(entries: readonly Entry[]): Charges {
  const seeing = chargeFold();
  for (const entry of entries) seeing.see(entry);
  return seeing.told();
}

/** With some calls at a price that nobody knows, and a day between any two entries. */
const changed = (entries: readonly Entry[], unpriced: readonly boolean[]): readonly Entry[] =>
  entries.map((entry, index): Entry => {
    const at = index * 7_200_000;
    if (entry.type !== "model-ended" || unpriced[index % unpriced.length] !== true) return { ...entry, at };
    return { ...entry, at, body: { ...entry.body, charged: { ...entry.body.charged, micros: null } } };
  });

/** What sums of rows come to, field by field. */
function added(sums: readonly Sum[]): unknown {
  const add = (a: unknown, b: unknown): unknown =>
    typeof a === "number"
      ? a + (b as number)
      : Object.fromEntries(
          Object.entries(a as object).map(([name, value]) => [
            name,
            add(value, (b as Record<string, unknown>)[name]),
          ]),
        );
  return sums.reduce<unknown>((all, sum) => add(all, sum), sumOf([]));
}

/** Whatever is asked by, rows and purposes add up to what the run's state says was spent. */
function expectWhole(entries: readonly Entry[]): void {
  const { spent } = fold(entries);
  const { charges, open } = chargesOf(entries);
  const total = sumOf(charges);
  const { input, output } = total.tokens;
  expect([total.micros, input + output, total.unpriced.calls]).toEqual([
    spent.micros,
    spent.tokens,
    spent.unpriced,
  ]);
  expect(total.calls + open.length).toBe(spent.turns);
  expect(open.reduce((sum, { micros }) => sum + (micros ?? 0), 0)).toBe(spent.reservedMicros);
  expect(added(Object.values(sumsByPurpose(charges)))).toEqual(total);
  for (const by of keys) {
    const rows = costRows(charges, by);
    expect(added(rows.map(({ sum }) => sum))).toEqual(total);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
    expect(rows.every(({ sum }) => sum.calls > 0)).toBe(true);
  }
}

describe("costs add up to what was spent, by whatever they are told", () => {
  test("of any run, at any moment of it, with prices that are unknown", () => {
    const seen = { unpriced: 0, open: 0 };
    const words = fc.tuple(script, fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }), fc.nat());
    fc.assert(
      fc.property(words, ([story, unpriced, nth]) => {
        const entries = changed(randomRun(story).entries(), unpriced);
        const asked = entries.flatMap(({ type, seq }) => (type === "model-started" ? [seq] : []));
        const soFar = entries.slice(0, asked[nth % asked.length]);
        for (const some of [entries, soFar, entries.slice(0, 1 + (nth % entries.length))]) expectWhole(some);
        const { charges, open } = chargesOf(soFar);
        seen.unpriced += sumOf(charges).unpriced.calls;
        seen.open += open.length;
      }),
      { numRuns: 40 },
    );
    expect(Math.min(seen.unpriced, seen.open)).toBeGreaterThan(0);
  });

  test("of runs that the real loop drove through crashes", async () => {
    const seen = new Set<string>();
    for (const seed of [3, 4, 5, 9, 13, 15]) {
      const { entries } = await simulate(seed, true);
      expectWhole(entries);
      for (const { guess, purpose } of chargesOf(entries).charges) seen.add(purpose).add(guess ?? "counted");
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(["accepted", "rejected", "planning", "judging", "counted", "cut"]),
    );
  });

  test("in whatever order calls and runs are read", () => {
    fc.assert(
      fc.property(script, fc.infiniteStream(fc.nat()), fc.constantFrom(...keys), (words, dice, by) => {
        const entries = changed(randomRun(words).entries(), [false, true, false]);
        const other = entries.map((entry) => ({ ...entry, run: "zzzz", at: entry.at + 3_600_000 }));
        const charges = [...chargesOf(entries).charges, ...chargesOf(other).charges];
        const ranked = charges.map((charge) => ({ charge, rank: dice.next().value }));
        const mixed = ranked.toSorted((a, b) => a.rank - b.rank).map(({ charge }) => charge);
        expect(costRows(mixed, by)).toEqual(costRows(charges, by));
      }),
      { numRuns: 60 },
    );
  });
});

/** One task: its first attempt is rejected, the second is open. */
function twoAttempts(): Chain {
  const chain = plan(createRun(), 1, { clean: [] });
  startAttempt(chain, "clean", 1);
  ask(chain, "task/clean/1", 1, []);
  endAttempt(chain, "clean", 1, "rejected");
  startAttempt(chain, "clean", 2);
  return ask(chain, "task/clean/2", 1, []);
}

const told = (charges: readonly Charge[], by: Key): readonly (readonly [string, number | null])[] =>
  costRows(charges, by).map(({ key, sum }) => [key, knownMicros(sum)]);

describe("a call is charged", () => {
  test("to what came of its attempt, or to work while nothing has", () => {
    const { charges } = chargesOf(twoAttempts().entries());
    expect(charges.map(({ role, attempt, purpose }) => [role, attempt, purpose])).toEqual([
      ["planner", 0, "planning"],
      ["worker", 1, "rejected"],
      ["worker", 2, "inWork"],
    ]);
  });

  test("to its task, model and prompt, or to what is of no task", () => {
    const { charges } = chargesOf(twoAttempts().entries());
    expect(told(charges, "task")).toEqual([
      ["7k2m/clean", 1000],
      ["7k2m/(planning)", 500],
    ]);
    expect(told(charges, "model")).toEqual([
      ["scripted/w", 1000],
      ["scripted/p", 500],
    ]);
    expect(told(charges, "prompt")).toEqual([
      [expect.stringMatching(/^worker [0-9a-f]{8}$/), 1000],
      ["planner (not pinned)", 500],
    ]);
  });

  test("to the day on which it ended, in UTC", () => {
    const [planning, first, second] = chargesOf(twoAttempts().entries()).charges as [Charge, Charge, Charge];
    const midnight = Date.UTC(2026, 1, 1);
    const days = [
      { ...planning, at: midnight },
      { ...first, at: midnight - 1 },
      { ...second, at: midnight + 86_399_999 },
    ];
    expect(told(days, "day")).toEqual([
      ["2026-01-31", 500],
      ["2026-02-01", 1000],
    ]);
  });

  test("what was reserved where it was cut, and told as such; what failed for nothing is no guess", () => {
    const chain = twoAttempts();
    cutModel(own(startModel(chain, "task/clean/2", 2)), "task/clean/2", 2);
    failModel(startModel(chain, "task/clean/2", 2, 2), "task/clean/2", 2, 2);
    startModel(chain, "task/clean/2", 2, 3);
    const { charges, open } = chargesOf(chain.entries());
    expect(sumOf(charges)).toMatchObject({
      calls: 5,
      micros: 2400,
      tokens: { input: 240, output: 25 },
      guessed: { cut: 1, uncounted: 0, micros: 900 },
    });
    expect(open).toEqual([{ micros: 900, input: 90, output: 10 }]);
  });

  test("nothing that is known where its price is not: no sum of money holds it, and none is zero for it", () => {
    const entries = changed(twoAttempts().entries(), [true]);
    const { charges } = chargesOf(entries);
    const total = sumOf(charges);
    expect(knownMicros(total)).toBeNull();
    expect(total.unpriced).toEqual({ calls: 3, tokens: { input: 150, cached: 0, output: 15 } });
    const some = charges.map((charge, index) => (index === 0 ? { ...charge, micros: 7 } : charge));
    expect(knownMicros(sumOf(some))).toBe(7);
  });
});

describe("a plan is held against its forecast", () => {
  const outcomes = (chain: Chain): readonly PlanOutcome[] => {
    const seeing = planOutcomeFold();
    for (const entry of chain.entries()) seeing.see(entry);
    return seeing.told();
  };

  test("by what its tasks took, without planning; it stays open until all are accepted", () => {
    expect(outcomes(twoAttempts())).toMatchObject([
      { version: 1, tasks: 1, accepted: 0, micros: 1000, tokens: 110, unpriced: 0, status: "open" },
    ]);
  });

  test("until the next takes its place: what that took, and planning it, is none of the first", () => {
    const chain = plan(twoAttempts(), 2, { clean: [] }, { changed: ["clean"] });
    ask(startAttempt(chain, "clean", 3), "task/clean/3", 1, []);
    expect(outcomes(chain)).toMatchObject([
      { version: 1, micros: 1000, status: "left" },
      { version: 2, micros: 500, status: "open" },
    ]);
  });

  test("of any run that is met: the last is done, and all of them took what their tasks did", () => {
    fc.assert(
      fc.property(script, (words) => {
        const chain = randomRun(words);
        const { charges } = chargesOf(chain.entries());
        const plans = outcomes(chain);
        expect(plans.at(-1)?.status).toBe("done");
        expect(plans.reduce((sum, { micros }) => sum + micros, 0)).toBe(
          sumOf(charges.filter(({ task }) => task !== null)).micros,
        );
      }),
      { numRuns: 20 },
    );
  });

  test("one that the run ended before is left", () => {
    const chain = plan(createRun(), 1, { clean: [] });
    expect(outcomes(chain)).toMatchObject([{ status: "open" }]);
    expect(outcomes(meet(chain))).toMatchObject([{ accepted: 0, status: "left" }]);
  });
});
