import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openState } from "../../src/cli/wire.ts";
import { folder, harness, runId } from "./ground.ts";
import { checkedGreeting, unreachable, writes } from "./stories.ts";

interface Told {
  readonly dir: string;
  readonly id: string;
}
const made: { told?: Told } = {};

const usage = { input: 1000, output: 50, cache_read: 800 };

beforeAll(async () => {
  const dir = await folder(
    checkedGreeting({
      price: { input: 1, output: 5 },
      "task/greet/1": writes("Goodbye."),
      "task/greet/*": writes("Hello.", ["Is \u001b[31mone line enough?"]).map((turn) => ({ ...turn, usage })),
    }),
    false,
  );
  made.told = { dir, id: runId((await harness(dir, ["run", "goal.md"])).err) };
});
afterAll(async () => {
  if (made.told !== undefined) await rm(made.told.dir, { recursive: true });
});

function told(): Told {
  if (made.told === undefined) throw new Error("nothing was run");
  return made.told;
}

describe("harness show", () => {
  test("ends with a line for each task: attempts, money, tokens, time", async () => {
    const { dir, id } = told();
    const { out } = await harness(dir, ["show"]);
    expect(out).toMatch(
      /^ accepted {2}greet {2}2 attempts {2}\$0\.\d+ {2}\d+\.\dk tokens {2}\d:\d\d {2}greeting\.txt greets$/m,
    );
    expect(out).toContain(`\n each in full: harness show ${id} --task ID\n`);
    expect(out).toMatch(/^ tokens {5}\d+\.\dk in \(\d+ % cached\), \d+ out$/m);
    expect(out).toContain(" changed    1 file  +1 −0   greeting.txt\n");
    expect(out).toContain(` “Is ␛[31mone line enough?”   harness show ${id} --task greet\n`.trimStart());
  });

  test("--task: each attempt with its verdicts, files, feedback, and what it handed on", async () => {
    const { dir, id } = told();
    const { out } = await harness(dir, ["show", id, "--task", "greet"]);
    const first = out.slice(out.indexOf("attempt 1"), out.indexOf("attempt 2"));
    expect(first).toMatch(/^attempt 1 {3}rejected {3}2 turns {3}\$0\.\d+ {3}\S+ in, \d+ out {3}\d:\d\d\n/);
    expect(first).toContain("\n  fail says-hello: exit 1: no hello\n  A greeting.txt\n");
    const second = out.slice(out.indexOf("attempt 2"));
    expect(second).toMatch(
      /^attempt 2 {3}accepted {3}2 turns {3}\$0\.\d+ {3}2\.0k in \(80 % cached\), 100 out /,
    );
    expect(second).toContain("\n  pass says-hello\n  A greeting.txt\n");
    expect(second).toContain("\n  asks      Is ␛[31mone line enough?\n");
    expect(out).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  test("--task --json has all of it, in words", async () => {
    const { dir, id } = told();
    const shown = JSON.parse((await harness(dir, ["show", "--task", "greet", "--json"])).out) as unknown;
    expect(shown).toMatchObject({
      id: "greet",
      status: "accepted",
      spec: { title: "greeting.txt greets" },
      attempts: [
        {
          attempt: 1,
          outcome: "rejected",
          feedback: expect.stringContaining("no hello"),
          verdicts: [
            { criterion: "says-hello", result: "fail", explanation: expect.stringContaining("exit 1") },
          ],
          files: [{ mark: "A", path: "greeting.txt" }],
        },
        { attempt: 2, outcome: "accepted", tokens: { input: 2000, cached: 1600, output: 100 } },
      ],
      handoff: { open_questions: ["Is \u001b[31mone line enough?"] },
    });
    const run = JSON.parse((await harness(dir, ["show", id, "--json"])).out) as unknown;
    expect(run).toMatchObject({ tasks: [{ id: "greet", title: "greeting.txt greets", attempts: 2 }] });
  });
});

describe("harness runs", () => {
  test("says who accepted a goal whose checks did not hold, and how old a run is", async () => {
    const dir = await folder(unreachable);
    const { err } = await harness(dir, ["run", "goal.md"]);
    const short = /^ ↑ {2}(e\d+) /m.exec(err)?.[1] ?? "";
    await harness(dir, ["approvals", "accept", short]);
    await harness(dir, ["resume"]);
    const { out } = await harness(dir, ["runs"]);
    expect(out).toMatch(
      /^ .{4} {2}(just now|\d+ min ago) {2}met by \S+ +2\/2 {2}\S+ tokens {2}A greeting\n$/,
    );
  });

  test("where there is none, what to type", async () => {
    const dir = await folder();
    await mkdir(join(dir, ".harness"));
    await (await openState(dir, {})).close();
    const { code, out, err } = await harness(dir, ["runs"]);
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).toContain("start one with: harness run goal.md");
  });
});
