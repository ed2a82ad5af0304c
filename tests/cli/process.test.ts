import { spawn } from "node:child_process";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { folder, harness, root, runId, start } from "./ground.ts";
import { greeting, slow, writes } from "./stories.ts";

describe("a signal", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s: what is open ends, the run stops, exit %i, and resume goes on", async (signal, code) => {
    const dir = await folder(slow(300));
    const child = start(dir, ["run", "goal.md"]);
    await child.said("● greet  attempt 1");
    child.process.kill(signal);
    const stopped = await child.ended;
    expect(stopped.code).toBe(code);
    const id = runId(stopped.err);
    expect(stopped.err).toContain("\n stopping after what is open; once more to stop at once\n");
    expect(stopped.err).toMatch(
      new RegExp(
        `\n stopped    run ${id} · 0 of 1 task accepted, kept · .*\n go on      harness resume ${id}\n$`,
      ),
    );
    const resumed = await harness(dir, ["resume"]);
    expect(resumed.code).toBe(0);
    expect(resumed.err).toContain(` resume     run ${id} was stopped at event `);
    expect(resumed.err).toContain(" tasks      1 of 1 accepted in 1 attempt\n");
    expect((await harness(dir, ["audit"])).code).toBe(0);
  });

  test("a second one stops at once; what was open is asked again", async () => {
    const dir = await folder(slow(600_000));
    const child = start(dir, ["run", "goal.md", "--json"]);
    await child.said('"thread":"task/greet/1"');
    child.process.kill("SIGINT");
    await child.said("stopping after what is open");
    const again = setInterval(() => child.process.kill("SIGINT"), 150);
    await child.said("stopping at once").finally(() => clearInterval(again));
    const stopped = await child.ended;
    expect(stopped.code).toBe(130);
    expect(stopped.err).toContain("\n stopping at once\n");
    const script = join(dir, "script.yaml");
    await writeFile(script, (await readFile(script, "utf8")).replaceAll("600000", "0"));
    expect((await harness(dir, ["resume"])).code).toBe(0);
  });
});

test("a kill loses nothing that was accepted, and the end says so", async () => {
  const dir = await folder(slow(600_000));
  const child = start(dir, ["run", "goal.md"]);
  await child.said("● greet  attempt 1");
  child.process.kill("SIGKILL");
  await child.ended;
  const script = join(dir, "script.yaml");
  await writeFile(script, (await readFile(script, "utf8")).replaceAll("600000", "0"));
  const resumed = await harness(dir, ["resume"]);
  expect(resumed.err).toMatch(/ resume {5}run .{4} died at event \d+: /);
  expect(resumed.err).toMatch(/ · resumed once after a crash at .*\d\d:\d\d, nothing accepted was redone$/m);
  expect(resumed.code).toBe(0);
});

test("a run is worked on by one process: the second is told which, exit 5", async () => {
  const dir = await folder(slow(600_000));
  const child = start(dir, ["run", "goal.md"]);
  await child.said("● greet  attempt 1");
  const second = start(dir, ["resume"]);
  const { code, out, err } = await second.ended;
  expect({ code, out }).toEqual({ code: 5, out: "" });
  expect(err).toMatch(
    new RegExp(`^harness: run .{4} is being worked on by pid ${child.pid} on .+; it goes on there\n$`),
  );
  child.process.kill("SIGKILL");
  await child.ended;
});

test("a living run is said to be worked on, takes a budget, and is dead when it was killed", async () => {
  const [first, last] = writes("Hello.");
  const turns = [first, { delay_ms: 600_000, ...last }];
  const dir = await folder(greeting({ price: { input: 1, output: 5 }, "task/greet/*": turns }));
  const child = start(dir, ["run", "goal.md", "--json"]);
  await child.said('"thread":"task/greet/1","turn":2,');
  const id = runId((await harness(dir, ["show"])).out);
  const living = (await harness(dir, ["show"])).out;
  expect(living).toContain(`\n working    pid ${child.pid} · run ${id} · `);
  expect(living).toContain(`\n go on      it goes on by itself     harness watch ${id}\n`);
  expect(living).toMatch(/ · rejected attempts \$0\.00 · in work \$0\.\d+ · /);
  expect((await harness(dir, ["runs"])).out).toContain(`  working (pid ${child.pid})  `);
  expect(JSON.parse((await harness(dir, ["show", "--json"])).out)).toMatchObject({
    standing: "working",
    pid: child.pid,
  });
  expect(await harness(dir, ["resume", "--budget", "3"])).toEqual({
    code: 0,
    out: "",
    err: ` budget of run ${id} is now $3.00; pid ${child.pid} goes on with it\n`,
  });
  child.process.kill("SIGKILL");
  await child.ended;
  const dead = (await harness(dir, ["show"])).out;
  expect(dead).toContain(`\n died       run ${id} · `);
  expect(dead).toContain(`\n go on      harness resume ${id}\n`);
  expect((await harness(dir, ["runs"])).out).toContain("  died       ");
});

test("a full disk under stdout is one line, exit 5", async () => {
  const dir = await folder(greeting({}));
  await harness(dir, ["run", "goal.md"]);
  const full = await open("/dev/full", "w");
  const child = spawn(process.execPath, [join(root, "bin", "harness.cjs"), "show"], {
    cwd: dir,
    stdio: ["ignore", full.fd, "pipe"],
  });
  const [err, [code]] = await Promise.all([text(child.stderr as Readable), once(child, "exit")]);
  await full.close();
  expect({ code: code as number, err }).toEqual({
    code: 5,
    err: expect.stringMatching(/^harness: cannot write to stdout: ENOSPC: [^\n]*\n$/),
  });
});

test("a reader that goes away is no reason to stop a run", async () => {
  const dir = await folder(greeting({}));
  const child = spawn(process.execPath, [join(root, "bin", "harness.cjs"), "run", "goal.md", "--json"], {
    cwd: dir,
    stdio: ["ignore", "pipe", "ignore"],
  });
  child.stdout.destroy();
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(0);
  expect((await harness(dir, ["runs"])).out).toContain("  met  ");
});
