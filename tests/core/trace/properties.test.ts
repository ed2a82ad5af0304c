import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventTypes } from "../../../src/core/event.ts";
import { traceFold } from "../../../src/core/trace/fold.ts";
import { simulate } from "../../simulation/simulate.ts";
import { sha256 } from "../audit/chain-builder.ts";
import { randomRun } from "../audit/random-runs.ts";
import { script } from "../audit/random-script.ts";
import { itemsOf } from "./items.ts";
import { wrongs } from "./wrongs.ts";

/** These three see every event type among them; `HARNESS_LONG=1` makes 300 more. */
const isLong = process.env["HARNESS_LONG"] === "1";
const seeds = [36, 32, 28, ...Array.from({ length: isLong ? 300 : 0 }, (_, seed) => seed)];

describe("the trace of any run", { timeout: 3_600_000 }, () => {
  test("made up by fast-check is whole, and so is that of what has happened so far", () => {
    fc.assert(
      fc.property(script, fc.double({ min: 0, max: 1, noNaN: true }), (words, share) => {
        const entries = randomRun(words).entries();
        expect(wrongs(entries)).toEqual([]);
        const soFar = entries.slice(0, 1 + Math.floor(share * (entries.length - 1)));
        expect(wrongs(soFar)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test("folded up to a place and then on is that of the whole", () => {
    fc.assert(
      fc.property(script, fc.nat(), (words, at) => {
        const entries = randomRun(words).entries();
        const place = at % entries.length;
        const before = itemsOf(entries.slice(0, place + 1));
        const resumed = traceFold(sha256);
        for (const entry of entries.slice(0, place + 1)) resumed.see(entry);
        const rest = entries.slice(place + 1).flatMap((entry) => resumed.see(entry));
        expect([...before, ...rest]).toEqual(itemsOf(entries));
      }),
      { numRuns: 40 },
    );
  });

  test("that the real loop drove through crashes is whole; all events that can happen are seen", async () => {
    const seen = new Set<string>();
    for (const seed of seeds) {
      const { entries } = await simulate(seed, true);
      for (const { type } of entries) seen.add(type);
      expect(wrongs(entries), `seed ${seed}`).toEqual([]);
    }
    expect(eventTypes.filter((type) => !seen.has(type))).toEqual([]);
  });
});
