import { describe, expect, it } from "vitest";
import { audit } from "../../../src/core/audit.ts";
import type { Entry } from "../../../src/core/event.ts";
import { plainRun } from "./honest-chains.ts";

describe("versions (P12)", () => {
  const forge = async (change: (entry: Entry) => unknown, nth: number) => {
    const chain = plainRun();
    const entries = chain.entries().map((entry, at) => (at === nth ? (change(entry) as Entry) : entry));
    const found = await audit(entries, chain.world());
    return found.filter(({ promise }) => promise === "P12");
  };

  it("finds a version from the future, and one that never was", async () => {
    expect(await forge((entry) => ({ ...entry, v: 2 }), 4)).toEqual([
      { promise: "P12", seq: 5, what: "model-ended has version 2, and versions 1 to 1 are known" },
    ]);
    expect(await forge((entry) => ({ ...entry, v: 0 }), 4)).toHaveLength(1);
  });

  it("finds a type and a body that are not known, and reads on", async () => {
    expect(await forge((entry) => ({ ...entry, type: "run-melted" }), 4)).toEqual([
      { promise: "P12", seq: 5, what: 'event type "run-melted" is not known' },
    ]);
    expect(await forge((entry) => ({ ...entry, body: { odd: true } }), 4)).toEqual([
      { promise: "P12", seq: 5, what: "the body of model-ended is not what version 1 says" },
    ]);
  });
});
