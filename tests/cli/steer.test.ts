import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { example, folder, harness, ranOnce, runId, start } from "./ground.ts";
import { greeting, hopeless, slow, writes } from "./stories.ts";

/** What a script's worker was sent is in the journal: every request of the run as JSON. */
const requests = async (dir: string, id: string): Promise<string> => {
  const { openStorageReader } = await import("../../src/edges/sqlite/storage.ts");
  const storage = await openStorageReader(join(dir, ".harness"));
  const texts: string[] = [];
  for await (const entry of storage.journal.read(id, 0))
    if (entry.type === "model-started")
      texts.push(
        `${entry.body.thread} ${new TextDecoder().decode(await storage.blobs.get(entry.body.request))}`,
      );
  await storage.close();
  return texts.join("\n");
};

/** Copies of a project whose run waits for a person. */
const standing = ranOnce(async () => folder(hopeless, false));

describe("harness tell", () => {
  test("the next turn of a living run's worker holds the note", async () => {
    const [first, ...rest] = writes("Hello.");
    const dir = await folder(greeting({ "task/greet/*": [{ delay_ms: 12_000, ...first }, ...rest] }));
    const child = start(dir, ["run", "goal.md"]);
    await child.said("greet  attempt 1");
    const id = (await harness(dir, ["runs"])).out.slice(1, 5);
    const told = await harness(dir, ["tell", id, "say", "hello", "twice"]);
    expect(told).toMatchObject({
      code: 0,
      err: expect.stringContaining("every worker's next turn holds it"),
    });
    expect((await child.ended).code).toBe(0);
    expect((await requests(dir, id)).includes("A person says: say hello twice")).toBe(true);
    expect((await harness(dir, ["audit"])).code).toBe(0);
  });

  test("a note for one task waits for its next attempt", async () => {
    const { dir, id, done } = await standing();
    expect((await harness(dir, ["tell", id, "mind the greeting", "--task", "greet"])).code).toBe(0);
    const short = /harness approvals retry \w+\/(e\d+)/.exec(done.err)?.[1] ?? "";
    await harness(dir, ["approvals", "retry", short]);
    expect((await harness(dir, ["resume"])).code).toBe(0);
    expect(/^task\/greet\/3 .*A person says: mind the greeting/m.test(await requests(dir, id))).toBe(true);
  });

  test.each([
    [["tell", "RUN", " "], "the note is empty"],
    [["tell", "RUN", "x".repeat(8001)], "8001 characters, 8000 are the most"],
    [["tell", "RUN", "hi", "--task", "gret"], 'no task "gret"; did you mean "greet"'],
    [["tell", "none", "hi"], "no run is called none"],
  ])("%j is refused in one line", async (argv, why) => {
    const { dir, id } = await standing();
    const { code, err } = await harness(
      dir,
      argv.map((word) => (word === "RUN" ? id : word)),
    );
    expect([code, err.trimEnd().split("\n").length]).toEqual([2, 1]);
    expect(err).toContain(why);
  });

  test("nobody reads a note to a run that has ended, or to a task that is done", async () => {
    const dir = await folder(greeting({ "task/greet/*": writes("Hello.") }));
    const id = runId((await harness(dir, ["run", "goal.md"])).err);
    expect(await harness(dir, ["tell", id, "late"])).toMatchObject({
      code: 2,
      err: `harness: run ${id} has ended; nobody would read it\n`,
    });
  });
});

describe("harness stop", () => {
  test("drains a living run from another terminal; resume goes on to the same end", async () => {
    const dir = await folder(slow(1_500));
    const child = start(dir, ["run", "goal.md"]);
    await child.said("greet  attempt 1");
    const stopped = await harness(dir, ["stop"]);
    expect(stopped.code).toBe(0);
    expect(stopped.err).toMatch(
      /^ stopping {3}run \w{4} \(pid \d+\) after what is open\n stopped {4}run \w{4};/,
    );
    const done = await child.ended;
    expect([done.code, done.err.includes(", as another terminal asked")]).toEqual([130, true]);
    const resumed = await harness(dir, ["resume"]);
    expect(resumed.err).toContain("was asked to stop");
    expect([resumed.code, (await harness(dir, ["audit"])).code]).toEqual([0, 0]);
  });

  test("--now does not wait for what is open", async () => {
    const dir = await folder(slow(600_000));
    const child = start(dir, ["run", "goal.md"]);
    await child.said("greet  attempt 1");
    expect((await harness(dir, ["stop", "--now"])).code).toBe(0);
    expect((await child.ended).code).toBe(130);
  });

  test("of a run that nobody works on changes nothing", async () => {
    const { dir } = await standing();
    expect(await harness(dir, ["stop"])).toMatchObject({
      code: 0,
      err: expect.stringContaining("stands already; nobody works on it"),
    });
    expect((await harness(dir, ["resume"])).code).toBe(3);
  });
});

describe("--detach", () => {
  test("the run goes on without its terminal; watch follows it to the end", async () => {
    const dir = await example("hello");
    const parent = start(dir, ["run", "goal.md", "--detach", "--sandbox", "embedded"]);
    const { code, err } = await parent.ended;
    expect(code).toBe(0);
    const id = runId(err);
    expect(err).toContain(` detached   run ${id} goes on without this terminal (pid `);
    expect(err).toContain(`harness watch ${id}\n`);
    const watched = await harness(dir, ["watch", id]);
    expect([watched.code, watched.err.includes(` met        run ${id}`)]).toEqual([0, true]);
    expect(await readFile(join(dir, ".harness", "runs", id, "output.txt"), "utf8")).toContain("plan: 1 task");
  });

  test("a starter that is killed before it hears of the run does not take it along", async () => {
    const dir = await example("hello");
    const parent = start(dir, ["run", "goal.md", "--detach", "--sandbox", "embedded"]);
    await expect.poll(() => existsSync(join(dir, ".harness", "harness.db")), { timeout: 60_000 }).toBe(true);
    parent.process.kill("SIGKILL");
    const outcome = async (): Promise<unknown> => {
      const [line = "{}"] = (await harness(dir, ["runs", "--json"])).out.split("\n");
      return (JSON.parse(line === "" ? "{}" : line) as { outcome?: unknown }).outcome;
    };
    await expect.poll(outcome, { timeout: 60_000, interval: 300 }).toBe("met");
  });

  test("what is wrong before the run is there is told at once, with its exit code", async () => {
    const dir = await folder({ "goal.md": "---\nmodell: x\n---\nDo it.\n" });
    const { code, err } = await start(dir, ["run", "goal.md", "--detach"]).ended;
    expect(code).toBe(2);
    expect(err).toMatch(/^harness: goal\.md:2: .*modell.*model/);
  });
});
