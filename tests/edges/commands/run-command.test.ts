import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCommand } from "../../../src/edges/commands/run-command.ts";
import type { CommandEnd, CommandRequest } from "../../../src/edges/commands/run-command.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "command-"));
});
afterEach(async () => rm(dir, { recursive: true, force: true }));

const run = async (command: string, given: Partial<CommandRequest> = {}): Promise<CommandEnd> =>
  runCommand({
    command,
    cwd: dir,
    env: { PATH: process.env["PATH"] ?? "" },
    stdin: "",
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    ...given,
  });

test("it runs in its directory, with this environment alone, and reads all of its stdin", async () => {
  const stdin = `${"x".repeat(200_000)}\n`;
  const { stdout, wrong } = await run('pwd; echo "[$HOME$SECRET]"; wc -c', { stdin, env: { SECRET: "s" } });
  expect(stdout.split("\n").map((line) => line.trim())).toEqual([dir, "[s]", "200001", ""]);
  expect(wrong).toBeNull();
});

test.each([
  ["exit 3", "ended with exit 3"],
  ["echo first >&2; echo last >&2; exit 1", "ended with exit 1: last"],
  ["kill -9 $$", "was ended by SIGKILL"],
  ["no-such-program", "ended with exit 127: "],
])("%s: %s", async (command, words) => {
  expect((await run(command)).wrong).toContain(words);
});

test("a directory that is not there is said", async () => {
  const { wrong } = await run("true", { cwd: join(dir, "gone") });
  expect(wrong).toContain("cannot be started");
});

test("whoever does not read its stdin ends well", async () => {
  expect(await run("echo 1", { stdin: "x".repeat(5_000_000) })).toEqual({ stdout: "1\n", wrong: null });
});

test("at the end of its time it dies with all it started", async () => {
  const command = "(sleep 60; echo late > late) & echo $! > pid; wait";
  const { wrong } = await run(command, { timeoutMs: 300 });
  expect(wrong).toBe("did not end within 0.3 s and was killed");
  await expect.poll(async () => isAlive(join(dir, "pid"))).toBe(false);
});

test("what it leaves running dies when it ends, and does not hold the score up", async () => {
  const { stdout, wrong } = await run("sleep 60 & echo $! > pid; echo 0.5");
  expect([stdout, wrong]).toEqual(["0.5\n", null]);
  await expect.poll(async () => isAlive(join(dir, "pid"))).toBe(false);
});

test("output without end is bounded", async () => {
  const { stdout, wrong } = await run("yes");
  expect(wrong).toBe("wrote more than 1 MiB and was killed");
  expect(stdout.length).toBe(1024 * 1024);
});

test("stderr without end is bounded, and does not stop it", async () => {
  const { stdout, wrong } = await run("head -c 3000000 /dev/zero | tr '\\0' e >&2; echo 1");
  expect([stdout, wrong]).toEqual(["1\n", null]);
});

test("it is killed when the evaluation is stopped, also before it began", async () => {
  const stopped = AbortSignal.abort();
  expect((await run("sleep 60", { signal: stopped })).wrong).toBe("was ended by SIGKILL");
});

/** Whether the process whose id is in the file still runs; one that is dead may not be reaped yet. */
async function isAlive(file: string): Promise<boolean> {
  const pid = (await readFile(file, "utf8")).trim();
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/^\d+ \(.*\) [ZX]/.test(stat);
}
