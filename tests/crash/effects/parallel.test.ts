import { afterAll, beforeAll, expect, test } from "vitest";
import { random } from "../../simulation/random.ts";
import { openBook } from "./book.ts";
import type { Book } from "./book.ts";
import { endProblems, entriesOf, standProblems } from "./check.ts";
import type { Errand } from "./errands.ts";
import { live } from "./life.ts";
import type { Aim } from "./life.ts";
import { newWorld } from "./world.ts";

/** Eight workers side by side, each asked about at once; answered in any order, from another process, across restarts. */
let book: Book;
beforeAll(async () => {
  book = await openBook();
});
afterAll(async () => book.close());

const granted: Errand = { how: "plain", fate: "granted" };
/** After all are asked; between answers; while the first are under way. */
const aims: readonly Aim[] = [
  { told: "approval-requested", nth: 8, isSilent: true },
  { answered: 3 },
  { at: "append/before/call-started", nth: 2 },
  { answered: 2 },
];

test.each([1, 2])("eight approvals, in order %i: each is used once, none is lost", async (seed) => {
  const dice = random(seed);
  const world = await newWorld(
    book,
    `eight${seed}`,
    Array.from({ length: 8 }, () => [granted]),
    true,
  );
  for (const aim of aims) {
    await live(world, aim, dice);
    expect(await standProblems(world)).toEqual([]);
  }
  expect(await live(world, null, dice)).toBe("ended");
  const entries = await entriesOf(world);
  expect(await endProblems(world, entries)).toEqual([]);
  const asked = entries.flatMap((one) => (one.type === "approval-requested" ? [one.body.approval] : []));
  const used = entries.flatMap((one) =>
    one.type === "call-started" && one.body.approval !== null ? [one.body.approval] : [],
  );
  expect(used.toSorted()).toEqual(asked.toSorted());
  // What was cut off before it was sent did not happen, and somebody said so.
  const ended = entries.flatMap((one) => {
    if (one.type === "effect-settled") return [one.body.call];
    return one.type === "call-ended" && one.body.effect === "done" ? [one.body.call] : [];
  });
  expect(new Set(ended).size).toBe(8);
  expect(ended.length).toBe(8);
  await world.place.remove();
});
