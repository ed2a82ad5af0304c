import { execFileSync } from "node:child_process";
import { cp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openStorageReader } from "../../src/edges/sqlite/storage.ts";
import { example, fill, fingerprint, folder, harness, paths, runId } from "./ground.ts";
import type { Done } from "./ground.ts";
import { greeting, hopeless, writes } from "./stories.ts";

const hasGit = ((): boolean => {
  try {
    execFileSync("git", ["--version"]);
    return true;
  } catch {
    return false;
  }
})();

interface Orders {
  readonly dir: string;
  /** Of the project before the run. */
  readonly before: string;
  readonly done: Done;
}

/** The orders example takes seconds: it is run once, and only read afterwards. */
const ran: { orders?: Promise<Orders> } = {};

const orders = async (): Promise<Orders> => (ran.orders ??= runOrders());

async function runOrders(): Promise<Orders> {
  const dir = await example("orders", false);
  const before = await fingerprint(dir);
  return { dir, before, done: await harness(dir, ["run", "goal.md", "--yes"]) };
}

afterAll(async () => {
  if (ran.orders !== undefined) await rm((await ran.orders).dir, { recursive: true });
});

describe("harness run, in a pipe", () => {
  test("the hello example is met, and every line says something", async () => {
    const dir = await example("hello");
    const { code, out, err } = await harness(dir, ["run", "goal.md"]);
    expect({ code, out }).toEqual({ code: 0, out: "" });
    const id = runId(err);
    const lines = err
      .replaceAll(/\d+:\d\d/g, "0:00")
      .replaceAll(id, "RUN")
      .replaceAll(/tree [0-9a-f]{4}/g, "tree 0000");
    expect(lines.split("\n")).toEqual([
      "",
      " goal       Write greeting.txt: one friendly line",
      " workspace  ., 2 files",
      expect.stringMatching(/^ sandbox {4}embedded · \d+ programs · network none$/),
      " your tree  fail greets",
      " model      scripted/script.yaml",
      " budget     none (set budget: { money: 5 } or --budget 5)",
      " run        RUN   ctrl-c stops it, harness resume goes on",
      "",
      "   0:00  ● planning",
      expect.stringMatching(/^ {3}0:00 {2}· forecast .+k–.+k tokens, \d+–\d+ min$/),
      expect.stringMatching(/^ {3}0:00 {2}✓ plan: 1 task {3}greet$/),
      "   0:00  ● greet  attempt 1",
      "   0:00  · greet  submitted, being judged",
      "   0:00  · greet  pass c1",
      expect.stringMatching(/^ {3}0:00 {2}✓ greet {2}accepted {3}1 of 1 {3}/),
      "   0:00  · goal: pass greets",
      "   0:00  ✓ the goal's checks: pass",
      "",
      expect.stringMatching(/^ met {8}run RUN · 0:00 · /),
      " checks     pass greets   on the final tree 0000",
      " tasks      1 of 1 accepted in 1 attempt",
      expect.stringMatching(/^ tokens {5}\d+\.\dk in, \d+ out$/),
      " changed    1 file  +1 −0   greeting.txt",
      " see it     harness diff RUN     harness show RUN",
      " take it    harness export RUN --to result",
      "",
    ]);
  });

  test("the orders example: money, a result sent back, what changed; no control characters", async () => {
    const { dir, before, done } = await orders();
    const { code, out, err } = done;
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(err).toMatch(/✗ clean +fail months-agree: exit 1: orders in each month/);
    expect(err).toMatch(/✗ clean +attempt 1 sent back/);
    const rows = Object.fromEntries(
      [...err.matchAll(/^ (met|checks|tasks|money|changed|see it|take it) +(.+)$/gm)].map(
        ([, name, text]) => [name, text],
      ),
    );
    expect(rows).toMatchObject({
      met: expect.stringMatching(/^run [2-9a-z]{4} · \d+:\d\d · \$0\.\d+ of \$1\.00 \(forecast \$.+ min\)$/),
      checks: expect.stringMatching(
        /^pass raw-unchanged {3}pass revenue {3}pass links {3}on the final tree [0-9a-f]{4}$/,
      ),
      tasks: "4 of 4 accepted in 5 attempts",
      money: expect.stringMatching(
        /^accepted work \$.+ · rejected attempts \$.+ · planning \$.+ · judging \$.+$/,
      ),
      changed: expect.stringMatching(/^\d+ files {2}\+\d+ −\d+ {3}/),
      "see it": expect.stringContaining("harness diff "),
      "take it": expect.stringContaining("harness export "),
    });
    expect(await fingerprint(dir)).toBe(before);
    expect((await stat(join(dir, ".harness"))).mode & 0o777).toBe(0o700);
  });

  test("what accepted work leaves open is asked in the end", async () => {
    const dir = await folder(greeting({ "task/greet/*": writes("Hello.", ["Is one line enough?"]) }));
    const { code, err } = await harness(dir, ["run", "goal.md"]);
    expect(code).toBe(0);
    expect(err).toContain(` asks you   “Is one line enough?”   harness show ${runId(err)} --task greet\n`);
  });

  test("what no worker sees is named with the reason, and shown in full", async () => {
    const secrets = [".env", ".env.local", ".npmrc", "a.key", "b.pem"];
    const dir = await folder({
      ...greeting({}),
      ...Object.fromEntries(secrets.map((path) => [path, "secret\n"])),
    });
    const { code, err } = await harness(dir, ["run", "goal.md"]);
    expect(code).toBe(0);
    const all = `all: harness show ${runId(err)} --left-out`;
    expect(err).toContain(
      ` left out   .env  .env.local  .npmrc  a.key  and 1 more (workspace.exclude)   ${all}\n`,
    );
    const shown = [
      ".env (excluded by .env*)",
      ".env.local (excluded by .env*)",
      ".npmrc (excluded by .npmrc)",
      "a.key (excluded by *.key)",
      "b.pem (excluded by *.pem)",
    ];
    expect((await harness(dir, ["show", "--left-out"])).out).toBe(`${shown.join("\n")}\n`);
    expect(JSON.parse((await harness(dir, ["show", "--json"])).out)).toMatchObject({ leftOut: shown });
  });

  test("--json is the journal and nothing else; people's text goes to stderr", async () => {
    const dir = await folder(greeting({}));
    const { code, out, err } = await harness(dir, ["run", "goal.md", "--json"]);
    expect(code).toBe(0);
    const printed = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    const storage = await openStorageReader(join(dir, ".harness"));
    const stored = await Array.fromAsync(storage.journal.read(runId(err), 0));
    await storage.close();
    expect(printed).toEqual(JSON.parse(JSON.stringify(stored)));
    expect(printed.length).toBeGreaterThan(15);
    expect(err).toContain(" met ");
  });
});

describe("harness show and runs", () => {
  test("tell what happened, and why an attempt was sent back", async () => {
    const { dir, done } = await orders();
    const id = runId(done.err);
    const shown = await harness(dir, ["show"]);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain(` met        run ${id} · `);
    expect(shown.out).toMatch(
      /^ accepted {2}clean +2 attempts +\$0\.\d+ +\d+\.\dk tokens +\d+:\d\d {2}one clean table of the orders, in euros$/m,
    );
    expect(shown.out.match(/^ accepted {2}/gm)).toHaveLength(4);

    const task = await harness(dir, ["show", id.slice(0, 3), "--task", "clean"]);
    expect(task.out).toContain("attempt 1   rejected   ");
    expect(task.out).toContain("attempt 2   accepted   ");
    const feedback = task.out.slice(task.out.indexOf("attempt 1"), task.out.indexOf("attempt 2"));
    expect(feedback).toContain("fail months-agree: ");
    expect(feedback).toContain("in clean/orders.csv:");

    const json = JSON.parse((await harness(dir, ["show", "--json"])).out) as Record<string, unknown>;
    expect(json).toMatchObject({ run: id, outcome: "met", checks: { revenue: "pass" }, crashes: 0 });

    const list = await harness(dir, ["runs"]);
    expect(list.out).toMatch(
      new RegExp(`^ ${id} {2}(just now|\\d+ min ago) {2}met +4/4 +\\$0\\.\\d+ {2}Clean up the orders`),
    );
    const row = JSON.parse((await harness(dir, ["runs", "--json"])).out) as unknown;
    expect(row).toMatchObject({ id, outcome: "met", tasks: 4, accepted: 4 });
  });

  test("a task that is not there is named with those that are", async () => {
    const dir = await folder(greeting({}));
    await harness(dir, ["run", "goal.md"]);
    const { code, err } = await harness(dir, ["show", "--task", "great"]);
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringMatching(/^harness: run .{4} has no task great; its tasks are greet\n$/),
    });
  });
});

test("harness diff of it is a patch that git apply turns the workspace into the result with", async (context) => {
  if (!hasGit) return context.skip("git is not installed");
  const { dir } = await orders();
  const { code, out, err } = await harness(dir, ["diff"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const [patched, exported] = [await folder(), join(await folder(), "result")];
  await cp(join(dir, "workspace"), patched, { recursive: true });
  execFileSync("git", ["apply", "-"], { cwd: patched, input: out });
  expect((await harness(dir, ["export", "--to", exported])).code).toBe(0);
  expect(await fingerprint(patched)).toBe(await fingerprint(exported));
  expect(await paths(exported)).toContain("index.html");
});

test("harness audit finds nothing wrong with the orders example", async () => {
  const { dir, done } = await orders();
  const { code, out, err } = await harness(dir, ["audit"]);
  const id = runId(done.err);
  expect(out).toMatch(
    new RegExp(`^ ✓ every promise holds: run ${id}, \\d+ events, chain head [0-9a-f]{64}\n$`),
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
});

describe("harness init", () => {
  test("makes a project whose goal a run accepts", async () => {
    const dir = await folder();
    const made = await harness(dir, ["init", "mine"]);
    expect(made.code).toBe(0);
    expect(made.out).toContain(" wrote  goal.md\n");
    expect(made.out).toContain("next: cd mine && harness run goal.md --model anthropic/<model>\n");
    const project = join(dir, "mine");
    const script = {
      "plan/1": [
        {
          submit_plan: {
            tasks: [
              {
                id: "overview",
                title: "OVERVIEW.md",
                instructions: "Write it.",
                criteria: [{ type: "command", run: "test -s OVERVIEW.md" }],
              },
            ],
          },
        },
      ],
      "task/overview/*": [
        { write_file: { path: "OVERVIEW.md", content: "Start at [the goal](./goal.md).\n" } },
        {
          submit: {
            summary: "OVERVIEW.md",
            artifacts: ["OVERVIEW.md"],
            decisions: [],
            open_questions: [],
            confidence: 1,
          },
        },
      ],
      "goal/*": [
        {
          submit_verdict: {
            scores: ["true-to-the-files", "useful"].map((part) => ({
              criterion: `reads-well.${part}`,
              score: 1,
              explanation: "It is.",
            })),
            explanation: "Good.",
          },
        },
      ],
      price: { input: 1, output: 1 },
    };
    await fill(dir, { "script.yaml": JSON.stringify(script) });
    const ran = await harness(project, ["run", "goal.md", "--model", "scripted/../script.yaml"]);
    expect(ran.err).toContain(" met ");
    expect(ran.code).toBe(0);
    expect((await harness(dir, ["init", "mine"])).out).toContain(" kept   goal.md\n");
  });

  test("says what it did to a .gitignore that was there", async () => {
    const dir = await folder({ ".gitignore": "node_modules/\n" });
    expect((await harness(dir, ["init"])).out).toContain(" added .harness/ to  .gitignore\n");
    expect((await harness(dir, ["init"])).out).toContain(" kept   .gitignore\n");
  });
});

test("a run that waits says so in one line, too", async () => {
  const dir = await folder(hopeless);
  const { err } = await harness(dir, ["run", "goal.md"]);
  expect(err).toMatch(/\? greet {2}waits for you: its attempts are used up/);
});
