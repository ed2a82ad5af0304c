import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { random } from "../../simulation/random.ts";
import { openBook } from "./book.ts";
import type { Book } from "./book.ts";
import { endProblems, entriesOf } from "./check.ts";
import { live } from "./life.ts";
import { newWorld } from "./world.ts";
import type { World } from "./world.ts";

let book: Book;
beforeAll(async () => {
  book = await openBook();
});
afterAll(async () => book.close());

const program = fileURLToPath(new URL("./rival.ts", import.meta.url));

/** Two processes, each with the database open, before either begins. */
function rival({ place, run }: World, answer: "grant" | "refuse") {
  const child = spawn(process.execPath, [program, place.dir, run, answer], {
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "harness-crash-compile-cache") },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  return {
    ready: next(),
    answers: async (subjects: readonly string[]): Promise<readonly boolean[]> => {
      child.stdin.write(`${JSON.stringify(subjects)}\n`);
      return JSON.parse(await next()) as boolean[];
    },
  };
}

test("200 double answers from two processes: one row each, the loser is told, and the winner's is what happens", async () => {
  const world = await newWorld(
    book,
    "rivals",
    Array.from({ length: 8 }, () => [{ how: "plain", fate: "granted" }]),
  );
  await live(world, { told: "approval-requested", nth: 8, isSilent: true }, random(1));
  const asked = (await entriesOf(world)).flatMap((one) =>
    one.type === "approval-requested" ? [one.body.approval] : [],
  );
  const made = Array.from({ length: 200 - asked.length }, (_, index) => `task/made/1/1/${index}.1`);
  const subjects = [...asked, ...made];
  const rivals = [rival(world, "grant"), rival(world, "refuse")] as const;
  await Promise.all(rivals.map(async ({ ready }) => ready));
  // From both ends, so that they meet in the middle, and each wins about half.
  const [yes, no] = await Promise.all([
    rivals[0].answers(subjects),
    rivals[1].answers(subjects.toReversed()),
  ]);
  const refused = no.toReversed();
  expect(yes.map((isTaken, index) => isTaken !== refused[index])).toEqual(subjects.map(() => true));
  const { journal } = await world.place.terminal();
  const rows = (await journal.answers(world.run)).filter(({ subject }) => subjects.includes(subject));
  expect(new Map(rows.map(({ subject, by }) => [subject, by.type === "person" ? by.user : ""]))).toEqual(
    new Map(subjects.map((subject, index) => [subject, yes[index] === true ? "grant" : "refuse"])),
  );
  expect(await live(world, null, random(2))).toBe("ended");
  const entries = await entriesOf(world);
  expect(await endProblems(world, entries)).toEqual([]);
  const granted = asked.filter((_, index) => yes[index] === true);
  const used = entries.flatMap((one) => (one.type === "call-started" ? (one.body.approval ?? []) : []));
  expect(used.toSorted()).toEqual(granted.toSorted());
  expect((await book.lines(world.run)).length).toBe(granted.length);
  await world.place.remove();
});
