import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nearest } from "../../src/core/nearest.ts";

const known = ["budget", "checks", "model", "models", "workspace", "run", "id"];

test.for([
  ["buget", "budget"],
  ["BUDGET", "budget"],
  ["bugdet", "budget"],
  ["modle", "model"],
  ["model", "model"],
  ["workspcae", "workspace"],
  ["runs", "run"],
  ["colour", null],
  ["", null],
  ["x".repeat(100_000), null],
] as const)("%s → %s", ([word, meant]) => {
  expect(nearest(word, known)).toBe(meant);
});

test("a word with one edit is found, whatever the edit", () => {
  const word = fc.stringMatching(/^[a-z]{3,12}$/);
  fc.assert(
    fc.property(word, fc.nat(), fc.constantFrom("drop", "swap", "add", "replace"), (meant, seed, edit) => {
      const at = seed % (meant.length - 1);
      const [head, a = "", b = "", tail] = [
        meant.slice(0, at),
        meant[at],
        meant[at + 1],
        meant.slice(at + 2),
      ];
      const typed = {
        drop: head + b + tail,
        swap: head + b + a + tail,
        add: `${head + a}-${b}${tail}`,
        replace: `${head}-${b}${tail}`,
      };
      expect(nearest(typed[edit], ["unrelated-long-word", meant])).toBe(meant);
    }),
  );
});
