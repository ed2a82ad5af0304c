import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Arm } from "../../../src/evals/answer.ts";
import { knownOf } from "../../../src/evals/runner/reuse.ts";
import { kept } from "../../contracts/kept-answer.ts";
import { sha256 } from "./ground.ts";

const reuse = { evaluation: "mine", now: 1000, freshMs: 100, isDoubted: false, mustCheck: false };
const arms: readonly Arm[] = ["candidate", "baseline", "best"];
/** Of these, about a tenth is asked again. */
const names = Array.from({ length: 2000 }, (_, n) => `k${n}`);

describe("what is known of an ask", () => {
  test.each(arms)("%s: its own answer counts, however old and doubted", (arm) => {
    const own = kept("k", "mine", 0);
    const known = knownOf(sha256, arm, [kept("k", "other", 999), own], { ...reuse, isDoubted: true });
    expect(known).toEqual({ use: own, isOwn: true, check: null });
  });

  test.each(arms)("%s: an earlier one must be fresh and not doubted", (arm) => {
    for (const name of names.slice(0, 50)) {
      const nothing = { use: null, isOwn: false, check: null };
      expect(knownOf(sha256, arm, [kept(name, "other", 899)], reuse)).toEqual(nothing);
      expect(knownOf(sha256, arm, [kept(name, "other", 999)], { ...reuse, isDoubted: true })).toEqual(
        nothing,
      );
      const fresh = kept(name, "other", 900);
      const known = knownOf(sha256, arm, [fresh, kept(name, "older", 899)], reuse);
      expect(known.use ?? known.check).toEqual(fresh);
    }
  });

  test("nothing kept is nothing known", () => {
    expect(knownOf(sha256, "baseline", [], reuse)).toEqual({ use: null, isOwn: false, check: null });
  });

  test("a tenth of production's is asked again, another in each evaluation, and none of the candidate's", () => {
    const checkedBy = (arm: Arm, evaluation: string): string[] =>
      names.filter(
        (name) => knownOf(sha256, arm, [kept(name, "other", 999)], { ...reuse, evaluation }).use === null,
      );
    const one = checkedBy("baseline", "mine");
    expect(one.length).toBeGreaterThan(140);
    expect(one.length).toBeLessThan(260);
    expect(checkedBy("best", "mine")).toEqual(one);
    const both = checkedBy("baseline", "yours").filter((name) => one.includes(name));
    expect(both.length).toBeLessThan(60);
    expect(checkedBy("candidate", "mine")).toEqual([]);
  });

  test("where none is asked again yet, this one is; never the candidate's", () => {
    for (const name of names.slice(0, 50)) {
      const fresh = kept(name, "other", 999);
      const check = { ...reuse, mustCheck: true };
      expect(knownOf(sha256, "baseline", [fresh], check)).toEqual({ use: null, isOwn: false, check: fresh });
      expect(knownOf(sha256, "candidate", [fresh], check)).toEqual({ use: fresh, isOwn: false, check: null });
    }
  });

  test("what was asked again is compared with the earlier answer, also after a restart", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names.slice(0, 300)), (name) => {
        const [earlier, own] = [kept(name, "other", 950), kept(name, "mine", 990)];
        const before = knownOf(sha256, "baseline", [earlier], reuse);
        const after = knownOf(sha256, "baseline", [own, earlier], reuse);
        expect(after).toEqual({ use: own, isOwn: true, check: before.check });
      }),
    );
  });
});
