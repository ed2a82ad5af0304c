import { expect, test } from "vitest";
import { keep, measuredIn, suite } from "../receipts/ground.ts";
import { does, promoted } from "../registry/ground.ts";

const plan = async (dir: string, ...argv: readonly string[]): Promise<string> =>
  (await does(dir, "suite", "plan", "core", ...argv)).out;

/** Of PROMOTE by the first look, in percent. */
const chance = (said: string): number => Number(/K = 1: (\d+(?:\.\d)?) % PROMOTE/.exec(said)?.[1] ?? NaN);

test("counts the best version ever as harness eval asks it: three arms, a second comparison", async () => {
  const dir = await promoted(suite);
  const alone = await plan(dir, "--gain", "0.05");
  expect(alone).not.toContain("best ever");
  expect(alone).toMatch(/K = 1: .* · 120 answers\n.* K = 2: .* · 240 answers\n/);

  // Nobody knows of a better one yet, but a person says so.
  const supposed = await plan(dir, "--gain", "0.05", "--against-best");
  expect(supposed).toContain(
    " against    what is in production, and the best ever, another version, as you say\n",
  );
  expect(supposed).toMatch(/K = 1: .* · 180 answers\n.* K = 2: .* · 360 answers\n/);
  expect(chance(supposed)).toBeLessThan(chance(alone));

  // worker@2 is no better beyond doubt, so worker@1 is the best until it was seen again.
  await keep(dir, await measuredIn(dir, { candidate: 2, baseline: 1 }));
  await does(dir, "promote", "prompt:worker@2", "--to", "production", "--why", "it is better");
  const known = await plan(dir, "--gain", "0.05");
  expect(known).toContain(" against    what is in production, and the best ever, worker@1\n");
  expect(known.split("\n").filter((line) => line.includes("PROMOTE"))).toEqual(
    supposed.split("\n").filter((line) => line.includes("PROMOTE")),
  );
});
