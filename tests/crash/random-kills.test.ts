import { describe, expect, test } from "vitest";
import { random } from "../simulation/random.ts";
import type { Random } from "../simulation/random.ts";
import { calmRun } from "./calm.ts";
import type { Calm } from "./calm.ts";
import { problems } from "./check.ts";
import type { Death } from "./failpoints.ts";
import type { GoalName } from "./goals.ts";
import { live } from "./life.ts";
import { newPlace } from "./place.ts";

/**
 * Three attempts side by side, and three deaths at any failpoint, most of them while the run is being resumed.
 * `HARNESS_LONG=1` runs many seeds. One seed: `HARNESS_SEED=7`.
 */
const isLong = process.env["HARNESS_LONG"] === "1";
const only = process.env["HARNESS_SEED"];
const seeds =
  only === undefined ? Array.from({ length: isLong ? 60 : 2 }, (_, index) => index + 1) : [Number(only)];
const concurrency = 3;
const deaths = 3;

const calms = new Map<GoalName, Promise<Calm>>();
/** One calm run of each goal, made when first asked for. */
function calmOf(goal: GoalName): Promise<Calm> {
  const known = calms.get(goal);
  if (known !== undefined) return known;
  const made = calmRun(goal, async () => {});
  calms.set(goal, made);
  return made;
}

describe.concurrent("killed at random, again and again", { timeout: 600_000 }, () => {
  test.for(seeds)("seed %i ends as if nothing had happened", async (seed, { onTestFinished }) => {
    const dice = random(seed);
    const goal: GoalName = dice.chance(0.5) ? "everything" : "together";
    const calm = await calmOf(goal);
    const place = await newPlace();
    onTestFinished(place.remove);
    for (let life = 0; life < deaths; life += 1)
      await live(place, { goal, concurrency, death: anyPlace(dice, life, calm) });
    expect(await live(place, { goal, concurrency, death: null })).toBe("ended");
    expect({ seed, found: await problems(place, calm.entries) }).toEqual({ seed, found: [] });
  });
});

/** Anywhere in the first life; soon after the start of those that resume. */
const anyPlace = (dice: Random, life: number, calm: Calm): Death => ({
  at: "*",
  nth: 1 + dice.below(life === 0 ? calm.passings.length : 40),
});
