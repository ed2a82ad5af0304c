import { describe, expect, it } from "vitest";
import { audit } from "../../../src/core/audit.ts";
import { harness } from "../../../src/core/event.ts";
import { findingsOf, like, sha256, wrongs } from "./chain-builder.ts";
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

  it("says of a tree that is gone what it was, the acceptance before all else", async () => {
    for (const [name, what] of [
      ["base", "the base of the run"],
      ["work", 'the accepted tree of task "a"'],
    ] as const) {
      const chain = plainRun();
      chain.stored.delete(sha256(name));
      expect(await wrongs(chain)).toEqual(like(["P4", `, ${what}, is named and is not in the store`]));
    }
  });

  it("excuses a blob that was dropped after it was last named", async () => {
    const chain = plainRun();
    const digest = sha256(`result ${call}`);
    chain.stored.delete(digest);
    expect(await wrongs(chain)).toEqual(like(["P4", "is named and is not in the store"]));
    expect(await wrongs(chain.add("blobs-dropped", { digests: [digest], why: "gc", by: harness }))).toEqual(
      [],
    );
  });

  it("finds a blob that was dropped and named again", async () => {
    const chain = atWork([]);
    const text = sha256("note");
    chain.note(text, thread);
    chain.add("blobs-dropped", { digests: [text], why: "gc", by: harness });
    expect(await wrongs(chain)).toEqual([]);
    expect(await wrongs(chain.note(text, thread))).toEqual(like(["P4", "is named and is not in the store"]));
  });

  it.each(["base", "work"])("finds a tree dropped that is always kept: %s", async (name) => {
    const chain = plainRun();
    expect(
      await wrongs(chain.add("blobs-dropped", { digests: [sha256(name)], why: "gc", by: harness })),
    ).toEqual(like(["P4", "was dropped"]));
  });

  it("P12: finds a pin that does not resolve, dropped or not", async () => {
    const chain = plainRun();
    chain.stored.delete(sha256("worker prompt"));
    expect(await wrongs(chain)).toEqual(like(["P12", "the run pins"]));
    chain.add("blobs-dropped", { digests: [sha256("worker prompt")], why: "gc", by: harness });
    expect(await wrongs(chain)).toEqual(like(["P12", "the run pins"]));
  });

  it("does not take names of images and keys for blobs", async () => {
    const chain = outsideRun().change("call-started", { key: sha256("no blob") });
    const image = sha256("an image");
    chain.change("run-created", { pins: { ...chain.body("run-created").pins, image } });
    for (const nth of [0, 1]) chain.change("judging-started", { image }, nth);
    expect(await wrongs(chain)).toEqual([]);
  });

  it("asks the store in portions", async () => {
    const chain = atWork([]);
    for (let note = 0; note < 2_500; note++) chain.note(chain.blob(`note ${note}`), thread);
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
