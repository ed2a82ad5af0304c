import { describe, expect, test } from "vitest";
import { isUnchanged, knownFile } from "../../../src/edges/files/known.ts";
import type { Stat } from "../../../src/edges/files/walk.ts";

const now = 1_800_000_000_000;
const stat = (changes: Partial<Stat> = {}): Stat => ({
  dev: 1n,
  ino: 2n,
  size: 3n,
  mode: 0o100644n,
  mtimeNs: BigInt(now - 60_000) * 1_000_000n,
  ctimeNs: BigInt(now - 60_000) * 1_000_000n,
  ...changes,
});
const changedAt = (ms: number): Stat => stat({ ctimeNs: BigInt(ms) * 1_000_000n });

describe("a file counts as unchanged", () => {
  test("when all is as it was", () => {
    expect(isUnchanged(knownFile(stat(), "c", 3, now), stat())).toBe(true);
  });

  test.each<[keyof Stat, bigint]>([
    ["dev", 2n],
    ["ino", 3n],
    ["size", 4n],
    ["mode", 0o100755n],
    ["mtimeNs", 1n],
    ["ctimeNs", stat().ctimeNs + 1n],
  ])("not with another %s", (field, value) => {
    expect(isUnchanged(knownFile(stat(), "c", 3, now), stat({ [field]: value }))).toBe(false);
  });

  test.each([
    ["2.001 s before it was read", now - 2001, true],
    ["2 s before", now - 2000, false],
    ["just before", now - 1, false],
    ["after, by a clock that is ahead", now + 5000, false],
  ])("changed %s: %s %s", (_, changed, expected) => {
    expect(isUnchanged(knownFile(changedAt(changed), "c", 3, now), changedAt(changed))).toBe(expected);
  });

  test("never when fewer bytes were read than its size says", () => {
    expect(isUnchanged(knownFile(stat(), "c", 2, now), stat())).toBe(false);
  });
});
