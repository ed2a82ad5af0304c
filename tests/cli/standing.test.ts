import { userInfo } from "node:os";
import { describe, expect, test } from "vitest";
import { fill, folder, harness, ranOnce, runId } from "./ground.ts";
import type { Done } from "./ground.ts";
import { checkedGreeting, greeting, hopeless, poor, refusedOnce, unreachable, writes } from "./stories.ts";

/** The short name of what a run waits for. */
function asked({ err }: Pick<Done, "err">): string {
  const found = /^ [?↑!] {2}([aed]\d+) /m.exec(err)?.[1];
  if (found === undefined) throw new Error(`nothing is asked in:\n${err}`);
  return found;
}

/** Copies of a project whose run waits for a person, and of one whose goal is not met. */
const standing = ranOnce(async () => folder(hopeless, false));
const unmet = ranOnce(async () => folder(unreachable, false));

describe("a run that waits for a person", () => {
  test("exits with 3 and names the commands that answer it", async () => {
    const dir = await folder(checkedGreeting({ "task/greet/*": writes("Goodbye.") }, { attempts: 1 }));
    const ran = await harness(dir, ["run", "goal.md"]);
    expect(ran.code).toBe(3);
    const [id, short] = [runId(ran.err), asked(ran)];
    expect(ran.err).toContain(`\n waits      run ${id} · `);
    expect(ran.err).toContain(` go on      answer what is asked below, then: harness resume ${id}\n`);
    expect(ran.err).toMatch(
      new RegExp(
        `^ ↑ {2}${short} {2}greet {2}its attempts are used up: fail says-hello: exit 1: no hello$`,
        "m",
      ),
    );
    for (const answer of ["retry", "accept", "replan", "drop", "stop"])
      expect(ran.err).toContain(`\n      harness approvals ${answer} ${id}/${short}\n`);

    const list = await harness(dir, ["approvals"]);
    expect(list.code).toBe(0);
    expect(list.out).toMatch(/^ 1 waits for a person · oldest less than a minute\n/);
    expect(list.out).toContain(
      `\n harness approvals retry ${id}/${short}     or accept, replan, drop, stop\n`,
    );
    const [row] = (await harness(dir, ["approvals", "--json"])).out.trimEnd().split("\n");
    expect(JSON.parse(row ?? "")).toMatchObject({ short, run: id, kind: "escalation", task: "greet" });
  });

  test("stands where it stood until it is answered", async () => {
    const { dir } = await standing();
    const again = await harness(dir, ["resume"]);
    expect(again.code).toBe(3);
    expect(again.err).toContain("waited for a person");
  });

  test("retry: goes on, with the note for the worker", async () => {
    const { dir, done: ran } = await standing();
    const taken = await harness(dir, ["approvals", "retry", asked(ran), "--note", "greet by saying hello"]);
    expect(taken).toMatchObject({
      code: 0,
      err: expect.stringContaining(`harness resume ${runId(ran.err)}`),
    });
    expect((await harness(dir, ["approvals"])).out).toBe(" nothing waits for a person\n");
    const twice = await harness(dir, ["approvals", "drop", asked(ran)]);
    expect(twice).toMatchObject({ code: 1, err: expect.stringContaining("nothing that waits is called") });
    const resumed = await harness(dir, ["resume"]);
    expect(resumed.code).toBe(0);
    expect(resumed.err).toContain(" tasks      1 of 1 accepted in 3 attempts\n");
    const text = (await harness(dir, ["show", "--json"])).out;
    expect(text).toContain('"outcome":"met"');
  });

  test.each([
    ["accept", 3, /^ ↑ .* all tasks are done, but the goal's checks do not hold/m],
    ["drop", 3, /^ ↑ .* the goal's checks do not hold/m],
    ["stop", 1, /^ stopped {4}run /m],
  ])("%s: what follows has exit code %i", async (answer, code, text) => {
    const { dir, done: ran } = await standing();
    await harness(dir, ["approvals", answer, asked(ran)]);
    const resumed = await harness(dir, ["resume"]);
    expect(resumed.err).toMatch(text);
    expect(resumed.code).toBe(code);
  });

  test("a wrong answer is told the right ones", async () => {
    const { dir, done } = await standing();
    const short = asked(done);
    const refusals = [
      ["settle", short, `${short} can be answered by retry, accept, replan, drop, stop, not by settle`],
      ["retry", "e9999", `nothing that waits is called e9999; there are ${short}`],
    ];
    for (const [answer = "", id = "", text] of refusals)
      expect(await harness(dir, ["approvals", answer, id])).toEqual({
        code: 2,
        out: "",
        err: `harness: ${text}\n`,
      });
    expect(await harness(dir, ["approvals", "retry"])).toMatchObject({
      code: 2,
      err: `harness: harness approvals retry ID: say which (${short})\n`,
    });
  });

  test("the same short name in two runs is asked back", async () => {
    const { dir, done: first } = await standing();
    const second = await harness(dir, ["run", "goal.md"]);
    expect(asked(first)).toBe(asked(second));
    const both = await harness(dir, ["approvals", "drop", asked(first)]);
    expect(both).toMatchObject({
      code: 2,
      err: `harness: more than one run waits with ${asked(first)}; say ${runId(first.err)}/${asked(first)} or ${runId(second.err)}/${asked(first)}\n`,
    });
    const one = await harness(dir, ["approvals", "stop", `${runId(second.err)}/${asked(second)}`]);
    expect(one).toMatchObject({ code: 0, err: expect.stringContaining(runId(second.err)) });
  });
});

test("a goal whose checks never hold is unmet when a person stops it: exit 1", async () => {
  const { dir, done: ran } = await unmet();
  expect(ran.code).toBe(3);
  expect(ran.err).toContain(" checks     fail never ");
  await harness(dir, ["approvals", "stop", asked(ran)]);
  const resumed = await harness(dir, ["resume"]);
  expect(resumed.code).toBe(1);
  expect(resumed.err).toMatch(/^ unmet {6}run /m);
  const after = await harness(dir, ["resume"]);
  expect(after).toMatchObject({ code: 1, err: expect.stringMatching(/^ unmet {6}run /m) });
});

test("a goal that a person accepted says so, and who it was", async () => {
  const { dir, done: ran } = await unmet();
  await harness(dir, ["approvals", "accept", asked(ran)]);
  const resumed = await harness(dir, ["resume"]);
  expect(resumed.code).toBe(0);
  const { username } = userInfo();
  expect(resumed.err).toContain(
    `\n met        accepted by ${username} (goal checks did not hold) · run ${runId(ran.err)} · `,
  );
  const json = (await harness(dir, ["show", "--json"])).out;
  expect(JSON.parse(json)).toMatchObject({ standing: "met", acceptedBy: username });
});

describe("resume without an id", () => {
  test("takes the newest run that has not ended, and names the others", async () => {
    const { dir, done: first } = await standing();
    const second = await harness(dir, ["run", "goal.md"]);
    const [older, newer] = [runId(first.err), runId(second.err)];
    const both = await harness(dir, ["resume"]);
    expect(both.err).toContain(
      ` resume     takes run ${newer}, the newest that has not ended; nor have ${older}\n`,
    );
    await harness(dir, ["approvals", "stop", `${newer}/${asked(second)}`]);
    expect((await harness(dir, ["resume", newer])).code).toBe(1);
    const left = await harness(dir, ["resume"]);
    expect(left).toMatchObject({ code: 3, err: expect.stringContaining(` resume     run ${older} `) });
    expect(left.err).not.toContain("takes run");
  });

  test("an id that is empty is no id", async () => {
    const { dir, id } = await standing();
    expect(await harness(dir, ["resume", ""])).toEqual({
      code: 2,
      out: "",
      err: `harness: the id of a run is empty; there are ${id}\n`,
    });
  });
});

describe("a budget that is used up", () => {
  test("exits with 4 before anything is spent, and more money lets it go on", async () => {
    const dir = await folder(poor);
    const ran = await harness(dir, ["run", "goal.md"]);
    expect(ran.code).toBe(4);
    const id = runId(ran.err);
    expect(ran.err).toContain(`\n      harness resume ${id} --budget +5\n`);
    expect(await harness(dir, ["approvals", "raise", asked(ran)])).toMatchObject({
      code: 2,
      err: `harness: a run gets more by: harness resume ${id} --budget +5\n`,
    });
    const resumed = await harness(dir, ["resume", "--budget", "+1"]);
    expect(resumed.code).toBe(0);
    expect(resumed.err).toMatch(/^ met {8}run .{4} · \d:\d\d · \$0\.\d+ of \$1\.01 \(forecast .+\)$/m);
  });

  test.each([
    ["run", ["run", "goal.md", "--budget", "lots"], "--budget lots: give dollars, like 2.50"],
    ["run", ["run", "goal.md", "--budget", "-3"], "--budget -3: give dollars, like 2.50"],
    [
      "resume",
      ["resume", "--budget", "+"],
      "--budget +: give dollars, like +5 or 12.50, or time, tokens, turns or attempts, like +30m, +200000tokens, +20turns",
    ],
  ])("%s refuses what is no money: %j", async (_, argv, text) => {
    const dir = await folder(poor);
    if (argv[0] === "resume") await harness(dir, ["run", "goal.md"]);
    expect(await harness(dir, argv)).toEqual({ code: 2, out: "", err: `harness: ${text}\n` });
  });
});

test("a model that refuses is an outage: exit 5, and a retry goes on", async () => {
  const dir = await folder(refusedOnce);
  const ran = await harness(dir, ["run", "goal.md"]);
  expect(ran.code).toBe(5);
  expect(ran.err).toContain(" ! greet  model: the key was taken back\n");
  expect(ran.err).toMatch(
    / ! stopped: the model does not answer: task\/greet\/1: auth: the key was taken back; harness resume asks again\n/,
  );
  expect(ran.err).toContain(`\n paused     run ${runId(ran.err)} · `);
  expect(ran.err).toContain(`\n go on      harness resume ${runId(ran.err)}\n`);
  const shown = JSON.parse((await harness(dir, ["show", "--json"])).out) as unknown;
  expect(shown).toMatchObject({ standing: "paused", costs: { rejected: 0 } });
  await harness(dir, ["approvals", "retry", asked(ran)]);
  const resumed = await harness(dir, ["resume"]);
  expect(resumed.err).toContain("waited for its model");
  expect(resumed.code).toBe(0);
});

describe("a call that needs a yes", () => {
  const risky = greeting(
    {
      "task/greet/*": [
        { bash: { command: "rm -f old.txt; echo Hello. > greeting.txt" } },
        writes("Hello.")[1],
      ],
    },
    {},
  );
  const asksFromWrite = { ...risky, "harness.yaml": "approvals: { ask_from: write }\n" };

  test("waits, is shown with what it will do, and is approved or rejected", async () => {
    const dir = await folder(asksFromWrite);
    const ran = await harness(dir, ["run", "goal.md"]);
    expect(ran.code).toBe(3);
    const short = asked(ran);
    expect(short).toMatch(/^a\d+$/);
    expect(ran.err).toContain("rm -f old.txt");
    expect(ran.err).toContain(`\n      harness approvals approve ${runId(ran.err)}/${short}\n`);
    await harness(dir, ["approvals", "approve", short]);
    const resumed = await harness(dir, ["resume"]);
    expect(resumed.code).toBe(0);
    expect(resumed.err).toContain(" · 1 approval by you\n");
  });
});

test("approvals that changed since hold from the next resume on, which says so", async () => {
  const { dir, done } = await standing();
  await harness(dir, ["approvals", "retry", asked(done)]);
  await fill(dir, { "harness.yaml": "approvals: { ask_from: read }\n" });
  const resumed = await harness(dir, ["resume"]);
  expect(resumed.code).toBe(3);
  expect(resumed.err).toContain(
    " approvals  what decides about calls (approvals and network of harness.yaml, definitions of tools) changed since",
  );
  expect(resumed.err).toContain("waits for you: ");
});
