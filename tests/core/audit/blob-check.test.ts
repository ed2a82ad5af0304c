import { describe, expect, it } from "vitest";
import { audit } from "../../../src/core/audit.ts";
import type { Body } from "../../../src/core/event.ts";
import { harness } from "../../../src/core/event.ts";
import { alice, expectBroken, expectContent, findingsOf, sha256 } from "./chain-builder.ts";
import { atWork, call, outsideRun, plainRun, thread } from "./honest-chains.ts";

describe("blobs (P4, P12)", () => {
  it("finds every blob an event names that is not there", async () => {
    const names = [...plainRun().stored].filter((digest) =>
      JSON.stringify(plainRun().entries()).includes(digest),
    );
    for (const digest of names) {
      const chain = plainRun();
      chain.stored.delete(digest);
      const found = await findingsOf(chain);
      expect(found.map(({ what }) => what)).toEqual([expect.stringContaining(digest.slice(0, 12))]);
    }
    expect(names.length).toBeGreaterThan(20);
  });

  it("excuses a blob that was dropped after it was last named", async () => {
    const chain = plainRun();
    const digest = sha256(`result ${call}`);
    chain.stored.delete(digest);
    await expectBroken(chain, ["P4", "is named and is not in the store"]);
    await expectContent(chain.add("blobs-dropped", { digests: [digest], why: "gc", by: harness }));
  });

  it("finds a blob that was dropped and named again", async () => {
    const chain = atWork([]);
    const text = sha256("note");
    chain.add("note-added", { thread, text, by: alice });
    chain.add("blobs-dropped", { digests: [text], why: "gc", by: harness });
    await expectContent(chain);
    await expectBroken(chain.add("note-added", { thread, text, by: alice }), [
      "P4",
      "is named and is not in the store",
    ]);
  });

  it.each(["base", "work"])("finds a tree dropped that is always kept: %s", async (name) => {
    const chain = plainRun();
    await expectBroken(chain.add("blobs-dropped", { digests: [sha256(name)], why: "gc", by: harness }), [
      "P4",
      "was dropped",
    ]);
  });

  it("P12: finds a pin that does not resolve, dropped or not", async () => {
    const chain = plainRun();
    chain.stored.delete(sha256("worker prompt"));
    await expectBroken(chain, ["P12", "the run pins"]);
    chain.add("blobs-dropped", { digests: [sha256("worker prompt")], why: "gc", by: harness });
    await expectBroken(chain, ["P12", "the run pins"]);
  });

  it("does not take names of images and keys for blobs", async () => {
    const chain = outsideRun().change("call-started", { key: sha256("no blob") });
    const image = sha256("an image");
    const pins = (chain.steps[0]?.event.body as Body<"run-created">).pins;
    chain.change("run-created", { pins: { ...pins, image } });
    for (const nth of [0, 1]) chain.change("judging-started", { image }, nth);
    await expectContent(chain);
  });

  it("asks the store in portions", async () => {
    const chain = atWork([]);
    for (let note = 0; note < 2_500; note++)
      chain.add("note-added", { thread, text: chain.blob(`note ${note}`), by: alice });
    const asked: number[] = [];
    const missing = (digests: readonly string[]): Promise<string[]> => {
      asked.push(digests.length);
      return Promise.resolve([]);
    };
    expect(await audit(chain.entries(), { ...chain.world(), missing })).toEqual([]);
    expect(Math.max(...asked)).toBeLessThanOrEqual(1_000);
    expect(asked.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(2_500);
  });
});
