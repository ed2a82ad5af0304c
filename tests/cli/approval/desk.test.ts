import { expect, test } from "vitest";
import { folder, harness, runId } from "../ground.ts";
import { greeting, writes } from "../stories.ts";

const terminal = { columns: 100, rows: 40, write: () => undefined };
const risky = {
  ...greeting({
    "task/greet/*": [{ bash: { command: "rm -f old.txt; echo Hello. > greeting.txt" } }, writes("Hello.")[1]],
  }),
  "harness.yaml": "approvals: { ask_from: write }\n",
};

test("a run on a terminal draws the card of what a task asks, and goes on with the answer", async () => {
  const dir = await folder(risky);
  const person = { presses: ["enter", "x", "y"] };
  const { code, err } = await harness(dir, ["run", "goal.md"], { terminal, person });
  expect(code).toBe(0);
  expect(err).toMatch(/^┌ approval a\d+ · run \w{4} · task greet · asked /m);
  expect(err).toContain("rm -f old.txt; echo Hello. > greeting.txt");
  expect(err).toContain(" · 1 approval by you\n");
  expect((await harness(dir, ["audit"])).code).toBe(0);
});

test("who leaves the card answers nothing: the run waits, exit 3, and resume asks again", async () => {
  const dir = await folder(risky);
  const left = await harness(dir, ["run", "goal.md", "--yes"], { terminal, person: { presses: ["ctrl-c"] } });
  // With --yes nobody reviews the plan; a risky action is asked about all the same.
  expect(left.code).toBe(3);
  expect(left.err).toMatch(new RegExp(`harness approvals approve ${runId(left.err)}/a\\d+\\n`));
  const resumed = await harness(dir, ["resume"], { terminal, person: { presses: ["y"] } });
  expect(resumed.code).toBe(0);
});
