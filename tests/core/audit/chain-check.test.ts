import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { audit } from "../../../src/core/audit.ts";
import type { Entry } from "../../../src/core/event.ts";
import { Chain, like, sha256, wrongs } from "./chain-builder.ts";
import { atWork, plainRun } from "./honest-chains.ts";
import { own } from "./moves.ts";

describe("the chain itself", () => {
  it("finds an empty journal", async () => {
    expect(await wrongs(new Chain())).toEqual(like(["chain", "is empty"]));
  });

  it("finds any change of any entry", async () => {
    const chain = plainRun();
    const entries = chain.entries();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(entries.length - 1),
        fc.constantFrom("at", "prev", "hash", "seq"),
        async (at, field) => {
          const forged = entries.map((entry, position) => {
            if (position !== at) return entry;
            const old = entry[field as "hash"];
            return { ...entry, [field]: typeof old === "number" ? old - 1 : sha256(old) };
          });
          const found = await audit(forged, chain.world());
          expect(found.map(({ promise, seq }) => [promise, seq])).toContainEqual(["chain", forged[at]?.seq]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("finds an entry that was taken out, and two owners who both wrote", async () => {
    const chain = plainRun();
    const entries = chain.entries();
    const found = await audit(entries.toSpliced(8, 1), chain.world());
    expect(found).toContainEqual({ promise: "chain", seq: 10, what: "entry 10 follows entry 8" });
    const double = own(atWork([]));
    double.note(double.blob("note"));
    double.epoch = 1;
    expect(await wrongs(double.note(double.blob("another")))).toEqual(
      like(["chain", "written in epoch 1, where only epoch 2"]),
    );
  });

  it("finds an owner who does not raise the epoch", async () => {
    expect(await wrongs(own(atWork([]), 1))).toEqual(like(["chain", "run-owned is written in epoch 1"]));
    expect(await wrongs(own(atWork([]), 3))).toEqual(like(["chain", "run-owned is written in epoch 3"]));
  });

  it("finds a beginning that is none, another run, and the future", async () => {
    const chain = plainRun();
    const world = chain.world();
    const [first, ...rest] = chain.entries();
    const headless = await audit(rest, world);
    expect(headless[0]?.promise).toBe("chain");
    const mixed = [first, ...rest].map((entry, at) =>
      at === 5 ? { ...entry, run: "other" } : entry,
    ) as Entry[];
    expect((await audit(mixed, world)).map(({ what }) => what)).toContain("entry 6 belongs to run other");
    const early = await audit(chain.entries(), { ...world, now: chain.at - 500 });
    expect(early).toEqual([
      { promise: "chain", seq: chain.steps.length, what: expect.stringContaining("dated after now") },
    ]);
  });
});
