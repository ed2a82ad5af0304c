import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { audit } from "../../src/core/audit.ts";
import { like, wrongs } from "./audit/chain-builder.ts";
import type { Chain } from "./audit/chain-builder.ts";
import {
  approvedRun,
  crashedRun,
  doubtedRun,
  escalatedRun,
  outsideRun,
  parallelRun,
  plainRun,
  replannedRun,
  rubricRun,
  steeredRun,
  stoppedRun,
} from "./audit/honest-chains.ts";
import { dishonest } from "./audit/honesty.ts";
import { randomRun } from "./audit/random-runs.ts";
import { script } from "./audit/random-script.ts";

const honest: readonly (readonly [string, () => Chain])[] = [
  ["a plain run", plainRun],
  ["an approved call", approvedRun],
  ["an approved and edited call", () => approvedRun(true)],
  ["a call outside", outsideRun],
  ["an effect in doubt, settled", doubtedRun],
  ["four crashes", crashedRun],
  ["a clean stop", stoppedRun],
  ["a person who writes and pays", steeredRun],
  ["an evaluator", rubricRun],
  ["a person who retries", () => escalatedRun("retry")],
  ["a person who accepts", () => escalatedRun("accept")],
  ["a person who drops", () => escalatedRun("drop")],
  ["parallel tasks and a merge", parallelRun],
  ["a second plan", replannedRun],
];

/** Without one of these a chain tells another honest story; nothing but the chain itself would miss it. */
const spare = new Set(["note-added", "budget-changed", "run-ended"]);

describe("audit", () => {
  it.each(honest)("finds nothing in %s", async (_name, build) => {
    const chain = build();
    expect(dishonest(chain)).toBeNull();
    expect(await wrongs(chain)).toEqual([]);
  });

  it("finds nothing in any honest run", async () => {
    await fc.assert(
      fc.asyncProperty(script, async (words) => {
        const chain = randomRun(words);
        expect(dishonest(chain)).toBeNull();
        expect(await wrongs(chain)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it.each(honest)("notices every single event that is left out of %s", async (_name, build) => {
    for (let at = 0; at < build().steps.length; at++) {
      const chain = build();
      const [dropped] = chain.steps.splice(at, 1);
      const type = dropped?.event.type ?? "";
      if (spare.has(type) || isSpare(dropped?.event)) continue;
      expect(await wrongs(chain), `without ${type} at ${at}`).not.toEqual([]);
    }
  });

  it.each(honest)("finds every event of %s that comes twice", async (_name, build) => {
    for (let at = 0; at < build().steps.length; at++) {
      const chain = build();
      const step = chain.steps[at];
      if (step === undefined) continue;
      chain.steps.splice(at, 0, step);
      expect(await wrongs(chain), `${step.event.type} twice at ${at}`).not.toEqual([]);
    }
  });

  it("names the first fault first, whoever finds it", async () => {
    const chain = plainRun()
      .change("call-ended", { result: null }, 1)
      .change("judging-started", { image: "other" });
    chain.stored.delete(chain.body("run-created").goal);
    expect(await wrongs(chain)).toEqual(
      like(["P4", "not in the store"], ["P4", "not kept"], ["P12", "image"]),
    );
  });

  it("gives the same answer when asked again, and leaves its entries alone", async () => {
    const chain = crashedRun().drop("verdict-given");
    const entries = chain.entries();
    const before = JSON.stringify(entries);
    const first = await audit(entries, chain.world());
    expect(await audit(entries, chain.world())).toEqual(first);
    expect(first.length).toBeGreaterThan(0);
    expect(JSON.stringify(entries)).toBe(before);
  });
});

/** A dropped task needs no answer any more. */
const isSpare = (event: Chain["steps"][number]["event"] | undefined): boolean =>
  event?.type === "escalation-answered" && event.body.choice === "drop";
