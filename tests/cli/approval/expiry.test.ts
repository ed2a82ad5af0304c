import { expect, test } from "vitest";
import { folder, harness } from "../ground.ts";
import { greeting, writes } from "../stories.ts";

const project = async (expire: string): Promise<string> =>
  folder({
    ...greeting({ "task/greet/*": [{ bash: { command: "rm -rf old" } }, ...writes("Hello.")] }),
    "harness.yaml": `approvals: { expire: ${expire} }\n`,
    "old/file": "1",
  });

test("a card that nobody answers goes away when its request expires, and the run goes on without it", async () => {
  const terminal = { columns: 100, rows: 40, write: () => undefined };
  const done = await harness(await project("1s"), ["run", "goal.md", "--yes"], {
    terminal,
    person: { presses: [] },
  });
  expect(done).toMatchObject({ code: 0 });
  expect(done.err).toMatch(/┌ approval a\d+/);
});

test("a run that nobody attends exits at once, and finds its request expired when it is resumed", async () => {
  const dir = await project("1s");
  expect(await harness(dir, ["run", "goal.md"])).toMatchObject({ code: 3 });
  // Until then an answer still counts: the clock of this machine decides.
  let done = await harness(dir, ["resume"]);
  while (done.code === 3) done = await harness(dir, ["resume"]);
  expect(done).toMatchObject({ code: 0 });
  expect(done.err).toContain("· greet  nobody answered in time, so it does not run");
});
