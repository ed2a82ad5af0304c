import { describe, expect, test } from "vitest";
import { fill, folder, harness, ranOnce, runId } from "./ground.ts";
import type { Files } from "./ground.ts";
import { greeting, misses, writes } from "./stories.ts";

const priced = (front: Readonly<Record<string, unknown>>, attempts = writes("Hello.")): Files =>
  greeting({ price: { input: 1, output: 5 }, "task/greet/*": attempts }, front);

/** The short name of the question for more, and how it is answered. */
const question = (err: string): string => /harness approvals raise \w+\/(e\d+)/.exec(err)?.[1] ?? "";

describe("a ceiling of a run", () => {
  test.each([
    ["money", { money: 0.05 }, "+5"],
    ["tokens", { tokens: 9_000 }, "+500000tokens"],
    ["turns", { turns: 2 }, "+20turns"],
    ["attempts", { attempts: 1 }, "+3attempts"],
  ])("%s used up: exit 4, the command that tops it up, and nothing lost", async (_name, budget, more) => {
    const retried = _name === "attempts" ? { "task/greet/1": misses } : {};
    const dir = await folder(greeting({ price: { input: 1, output: 5 }, ...retried }, { budget }));
    const { code, err } = await harness(dir, ["run", "goal.md"]);
    expect(code).toBe(4);
    const id = runId(err);
    expect(err).toContain(`harness resume ${id} --budget +`);
    const raised = await harness(dir, ["resume", id, "--budget", more]);
    expect([raised.code, (await harness(dir, ["audit"])).code]).toEqual([0, 0]);
  });

  test("time: what is at work is cut in time, the run stands, and goes on with more", async () => {
    const front = { budget: { wall: "4s" } };
    const slow = writes("Hello.").map((turn) => ({ delay_ms: 20_000, ...turn }));
    const dir = await folder(greeting({ "task/greet/1": slow }, front));
    const { code, err } = await harness(dir, ["run", "goal.md"]);
    expect(code).toBe(4);
    expect(err).toContain("time: 4 s at work are used up");
    const { spent, budget } = JSON.parse((await harness(dir, ["show", "--json"])).out) as {
      spent: { wallMs: number };
      budget: { wallMs: number };
    };
    expect(spent.wallMs).toBeLessThanOrEqual(budget.wallMs);
    await fill(dir, greeting({}, front));
    const raised = await harness(dir, ["resume", "--budget", "+5m"]);
    expect([raised.code, (await harness(dir, ["audit"])).code]).toEqual([0, 0]);
  });

  const poor = ranOnce(async () => folder(priced({ budget: { money: 0.01 } }), false));
  test.each(["0", "-1", "+", "x", "1e9999", "5 dollars", "+0turns", "1.5tokens"])(
    "--budget %s is refused",
    async (text) => {
      const { dir } = await poor();
      const { code, err } = await harness(dir, ["resume", `--budget=${text}`]);
      expect([code, err.trimEnd().split("\n").length]).toEqual([2, 1]);
    },
  );
});

describe("a ceiling of each task", () => {
  test("used up: the task waits, exit 4; raised from any terminal, the run goes on", async () => {
    const dir = await folder(priced({ budget: { money: 5, task: { money: 0.05 } } }));
    const { code, err } = await harness(dir, ["run", "goal.md"]);
    expect(code).toBe(4);
    expect(err).toMatch(/^ ↑ {2}e\d+ {2}greet {2}the budget does not allow the next step: money: /m);
    const short = question(err);
    const unsaid = await harness(dir, ["approvals", "raise", short]);
    expect(unsaid).toMatchObject({ code: 2, err: expect.stringContaining("say by how much") });
    expect((await harness(dir, ["approvals", "raise", short, "--budget", "+2"])).code).toBe(0);
    const resumed = await harness(dir, ["resume"]);
    expect([resumed.code, (await harness(dir, ["audit"])).code]).toEqual([0, 0]);
  });

  test("tokens and time of a task are ceilings too", async () => {
    for (const [task, delay_ms] of [
      [{ tokens: 9_000 }, 0],
      [{ wall: "1s" }, 3_000],
    ] as const) {
      const attempts = writes("Hello.").map((turn) => ({ delay_ms, ...turn }));
      const dir = await folder(priced({ budget: { task } }, attempts));
      const { code, err } = await harness(dir, ["run", "goal.md"]);
      expect([code, question(err) !== ""]).toEqual([4, true]);
    }
  });
});

test("a person who answers the question and gives more as well is taken at the first word; the run is not stuck", async () => {
  const dir = await folder(priced({ budget: { money: 0.01 } }));
  const { err } = await harness(dir, ["run", "goal.md"]);
  const short = /harness approvals stop (\w+\/e\d+)/.exec(err)?.[1] ?? "";
  expect((await harness(dir, ["approvals", "stop", short])).code).toBe(0);
  const resumed = await harness(dir, ["resume", "--budget", "+5"]);
  expect([resumed.code, resumed.err.includes("a bug")]).toEqual([1, false]);
  expect((await harness(dir, ["audit"])).code).toBe(0);
});
