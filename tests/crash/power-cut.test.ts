import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { TestContext } from "vitest";
import { random } from "../simulation/random.ts";
import { calmRun } from "./calm.ts";
import type { Calm } from "./calm.ts";
import { entriesOf, problems, storedProblems } from "./check.ts";
import { removeDisks, whyNoDisk } from "./disk.ts";
import type { GoalName } from "./goals.ts";
import { live } from "./life.ts";
import { stateOf } from "./place.ts";
import { lost, newPowerPlace, nothingTold, untilCut } from "./power.ts";
import type { PowerPlace } from "./power.ts";

/**
 * The power goes while a run is at work, and what was not flushed is gone: what `kill -9` can never show.
 * `HARNESS_LONG=1` cuts it many times. One seed: `HARNESS_SEED=7`.
 */
const isLong = process.env["HARNESS_LONG"] === "1";
const only = process.env["HARNESS_SEED"];
const seeds =
  only === undefined ? Array.from({ length: isLong ? 20 : 1 }, (_, index) => index + 1) : [Number(only)];
/** The second while the run is being resumed. */
const cutsOfARun = 2;
const normal = fileURLToPath(new URL("./program-normal.ts", import.meta.url));
const why = whyNoDisk();

const calms = new Map<GoalName, Promise<Calm>>();
/** One calm run of each goal, made when first asked for. */
function calmOf(goal: GoalName): Promise<Calm> {
  const made = calms.get(goal) ?? calmRun(goal, async () => {});
  calms.set(goal, made);
  return made;
}

async function placeFor({ onTestFinished, skip }: TestContext): Promise<PowerPlace> {
  skip(why !== null, why ?? "");
  const place = await newPowerPlace();
  onTestFinished(place.remove);
  return place;
}

const figures = { cuts: 0, told: 0 };
const control = { cuts: 0, losses: 0, told: 0, lost: 0 };

afterAll(() => {
  removeDisks();
  if (!isLong) return;
  process.stdout.write(
    `FULL: ${figures.cuts} cuts, ${figures.told} events told durable, none lost unless a test failed\n`,
  );
  process.stdout.write(
    `NORMAL: ${control.cuts} cuts, ${control.losses} lost ${control.lost} of ${control.told} events\n`,
  );
});

describe("the power goes at a random moment", { timeout: 600_000 }, () => {
  test.for(seeds)(
    "seed %i: what was durable is there, and the run ends as if nothing had happened",
    async (seed, context) => {
      const place = await placeFor(context);
      const dice = random(seed);
      const goal: GoalName = dice.chance(0.5) ? "everything" : "together";
      const concurrency = 1 + dice.below(3);
      const calm = await calmOf(goal);
      let told = nothingTold;
      for (let cut = 0; cut < cutsOfARun; cut += 1) {
        // Now and then while the state directory is being made, or opened again.
        const left = Math.max(1, calm.entries.length - told.seq);
        const cutAfter = dice.chance(0.2)
          ? { ms: dice.below(700) }
          : { seq: told.seq + 1 + dice.below(left) };
        told = await untilCut(place, told, { goal, concurrency, cutAfter });
        await place.startAgain();
        const entries = await entriesOf(place);
        const found = [
          ...(await lost(place, told)),
          ...(entries.length === 0 ? [] : await storedProblems(await place.terminal(), entries)),
        ];
        expect({ seed, cut, cutAfter, found }).toEqual({ seed, cut, cutAfter, found: [] });
        figures.cuts += 1;
        figures.told += told.seq;
      }
      expect(await live(place, { goal, concurrency, death: null })).toBe("ended");
      expect({ seed, found: await problems(place, calm.entries) }).toEqual({ seed, found: [] });
    },
  );

  // Without it git would take the state for a part of the project.
  test("the state directory is ignored by git as before", async (context) => {
    const place = await placeFor(context);
    const life = { goal: "tampering", concurrency: 1, cutAfter: { seq: 1 } } as const;
    const told = await untilCut(place, nothingTold, life);
    await place.startAgain();
    expect(await lost(place, told)).toEqual([]);
    expect(await readFile(join(stateOf(place.dir), ".gitignore"), "utf8")).toBe("*\n");
  });

  test("a journal that does not wait for the disk loses what it said was durable", async (context) => {
    for (let seed = 1; seed <= (isLong ? 20 : 3); seed += 1) {
      const place = await placeFor(context);
      const cutAfter = { seq: 20 + random(seed).below(60) };
      const life = { goal: "everything", concurrency: 1, cutAfter, program: normal } as const;
      const told = await untilCut(place, nothingTold, life);
      await place.startAgain();
      control.cuts += 1;
      control.told += told.seq;
      control.losses += (await lost(place, told)).length > 0 ? 1 : 0;
      control.lost += told.seq - (await entriesOf(place)).length;
      await place.remove();
      if (!isLong && control.losses > 0) break;
    }
    expect(control.losses).toBeGreaterThan(0);
  });
});
