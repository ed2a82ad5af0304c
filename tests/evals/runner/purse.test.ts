import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { purse } from "../../../src/evals/runner/purse.ts";
import type { Reserved } from "../../../src/evals/runner/purse.ts";

const turn = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const amount = fc.nat(40);
const spender = fc.record({ most: amount, used: fc.double({ min: 0, max: 1, noNaN: true }) });

describe("a purse", () => {
  test("is never overspent, keeps nobody waiting for ever, and refuses only what is not there", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(100),
        fc.array(spender, { maxLength: 12 }),
        fc.scheduler(),
        async (ceiling, spenders, scheduler) => {
          const money = purse(ceiling);
          const ends = spenders.map(async ({ most, used }, at) => {
            await scheduler.schedule(Promise.resolve(), `begin ${at}`);
            const before = money.spent();
            const reserved = await money.reserve(most);
            expect(money.spent() + Math.max(0, -money.left())).toBeLessThanOrEqual(ceiling);
            expect(money.left()).toBeGreaterThanOrEqual(0);
            if (reserved === null) return { most, before, spent: null, left: money.left() };
            await scheduler.schedule(Promise.resolve(), `end ${at}`);
            const spent = Math.floor(most * used);
            reserved.settle(spent);
            reserved.settle(most);
            return { most, before, spent, left: money.left() };
          });
          await scheduler.waitFor(Promise.all(ends));
          const ended = await Promise.all(ends);
          expect(money.spent()).toBe(ended.reduce((sum, { spent }) => sum + (spent ?? 0), 0));
          expect(money.left()).toBe(ceiling - money.spent());
          for (const { most, spent } of ended) if (spent === null) expect(most).toBeGreaterThan(money.left());
        },
      ),
      { numRuns: 200 },
    );
  });

  test("waits where only others stand in the way, and then takes what they gave back", async () => {
    const money = purse(10);
    const first = await money.reserve(8);
    let second: Reserved | null | "waits" = "waits";
    const waiting = money.reserve(5).then((reserved) => (second = reserved));
    await turn();
    expect(second).toBe("waits");
    first?.settle(5);
    expect(await waiting).not.toBeNull();
    expect(money.left()).toBe(0);
    const third = money.reserve(1);
    (second as unknown as Reserved).settle(5);
    expect(await third).toBeNull();
  });

  test("counts what was spent before; without a ceiling it is never empty", async () => {
    const money = purse(10);
    money.charge(11);
    expect(money.left()).toBe(-1);
    expect(await money.reserve(0)).toBeNull();
    const open = purse(null);
    open.charge(1e12);
    expect(open.left()).toBe(Infinity);
    expect(await open.reserve(1e15)).not.toBeNull();
    expect(open.spent()).toBe(1e12);
  });
});
