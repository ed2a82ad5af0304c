import { expect, test } from "vitest";
import type { Arm } from "../../../src/evals/answer.ts";
import { Rows } from "../../../src/evals/runner/rows.ts";
import { unanswered } from "../../../src/evals/subject/subject.ts";
import { complete } from "./ground.ts";

const error = unanswered("error", "bad-request: no");
const outage = unanswered("outage", "server: 529");
const needed = new Set(["quality"]);
const scored = { scores: { quality: 1 }, whys: {}, micros: 0 };

/** How many errors of these arms, in turn, end it; an answer comes before the nth. */
function endsAfter(rows: Rows, arms: readonly Arm[], answeredBefore = 0): number | null {
  for (let count = 1; count <= 60; count += 1) {
    const arm = arms[count % arms.length] ?? "candidate";
    if (count === answeredBefore) rows.scored(arm, complete("x"), scored, true);
    if (rows.scored(arm, error, scored, true) !== null) return count;
  }
  return null;
}

test("twenty errors in a row end it where they are of every arm, and begin anew with each answer", () => {
  const both = (): Rows => new Rows(["candidate", "baseline"], needed);
  expect(endsAfter(both(), ["candidate", "baseline"])).toBe(20);
  expect(endsAfter(both(), ["candidate", "baseline"], 15)).toBe(34);
  expect(endsAfter(both(), ["candidate"])).toBeNull();
  expect(endsAfter(new Rows(["candidate"], needed), ["candidate"])).toBe(20);
});

test("errors of before end nothing: who could has mended them, and asks again", () => {
  const rows = new Rows(["candidate"], needed);
  for (let count = 0; count < 60; count += 1)
    expect(rows.scored("candidate", error, scored, false)).toBeNull();
});

test("twenty outages in a row end it, of all arms or of one while others answer, which is said", () => {
  const both = new Rows(["candidate", "baseline"], needed);
  const ends = (arms: readonly Arm[]): unknown[] => arms.map((arm) => both.asked(arm, outage));
  expect(ends(Array.from({ length: 19 }, (_, n) => (n % 2 === 0 ? "candidate" : "baseline")))).toEqual(
    Array.from({ length: 19 }, () => null),
  );
  expect(both.asked("baseline", complete("x"))).toBeNull();
  expect(ends(Array.from({ length: 9 }, () => "candidate"))).toEqual(Array.from({ length: 9 }, () => null));
  expect(both.asked("candidate", outage)).toEqual({
    stopped: "outage",
    why: "none to the candidate: server: 529",
  });
  const all = new Rows(["candidate", "baseline"], needed);
  for (let count = 0; count < 18; count += 1) all.asked(count % 2 === 0 ? "candidate" : "baseline", outage);
  expect(all.asked("candidate", outage)).toBeNull();
  expect(all.asked("baseline", outage)).toEqual({ stopped: "outage", why: "server: 529" });
});

test("only what something is decided by must be scored", () => {
  const rows = new Rows(["candidate"], needed);
  const of = (scores: Record<string, 1 | "outage">): unknown =>
    Array.from({ length: 20 }, () =>
      rows.scored("candidate", complete("x"), { scores, whys: {}, micros: 0 }, true),
    ).at(-1);
  expect(of({ quality: 1, "rubric:tone": "outage" })).toBeNull();
  expect(of({ quality: "outage", "rubric:tone": 1 })).toEqual({
    stopped: "scoring",
    why: "quality: nobody says why",
  });
});
