import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { encodeJson, encodeText } from "../../src/core/canonical.ts";
import type { Entry } from "../../src/core/event.ts";
import { encodeTree } from "../../src/core/tree.ts";
import { openStorage, openStorageReader } from "../../src/edges/sqlite/storage.ts";
import type { Storage } from "../../src/edges/sqlite/storage.ts";
import { example, fill, fingerprint, folder, harness, root, runId, start } from "./ground.ts";
import { greeting, slow, wide } from "./stories.ts";

const stateOf = (dir: string): string => join(dir, ".harness");

/** Does something with the state of a project, as a process of its own would. */
async function inState<T>(dir: string, use: (storage: Storage) => Promise<T>, now = Date.now): Promise<T> {
  const storage = await openStorage(stateOf(dir), { now });
  try {
    return await use(storage);
  } finally {
    await storage.close();
  }
}
const put = async (dir: string, text: string): Promise<string> =>
  inState(dir, async ({ blobs }) => (await blobs.put([encodeText(text)]))[0] ?? "");
const missing = async (dir: string, ...digests: readonly string[]): Promise<readonly string[]> =>
  inState(dir, async ({ blobs }) => blobs.missing(digests));

async function entriesOf(dir: string, run: string): Promise<readonly Entry[]> {
  const { journal, close } = await openStorageReader(stateOf(dir));
  try {
    return await Array.fromAsync(journal.read(run, 0));
  } finally {
    await close();
  }
}
const saidDropped = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap((entry) => (entry.type === "blobs-dropped" ? entry.body.digests : []));

/** A command line as a process of its own that dies at a failpoint. */
async function dying(dir: string, at: string, ...argv: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [join(root, "bin", "harness.cjs"), ...argv], {
    cwd: dir,
    stdio: "ignore",
    env: { ...process.env, HARNESS_FAILPOINT: at },
  });
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
}

/** What people ask of a run. */
async function told(dir: string, id: string, tasks: readonly string[]): Promise<unknown> {
  const commands = [
    ["show", id],
    ["diff", id],
    ["runs"],
    ...tasks.map((task) => ["show", id, "--task", task]),
  ];
  const said: unknown[] = [];
  for (const argv of commands) said.push(await harness(dir, argv));
  return said;
}

async function met(dir: string): Promise<string> {
  const { code, err } = await harness(dir, ["run", "goal.md", "--yes"]);
  expect(code).toBe(0);
  return runId(err);
}

interface Hello {
  readonly dir: string;
  readonly id: string;
}

/** Runs once; each test gets a copy. */
const ran: { hello?: Promise<Hello> } = {};
afterAll(async () => {
  if (ran.hello !== undefined) await rm((await ran.hello).dir, { recursive: true });
});

/** A run that is met, in a store that holds nothing else. */
async function hello(): Promise<Hello> {
  ran.hello ??= (async () => {
    const dir = await example("hello", false);
    const id = await met(dir);
    expect((await harness(dir, ["gc"])).code).toBe(0);
    return { dir, id };
  })();
  const [first, dir] = [await ran.hello, await folder()];
  await cp(first.dir, dir, { recursive: true });
  return { dir, id: first.id };
}

describe("harness gc", () => {
  test("all that may go is gone, and every promise holds: audit, show, diff, export, resume", async () => {
    const dir = await folder(wide);
    const ended = await met(dir);
    const tasks = ["part-01", "part-08"];
    const files = greeting({});
    await fill(dir, {
      "greeting.md": (files["goal.md"] ?? "").replace("script.yaml", "greeting.yaml"),
      "greeting.yaml": files["script.yaml"] ?? "",
    });
    await dying(dir, "append/after/attempt-submitted", "run", "greeting.md", "--yes");
    const before = await told(dir, ended, tasks);
    await harness(dir, ["export", ended, "--to", "before"]);
    const entries = await entriesOf(dir, ended);

    const { code, out } = await harness(dir, ["gc", "--keep-days", "0"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^ stays {6}\d+ blobs, .+\n goes {7}\d+ blobs?, .+ that nothing names\n goes {7}\d+ blobs, .+ of 1 run that ended more than 0 days ago .+\n freed {6}\d+ kB; blobs.db takes \d+ kB\n$/,
    );
    const after = await entriesOf(dir, ended);
    expect(after.slice(0, entries.length)).toEqual(entries);
    const dropped = saidDropped(after);
    expect(dropped.length).toBeGreaterThan(30);
    expect(await missing(dir, ...dropped)).toEqual(dropped);
    const [event] = after.slice(entries.length);
    expect(event).toMatchObject({
      body: { why: "gc: the run ended more than 0 days ago", by: { type: "person" } },
    });

    expect(await told(dir, ended, tasks)).toEqual(before);
    await harness(dir, ["export", ended, "--to", "after"]);
    expect(await fingerprint(join(dir, "after"))).toBe(await fingerprint(join(dir, "before")));
    expect(await harness(dir, ["audit", ended])).toMatchObject({ code: 0 });

    const resumed = await harness(dir, ["resume"]);
    expect(resumed.code).toBe(0);
    const other = runId(resumed.err);
    expect(other).not.toBe(ended);
    for (const id of [ended, other]) expect(await harness(dir, ["audit", id])).toMatchObject({ code: 0 });
    const again = await harness(dir, ["gc", "--keep-days", "0"]);
    expect(again.code).toBe(0);
    for (const id of [ended, other]) expect(await harness(dir, ["audit", id])).toMatchObject({ code: 0 });
    const all = saidDropped(await entriesOf(dir, ended));
    expect(all.slice(0, dropped.length)).toEqual(dropped);
    expect(new Set(all).size).toBe(all.length);
    expect(await missing(dir, ...all)).toEqual(all);
  });

  test("without --keep-days only what nothing names goes, and no run has anything to say", async () => {
    const { dir, id } = await hello();
    const entries = await entriesOf(dir, id);
    const orphan = await put(dir, "what a crash left");
    const { code, out } = await harness(dir, ["gc"]);
    expect(code).toBe(0);
    expect(out).toContain(" goes       1 blob, 17 bytes, that nothing names\n");
    expect(await missing(dir, orphan)).toEqual([orphan]);
    expect(await entriesOf(dir, id)).toEqual(entries);
    expect((await harness(dir, ["audit"])).code).toBe(0);
    // With every name that any event gives: nothing but the orphan is gone.
    const named = [...JSON.stringify(entries.map(({ body }) => body)).matchAll(/"([0-9a-f]{64})"/g)];
    expect(await missing(dir, ...named.map(([, digest = ""]) => digest))).toEqual([]);
  });

  test("runs that ended not long enough ago keep all", async () => {
    const { dir, id } = await hello();
    const entries = await entriesOf(dir, id);
    const { out } = await harness(dir, ["gc", "--keep-days", "1"]);
    expect(out).toContain(" of 0 runs that ended more than 1 day ago\n");
    expect(await entriesOf(dir, id)).toEqual(entries);
  });

  test("--dry-run says and does nothing; --json is for machines", async () => {
    const { dir, id } = await hello();
    const orphan = await put(dir, "what a crash left");
    const entries = await entriesOf(dir, id);
    const dry = await harness(dir, ["gc", "--keep-days", "0", "--dry-run", "--json"]);
    const plan = JSON.parse(dry.out) as Record<string, unknown>;
    expect(plan).toMatchObject({ dryRun: true, runs: [id], skipped: [], environments: 0 });
    expect(plan["unnamed"]).toEqual({ blobs: 1, bytes: 17 });
    expect(await missing(dir, orphan)).toEqual([]);
    expect(await entriesOf(dir, id)).toEqual(entries);
    const wet = JSON.parse((await harness(dir, ["gc", "--keep-days", "0", "--json"])).out) as typeof plan;
    expect(wet).toMatchObject({ ...plan, dryRun: false, bytesBefore: expect.any(Number) as number });
    expect(Number(wet["bytesBefore"]) - Number(wet["bytesAfter"])).toBe(wet["freed"]);
  });

  test("beside a run at work it says who works and drops nothing: exit 5", async () => {
    const dir = await folder(slow(600_000));
    const child = start(dir, ["run", "goal.md"]);
    await child.said("● greet  attempt 1");
    const { code, err } = await harness(dir, ["gc", "--keep-days", "0"]);
    expect(code).toBe(5);
    expect(err).toMatch(
      new RegExp(
        `^harness: run [2-9a-z]{4} \\(pid ${child.pid}\\) is at work here and may need what nothing names yet`,
      ),
    );
    expect((await harness(dir, ["gc", "--dry-run"])).code).toBe(0);
    child.process.kill("SIGKILL");
    await child.ended;
    expect((await harness(dir, ["gc"])).code).toBe(0);
  });

  test("a run that somebody owns keeps all, and is named", async () => {
    const { dir, id } = await hello();
    await inState(dir, async ({ journal }) => {
      await journal.own(id);
      const { code, out } = await harness(dir, ["gc", "--keep-days", "0"]);
      expect(code).toBe(0);
      expect(out).toContain(` skipped    run ${id}: pid ${process.pid} works on it\n`);
    });
    expect(saidDropped(await entriesOf(dir, id))).toEqual([]);
    expect((await harness(dir, ["audit"])).code).toBe(0);
  });

  test("what two runs share stays while one of them needs it", async () => {
    const dir = await folder(greeting({}));
    const ended = await met(dir);
    await dying(dir, "append/before/run-ended", "run", "goal.md", "--yes");
    await harness(dir, ["gc", "--keep-days", "0"]);
    const entries = await entriesOf(dir, ended);
    const shared = entries.flatMap((entry) =>
      entry.type === "model-started" && entry.body.thread === "plan/1" ? [entry.body.request] : [],
    );
    expect(shared).toHaveLength(1);
    expect(saidDropped(entries)).not.toContain(shared[0]);
    expect(await missing(dir, ...shared)).toEqual([]);
    expect((await harness(dir, ["resume"])).code).toBe(0);
  });

  const moments = [
    "append/before/blobs-dropped",
    "append/after/blobs-dropped",
    "drop-blobs/before",
    "drop-blobs/after",
    "free-blobs/after",
  ];
  test.each(moments)("killed at %s it breaks no promise, and the next one finishes", async (at) => {
    const { dir, id } = await hello();
    const orphan = await put(dir, "what a crash left");
    await dying(dir, at, "gc", "--keep-days", "0");
    expect((await harness(dir, ["audit"])).code).toBe(0);
    const said = saidDropped(await entriesOf(dir, id));
    const isDropped = at === "drop-blobs/after" || at === "free-blobs/after";
    expect(await missing(dir, ...said, orphan)).toEqual(isDropped ? [...said, orphan] : []);
    expect(said.length > 0).toBe(at !== "append/before/blobs-dropped");
    expect((await harness(dir, ["gc", "--keep-days", "0"])).code).toBe(0);
    const all = saidDropped(await entriesOf(dir, id));
    expect(new Set(all).size).toBe(all.length);
    expect(await missing(dir, ...all, orphan)).toEqual([...all, orphan]);
    expect((await harness(dir, ["audit"])).code).toBe(0);
  });

  test("an environment stays while it is used, with all it holds", async () => {
    const { dir } = await hello();
    const keep = async (key: string, daysAgo: number): Promise<readonly string[]> =>
      inState(
        dir,
        async ({ blobs, environments }) => {
          const [file = ""] = await blobs.put([encodeText(`dependency of ${key}`)]);
          const node = encodeTree({
            v: 1,
            entries: [{ name: "f", type: "file", mode: 0o644, size: 1, content: file }],
          });
          const [tree = ""] = await blobs.put([node]);
          const entry = { name: "node_modules", type: "dir", mode: 0o755, tree };
          const [environment = ""] = await blobs.put([encodeJson({ v: 1, added: [{ dir: "", entry }] })]);
          environments.keep(key, environment);
          return [environment, tree, file];
        },
        () => Date.now() - daysAgo * 86_400_000,
      );
    const [used, unused] = [await keep("used", 29), await keep("unused", 31)];
    const { out } = await harness(dir, ["gc"]);
    expect(out).toContain(" goes       1 environment that no run names, not used for 30 days\n");
    expect(await missing(dir, ...used, ...unused)).toEqual(unused);
    await inState(dir, async ({ environments }) => {
      expect([environments.find("used"), environments.find("unused")]).toEqual([used[0], null]);
    });
  });

  test.each(["-1", "x", "1.5", ""])("--keep-days '%s' is no number of days: exit 2", async (days) => {
    const dir = await folder();
    expect(await harness(dir, ["gc", `--keep-days=${days}`])).toEqual({
      code: 2,
      out: "",
      err: `harness: --keep-days ${days}: say a number of days, like --keep-days 30\n`,
    });
  });

  test("where there is no run there is nothing to do: exit 2", async () => {
    expect((await harness(await folder(), ["gc"])).code).toBe(2);
  });
});
