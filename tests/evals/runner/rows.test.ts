import { expect, test } from "vitest";
import type { Arm } from "../../../src/evals/answer.ts";
import { Rows } from "../../../src/evals/runner/rows.ts";
import { unanswered } from "../../../src/evals/subject/subject.ts";
import { complete } from "./ground.ts";

const error = unanswered("error", "bad-request: no");
const scored = { scores: { quality: 1 }, whys: {}, micros: 0 };

/** How many errors of these arms, in turn, end it; an answer comes before the nth. */
function endsAfter(rows: Rows, arms: readonly Arm[], answeredBefore = 0): number | null {
  for (let count = 1; count <= 60; count += 1) {
    const arm = arms[count % arms.length] ?? "candidate";
    if (count === answeredBefore) rows.endedBy(arm, complete("x"), scored);
    if (rows.endedBy(arm, error, scored) !== null) return count;
  }
  return null;
}

test("twenty errors in a row end it where they are of every arm, and begin anew with each answer", () => {
  const both = (): Rows => new Rows(["candidate", "baseline", "candidate"]);
  expect(endsAfter(both(), ["candidate", "baseline"])).toBe(20);
  expect(endsAfter(both(), ["candidate", "baseline"], 15)).toBe(34);
  expect(endsAfter(both(), ["candidate"])).toBeNull();
  expect(endsAfter(new Rows(["candidate"]), ["candidate"])).toBe(20);
});
