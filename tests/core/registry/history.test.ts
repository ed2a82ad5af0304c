import { expect, test } from "vitest";
import { histories, inProduction, newestVersion, resolveWhich } from "../../../src/core/registry/history.ts";
import { made, put, read, sha256, textOf, worker } from "./ground.ts";

const stagesOf = (history: ReturnType<typeof worker>): Record<number, string | null> =>
  Object.fromEntries([...history.versions].map(([version, { stage }]) => [version, stage]));

test("one record puts a version in and archives the one that was there", () => {
  const first = [made(1), put(1, "production", null), made(2), put(2, "staging", null)];
  expect(stagesOf(worker(first))).toEqual({ 1: "production", 2: "staging" });
  const second = worker([...first, put(2, "production", 1)]);
  expect(stagesOf(second)).toEqual({ 1: "archived", 2: "production" });
  expect(second.staging).toBeNull();
  expect(inProduction(second)).toBe(2);
});

test("a rollback goes back step by step, and no further than the first", () => {
  const up = [
    made(1),
    made(2),
    made(3),
    put(1, "production", null),
    put(2, "production", 1),
    put(3, "production", 2),
  ];
  const one = [...up, put(2, "production", 3, { isRollback: true })];
  const two = [...one, put(1, "production", 2, { isRollback: true })];
  expect(worker(one).productions).toEqual([1, 2]);
  expect(worker(two).productions).toEqual([1]);
  expect(stagesOf(worker(two))).toEqual({ 1: "production", 2: "archived", 3: "archived" });
});

test("a name leads to production, else to the working file", () => {
  const before = worker([made(1), made(2)]);
  expect(resolveWhich(before, { type: "unsaid" })).toBeNull();
  expect(resolveWhich(before, { type: "stage", stage: "production" })).toBe(
    "no version of worker is in production",
  );
  expect(resolveWhich(before, { type: "version", version: 9 })).toBe("there is no worker@9");
  const after = worker([made(1), made(2), put(1, "production", null)]);
  expect(resolveWhich(after, { type: "unsaid" })).toMatchObject({ made: made(1) });
  expect(resolveWhich(after, { type: "file" })).toBeNull();
  expect(newestVersion(after)).toBe(2);
});

const other = { digest: sha256("other"), who: "Bob" };

/** Records as git would merge them without a conflict, the line that is at fault, and words of what is said. */
test.each([
  [
    "two branches made a version",
    [made(1), made(2), made(2, other)],
    6,
    [/worker@2 is made a second time/, /by Ann.*by Bob/, /harness prompts commit worker/],
  ],
  [
    "two branches promoted",
    [made(1), made(2), put(1, "production", null), put(2, "production", null)],
    7,
    [/worker@2 into production in place of no version, but worker@1 was there/],
  ],
  [
    "two branches staged",
    [made(1), made(2), put(1, "staging", null), put(2, "staging", null)],
    7,
    [/into staging.*worker@1 was there/],
  ],
  ["a version nobody made", [put(1, "staging", null)], 4, [/no line before it makes worker@1/]],
  [
    "a version of another digest",
    [made(1), put(1, "staging", null, { digest: sha256("x") })],
    5,
    [/promote it again/],
  ],
  [
    "production without a proof",
    [made(1), put(1, "production", null, { receipt: null })],
    5,
    [/--unproven --why/],
  ],
  [
    "a rollback to what was not there before",
    [
      made(1),
      made(2),
      made(3),
      put(1, "production", null),
      put(2, "production", 1),
      put(3, "production", 2, { isRollback: true }),
    ],
    9,
    [/harness rollback prompt:worker/],
  ],
])("%s: told by line, and it changes nothing", (_name, records, line, words) => {
  const { faults, byName } = read(textOf(records));
  expect(faults.map((fault) => fault.line)).toEqual([line]);
  for (const word of words) expect(faults[0]?.what).toMatch(word);
  const sound = byName.get("prompt:worker")?.records ?? [];
  expect(sound).toEqual(records.slice(0, -1));
});

test("what is in production is not put into staging beside it", () => {
  const { faults } = histories(
    [made(1), put(1, "production", null), put(1, "staging", null)].map((record, index) => ({
      record,
      line: index + 1,
    })),
  );
  expect(faults).toEqual([{ line: 3, what: expect.stringContaining("it is in production") as string }]);
});
