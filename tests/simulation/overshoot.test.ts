import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { inspectEnded, inWords } from "./check.ts";
import { dearScenario, tightScenario } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import { simulate } from "./simulate.ts";
import { Tally } from "./tally.ts";
import { weakenings } from "./weakenings.ts";

/**
 * Seeded runs with several tasks side by side, crashes everywhere and ceilings that are often too low, for the run and for
 * tasks: after every event, what is spent and reserved is within every ceiling. `HARNESS_LONG=1`: 3,000 of them.
 * One seed: `HARNESS_SEED=42`.
 */
const isLong = process.env["HARNESS_LONG"] === "1";
const only = process.env["HARNESS_SEED"];
const first = only === undefined ? 0 : Number(only);
const seeds = (many: number): number => (only === undefined ? (isLong ? 30 * many : many) : 1);

async function run(world: Scenario, tally: Tally): Promise<readonly string[]> {
  const crashed = await simulate(world.seed, true, world);
  await tally.add(crashed);
  return inWords(await inspectEnded(crashed));
}

const again = "npm test -- tests/simulation/overshoot";

describe("budgets", { timeout: 3_600_000 }, () => {
  const many = seeds(100);

  it(`are never overshot in ${many} runs with kills, and each run ends or stands at a question`, async (context) => {
    const tally = new Tally();
    for (let seed = first; seed < first + many; seed += 1)
      expect(
        await run(tightScenario(seed), tally),
        `seed ${seed}; again with: HARNESS_SEED=${seed} ${again}`,
      ).toEqual([]);
    if (isLong) process.stdout.write(`${tally.text()}\n`);
    expect(tally.of("overshoots")).toBe(0);
    context.skip(only !== undefined, "one seed only");
    const never = ceilings.filter((name) => tally.of(name) === 0);
    expect(never).toEqual([]);
  });

  it(`are spent no further once a provider charged more than was reserved, in ${seeds(12)} runs`, async () => {
    const tally = new Tally();
    for (let seed = first; seed < first + seeds(12); seed += 1) {
      const found = await run(dearScenario(seed), tally);
      const unexpected = found.filter((text) => !text.includes("is charged more than was reserved for it"));
      expect(unexpected, `seed ${seed}; again with: HARNESS_SEED=${seed} ${again}`).toEqual([]);
    }
    if (isLong) process.stdout.write(`${tally.text()}\n`);
    expect(tally.of("overshoots")).toBe(0);
  });
});

const ceilings = [
  ...["money", "tokens", "time", "turns", "attempts"].map((what) => `budget of the run: ${what}`),
  ...["money", "tokens", "time"].map((what) => `budget of a task: ${what}`),
];

/** So that the test above can fail. */
describe("an overshoot", { timeout: 300_000 }, () => {
  const child = fileURLToPath(new URL("weak-child.ts", import.meta.url));

  it.each(weakenings)("is seen where $name", async ({ name, shows }) => {
    const { stdout } = await promisify(execFile)(process.execPath, [child, name, "60"]);
    const { caught } = JSON.parse(stdout) as { readonly caught: string | null };
    expect(caught).toMatch(shows);
  });
});
