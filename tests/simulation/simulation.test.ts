import { describe, expect, test } from "vitest";
import { eventTypes } from "../../src/core/event.ts";
import { problems } from "./check.ts";
import { simulate } from "./simulate.ts";
import { Tally } from "./tally.ts";
import type { Place } from "./world.ts";

/**
 * Seeded runs with crashes before and after each commit and inside each outside half, each compared with the same run
 * without crashes and read by the auditor. `HARNESS_LONG=1` runs 3,000 seeds and asserts that every event type was
 * died at often enough. One seed: `HARNESS_SEED=42`.
 */
const isLong = process.env["HARNESS_LONG"] === "1";
const only = process.env["HARNESS_SEED"];
const first = only === undefined ? 0 : Number(only);
const count = only === undefined ? (isLong ? 3000 : 100) : 1;
const deaths = new Map<Place, number>();
const tally = new Tally();

describe("simulation", { timeout: 3_600_000 }, () => {
  test(`${count} seeds with crashes end as without, and every promise holds`, async () => {
    for (let seed = first; seed < first + count; seed += 1) {
      const calm = await simulate(seed, false);
      const crashed = await simulate(seed, true);
      await tally.add(crashed);
      for (const place of crashed.deaths) deaths.set(place, (deaths.get(place) ?? 0) + 1);
      const found = await problems(crashed, calm);
      expect(found, `seed ${seed}; again with: HARNESS_SEED=${seed} npm test -- tests/simulation`).toEqual(
        [],
      );
    }
  });

  test("the process died at every event type, before and after its commit", (context) => {
    context.skip(only !== undefined, "one seed only");
    const least = isLong ? 50 : 1;
    const thin = eventTypes.filter((type) => diedAt(type) < least);
    if (isLong) process.stdout.write(`${histogram()}\n${tally.text()}\n`);
    expect(thin).toEqual([]);
    expect([...deaths.keys()].filter((place) => place.startsWith("outside/")).length).toBe(6);
  });
});

const diedAt = (type: string): number => {
  const [before, after] = (["before", "after"] as const).map(
    (side) => deaths.get(`append/${side}/${type}`) ?? 0,
  );
  return (before ?? 0) + (after ?? 0);
};

const histogram = (): string =>
  [...deaths]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([place, died]) => `${String(died).padStart(6)}  ${place}`)
    .join("\n");
