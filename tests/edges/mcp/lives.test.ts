import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { isAlive, linesIn, openOdd, openServer, secret, temporary } from "./ground.ts";

/** For a server whose fault is that it does not answer. */
const short = { timeout_s: 0.5 };

describe.concurrent("a server that does not start is a fault in one line", () => {
  test.for([
    {
      way: "crashes-at-start",
      why: /: did not start: it ended with exit 2; it said: first line no token: \{\{secret:TRACKER_TOKEN\}\}\\u\{1b\}\[2J; try it by hand \(.*\), or take mcp.odd out$/,
    },
    { way: "refuses", why: /it answered with error -32603: not today; try/ },
    { way: "other-version", why: /protocol version is not supported: 1999-01-01; try/ },
    { way: "hangs-at-start", why: /it did not answer in time; try/, spec: short },
    { way: "hangs-in-list", why: /it did not answer in time; try/, spec: short },
    { way: "endless", why: /its list of tools has no end; try/ },
    { way: "million", why: /its list of tools has no end; try/ },
    {
      way: "honest",
      why: /it ended with exit 127; it said: .*no-such-program: not found; try/,
      spec: { command: ["no-such-program"] },
    },
    { way: "honest", why: /it ended with exit 3; try/, spec: { command: undefined, run: "exit 3" } },
    {
      way: "honest",
      why: /the secret ABSENT is not there; name it under secrets/,
      spec: { env: { A: "{{secret:ABSENT}}" } },
    },
    { way: "honest", why: /it cannot be started: .*null bytes/, spec: { env: { A: "{{secret:WITH_NUL}}" } } },
  ])("$way $why", async ({ way, why, spec }, { expect, onTestFinished }) => {
    const { servers, lines } = await openOdd(way, spec, onTestFinished);
    expect(servers.tools).toEqual([]);
    expect(servers.faults).toEqual([expect.stringMatching(why)]);
    expect(servers.faults[0]).toMatch(/^mcp odd: [^\n]+$/);
    expect(lines("pid").map(isAlive)).not.toContain(true);
  });
});

test("a directory that is not there is a fault", async () => {
  const { servers } = await openServer("/no/such/directory", { run: "true" });
  expect(servers.faults).toEqual([
    expect.stringMatching(/^mcp odd: did not start: it cannot be started: .*ENOENT/),
  ]);
});

test("a server that ended between two calls is started again, once, and the call is sent once", async () => {
  const { call, lines, log } = await openOdd("dies-between");
  expect(await call()).toMatchObject({ outcome: "done" });
  expect(lines("pid")).toHaveLength(2);
  expect(lines("effects")).toHaveLength(1);
  expect(log).toEqual(["mcp odd: started again: it ended with exit 0"]);
});

test("calls at once on a server that ended begin one new life", async () => {
  const { call, lines, servers } = await openOdd("honest");
  process.kill(Number(lines("pid")[0]), "SIGKILL");
  await expect.poll(() => isAlive(lines("pid")[0]), { timeout: 20_000 }).toBe(false);
  const ends = await Promise.all([call(), call(), call(), call()]);
  expect(ends.map(({ outcome }) => outcome)).toEqual(["done", "done", "done", "done"]);
  expect(lines("effects")).toHaveLength(4);
  expect(lines("pid")).toHaveLength(2);
  await servers.close();
  expect(lines("pid").map(isAlive)).toEqual([false, false]);
});

test("one that ends while it is asked for its tools is started again once, no more", async () => {
  const mended = await openOdd("dies-in-list-once");
  expect(await mended.call()).toMatchObject({ outcome: "done" });
  expect(mended.lines("pid")).toHaveLength(2);
  const broken = await openOdd("dies-in-list");
  expect(await broken.call()).toEqual({
    outcome: "failed",
    text: "The MCP server odd was sent nothing: it ended with exit 5",
  });
  expect(broken.lines("pid")).toHaveLength(2);
  expect(broken.lines("effects")).toEqual([]);
});

test("one that had ended, and ends again while it is asked for its tools, is not started a third time", async () => {
  const { call, lines } = await openOdd("dies-in-list");
  process.kill(Number(lines("pid")[0]), "SIGKILL");
  await expect.poll(() => isAlive(lines("pid")[0]), { timeout: 20_000 }).toBe(false);
  expect(await call()).toMatchObject({
    outcome: "failed",
    text: expect.stringMatching(/ended with exit 5$/),
  });
  expect(lines("pid")).toHaveLength(2);
});

test("one that cannot be started again: nothing is sent, and each call tries it once", async () => {
  const { call, lines } = await openOdd("crashes-at-restart");
  expect(await call()).toMatchObject({ outcome: "done" });
  expect(await call()).toEqual({
    outcome: "failed",
    text: expect.stringMatching(
      /was sent nothing: it ended with exit 2; it said: first line\nno token: \{\{secret/,
    ),
  });
  expect(lines("pid")).toHaveLength(2);
  expect(await call()).toMatchObject({ outcome: "failed" });
  expect(lines("pid")).toHaveLength(3);
  expect(lines("effects")).toHaveLength(1);
});

test("one that hangs before the call is sent: nothing was sent, and the next call has a new life of it", async () => {
  const { call, lines } = await openOdd("hangs-once", { timeout_s: 2 });
  expect(await call()).toEqual({
    outcome: "failed",
    text: "The MCP server odd was sent nothing: it did not answer in time",
  });
  expect(lines("effects")).toEqual([]);
  expect(await call()).toMatchObject({ outcome: "done" });
  expect(lines("effects")).toHaveLength(1);
});

describe("a tool that is no longer what it was", () => {
  const changed = /was sent nothing: it has changed the tool create since .* stop the run and resume it/;

  test("announced: calls of it fail, others go on", async () => {
    const { call, lines } = await openOdd("announces-change");
    expect(await call()).toMatchObject({ outcome: "done" });
    expect(await call()).toEqual({ outcome: "failed", text: expect.stringMatching(changed) });
    expect(await call("read")).toMatchObject({ outcome: "done" });
    expect(lines("told").filter((line) => line.includes("tools/call"))).toHaveLength(2);
  });

  test("announced as removed", async () => {
    const { call } = await openOdd("announces-removal");
    await call();
    expect(await call()).toMatchObject({
      outcome: "failed",
      text: expect.stringContaining("it no longer has the tool create since"),
    });
  });

  test("announced, and nothing differs", async () => {
    const { call } = await openOdd("announces-nothing-new");
    expect([await call(), await call()]).toMatchObject([{ outcome: "done" }, { outcome: "done" }]);
  });

  test("by a restart", async () => {
    const { call, lines } = await openOdd("changed-on-restart");
    process.kill(Number(lines("pid")[0]), "SIGKILL");
    expect(await call()).toEqual({ outcome: "failed", text: expect.stringMatching(changed) });
    expect(await call("read")).toMatchObject({ outcome: "done" });
  });

  test("in silence, and be it only what it says of its risks", async () => {
    const { call, lines } = await openOdd("changed-in-silence");
    expect(await call()).toEqual({ outcome: "failed", text: expect.stringMatching(changed) });
    expect(lines("effects")).toEqual([]);
  });
});

test("its environment: PATH, HOME, LANG and what its settings say, secrets filled in; its place the project", async () => {
  const { call, dir } = await openOdd("environment", {
    env: { TOKEN: "Bearer {{secret:TRACKER_TOKEN}}", PLAIN: "{{x}}" },
  });
  const { text } = await call();
  const found = JSON.parse(text.slice(text.indexOf("\n"))) as Record<string, string>;
  // PWD is the shell's.
  const { PWD: _, ...rest } = found;
  expect(rest).toEqual({
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    LANG: "C.UTF-8",
    PLAIN: "{{x}}",
    TOKEN: "Bearer {{secret:TRACKER_TOKEN}}",
    cwd: dir,
  });
  expect(text).not.toContain(secret);
});

test.for(["ignores-the-end", "has-a-child", "honest"])(
  "to close ends the server and all it started: %s",
  async (way) => {
    const { servers, lines } = await openOdd(way);
    await expect.poll(() => lines("pid").length, { timeout: 20_000 }).toBe(way === "has-a-child" ? 2 : 1);
    await servers.close();
    for (const pid of lines("pid")) await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
    await servers.close();
  },
);

test("no server outlives us, killed without warning: not one that ignores all it can, nor what one started", async () => {
  const ways = ["honest", "ignores-the-end", "has-a-child"];
  const dir = temporary();
  const child = fileURLToPath(new URL("open-child.ts", import.meta.url));
  const parent = spawn(process.execPath, [child, dir, ...ways], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void parent.kill("SIGKILL"));
  await once(parent.stdout, "data");
  const pids = ways.flatMap((way) => linesIn(join(dir, way))("pid"));
  expect(pids.map(isAlive)).toEqual([true, true, true, true]);
  parent.kill("SIGKILL");
  for (const pid of pids) await expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false);
});
