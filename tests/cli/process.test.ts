import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { folder, harness, example, root, runId, start } from "./ground.ts";
import { slow } from "./stories.ts";

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
  expect(resumed.err).toContain(" · resumed 1 time after a crash, nothing accepted was redone\n");
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

test("a reader that goes away is no reason to stop a run", async () => {
  const dir = await example("hello");
  const child = spawn(process.execPath, [join(root, "bin", "harness.cjs"), "run", "goal.md", "--json"], {
    cwd: dir,
    stdio: ["ignore", "pipe", "ignore"],
  });
  child.stdout.destroy();
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(0);
  expect((await harness(dir, ["runs"])).out).toContain("  met  ");
});
