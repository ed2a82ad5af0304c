import { expect, test } from "vitest";
import { importing } from "../../../src/cli/view/opening.ts";
import type { Io } from "../../../src/cli/io.ts";
import type { ImportProgress } from "../../../src/edges/files/import.ts";

/** What is written while an import tells these, one text for each write. */
async function told(
  isTerminal: boolean,
  progress: readonly ImportProgress[],
  fails = false,
): Promise<string[]> {
  const written: string[] = [];
  const io: Io = {
    cwd: "/",
    env: {},
    out: () => expect.fail("progress is for people"),
    err: (text) => written.push(text),
    isTerminal,
    isOutTerminal: isTerminal,
    keyboard: null,
    columns: 80,
    rows: 24,
  };
  const work = importing(io, async (onProgress) => {
    for (const one of progress) onProgress(one);
    if (fails) throw new Error("no");
    return "done";
  });
  expect(await work.catch((error: unknown) => error)).toEqual(fails ? new Error("no") : "done");
  return written;
}

const looking = (files: number): ImportProgress => ({ phase: "looking", files });
const storing = (files: number, of: number): ImportProgress => ({ phase: "storing", files, of });
const clear = "\r\u001b[K";

test("on a terminal there is a line at once, which is written over and goes away", async () => {
  const progress = [looking(0), looking(1000), storing(1, 2), storing(2, 2)];
  expect(await told(true, progress)).toEqual([
    `${clear} looking at the workspace …`,
    `${clear} looking at the workspace: 1000 files …`,
    `${clear} importing: 1 of 2 files …`,
    `${clear} importing: 2 of 2 files …`,
    clear,
  ]);
  expect((await told(true, [looking(0)], true)).at(-1)).toBe(clear);
});

test("elsewhere there is a line for every ten thousand files, and none for few", async () => {
  const few = [looking(0), looking(9000), storing(9999, 9999)];
  expect(await told(false, few)).toEqual([]);
  const many = [looking(0), looking(9000), looking(10_000), looking(11_000), looking(21_000)];
  expect(
    await told(false, [...many, storing(1000, 21_000), storing(10_500, 21_000), storing(21_000, 21_000)]),
  ).toEqual([
    "looking at the workspace: 10000 files\n",
    "looking at the workspace: 21000 files\n",
    "importing: 10500 of 21000 files\n",
    "importing: 21000 of 21000 files\n",
  ]);
});
