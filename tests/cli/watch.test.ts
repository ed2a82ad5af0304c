import { join } from "node:path";
import { expect, test } from "vitest";
import { openStorageReader } from "../../src/edges/sqlite/storage.ts";
import { fill, folder, harness, runId, start } from "./ground.ts";
import { greeting, hopeless, slow } from "./stories.ts";

/** The lines of a run without their times, which those of a second process may differ from by nothing else. */
const lines = (err: string): readonly string[] =>
  err.split("\n").filter((line) => /^ +\d+:\d\d {2}/.test(line));

test("a run in one process is watched from another: the same lines, the same end", async () => {
  const dir = await folder(slow(400));
  const child = start(dir, ["run", "goal.md"]);
  await child.said("● planning");
  const watched = await harness(dir, ["watch"]);
  const ran = await child.ended;
  expect({ code: watched.code, out: watched.out }).toEqual({ code: 0, out: "" });
  expect(lines(watched.err)).toEqual(lines(ran.err));
  expect(lines(ran.err).length).toBeGreaterThan(5);
  const end = ran.err.slice(ran.err.indexOf("\n met "));
  expect(watched.err.slice(watched.err.indexOf("\n met "))).toBe(end);
});

test("--json is the whole journal, and follows it", async () => {
  const dir = await folder(slow(300));
  const child = start(dir, ["run", "goal.md"]);
  await child.said("● greet  attempt 1");
  const { code, out, err } = await harness(dir, ["watch", "--json"]);
  await child.ended;
  expect(code).toBe(0);
  const storage = await openStorageReader(join(dir, ".harness"));
  const stored = await Array.fromAsync(storage.journal.read(runId(err), 0));
  await storage.close();
  const printed = out.trimEnd().split("\n");
  expect(printed.map((line) => JSON.parse(line) as unknown)).toEqual(JSON.parse(JSON.stringify(stored)));
});

test("ctrl-c leaves the watching, not the run", async () => {
  const dir = await folder(slow(600_000));
  const child = start(dir, ["run", "goal.md"]);
  await child.said("● greet  attempt 1");
  const watcher = start(dir, ["watch"]);
  await watcher.said("● greet  attempt 1");
  watcher.process.kill("SIGINT");
  const { code, err } = await watcher.ended;
  const id = runId(err);
  expect(code).toBe(130);
  expect(err).toContain(`\n left       run ${id} goes on with pid ${child.pid}\n`);
  expect(err).toContain(` look again harness watch ${id}\n`);
  expect(child.process.exitCode).toBe(null);
  child.process.kill("SIGKILL");
  await child.ended;
});

test("of a run that stands, how it stands is told, with the exit code run would give", async () => {
  const dir = await folder(hopeless);
  const ran = await harness(dir, ["run", "goal.md"]);
  const watched = await harness(dir, ["watch"]);
  expect(watched.code).toBe(3);
  expect(watched.err).toContain(`\n waits      run ${runId(ran.err)} · `);
  const terminal = { columns: 80, rows: 24, write: () => undefined };
  const seen = await harness(dir, ["watch"], { terminal, env: { TERM: "xterm" } });
  expect(seen.code).toBe(3);
  expect(seen.err).not.toContain("\u001b[?25l");
  await fill(dir, greeting({}));
  await harness(dir, ["run", "goal.md"]);
  expect((await harness(dir, ["watch"])).code).toBe(0);
});

test("a watcher sees a crash: exit 5, and how to go on", async () => {
  const dir = await folder(slow(600_000));
  const child = start(dir, ["run", "goal.md"]);
  await child.said("● greet  attempt 1");
  const watcher = start(dir, ["watch"]);
  await watcher.said("● greet  attempt 1");
  child.process.kill("SIGKILL");
  await child.ended;
  const { code, err } = await watcher.ended;
  expect(code).toBe(5);
  expect(err).toMatch(/\n died {7}run .{4} · /);
  expect(err).toMatch(/\n go on {6}harness resume .{4}\n/);
});
