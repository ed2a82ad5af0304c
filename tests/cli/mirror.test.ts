import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { fold } from "../../src/core/apply.ts";
import type { Entry, EventType } from "../../src/core/event.ts";
import type { Ports } from "../../src/core/ports.ts";
import { mirror, runDir } from "../../src/cli/mirror/mirror.ts";
import { openStorageReader } from "../../src/edges/sqlite/storage.ts";
import { journalDisk, MemoryJournal } from "../memory/journal.ts";
import { simulate } from "../simulation/simulate.ts";
import { example, fill, folder, harness, noEngine, ranOnce, root, runId, start, unasked } from "./ground.ts";
import { checkedGreeting, greeting, hopeless, slow, writes } from "./stories.ts";

/** A run that was, with the blobs it names. */
interface Past {
  readonly entries: readonly Entry[];
  readonly blobs: Ports["blobs"];
}

const silent = (): void => undefined;

/** The journal as it was after `count` entries. */
const journalAt = (entries: readonly Entry[], count: number): MemoryJournal => {
  const disk = journalDisk();
  disk.chains.set(entries[0]?.run ?? "", entries.slice(0, count));
  return new MemoryJournal({ disk });
};

/** A mirror that begins when the journal has `known` entries and is closed when it has `seen`. */
async function live(
  dir: string,
  { entries, blobs }: Past,
  { known, seen }: { readonly known: number; readonly seen: number },
  say: (line: string) => void = silent,
): Promise<void> {
  const one = mirror(dir, { journal: journalAt(entries, known), blobs }, entries[0]?.run ?? "", say);
  // Some of what the journal holds already is given again, as at a taking-over.
  for (const entry of entries.slice(Math.max(0, known - 3), seen)) one.see(entry, fold(entries));
  await one.close();
}

/** Every file with its bytes. */
async function filesIn(dir: string): Promise<Record<string, string>> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const read = files
    .toSorted()
    .map(async (file) => [file.slice(dir.length + 1), await readFile(file, "utf8")]);
  return Object.fromEntries(await Promise.all(read)) as Record<string, string>;
}

async function rebuilt(past: Past, count = past.entries.length): Promise<Record<string, string>> {
  const dir = join(await folder({}, false), "mirror");
  await live(dir, past, { known: count, seen: count });
  const files = await filesIn(dir);
  await rm(join(dir, ".."), { recursive: true });
  return files;
}

/** The run of a project as its journal tells it. */
async function pastOf(project: string): Promise<Past & { readonly close: () => Promise<void> }> {
  const { journal, blobs, close } = await openStorageReader(join(project, ".harness"));
  const [row] = await journal.runs();
  const entries = await Array.fromAsync(journal.read(row?.id ?? "", 0));
  const unwritten = async (): Promise<never> => {
    throw new Error("this store is read only");
  };
  return { entries, blobs: Object.assign(blobs, { put: unwritten, putStream: unwritten }), close };
}

const mirrorOf = (project: string, run: string): string => runDir(join(project, ".harness"), run);

describe("made again from the journal alone", () => {
  const wanted: ReadonlySet<EventType> = new Set([
    "approval-requested",
    "effect-doubted",
    "escalation-raised",
    "plan-rejected",
    "integration-ended",
    "task-dropped",
    "run-stopped",
    "crash-charged",
  ] as const);
  const pasts: Past[] = [];

  /** Runs with crashes, as many as it takes until each of these kinds has happened. */
  beforeAll(async () => {
    const missing = new Set(wanted);
    for (let seed = 1; missing.size > 0; seed += 1) {
      const { entries, disk } = await simulate(seed, true);
      const found = entries.filter(({ type }) => missing.delete(type));
      if (found.length > 0) pasts.push({ entries, blobs: disk.blobs });
    }
  });

  test("it is byte for byte the one that followed, wherever lives began, died and spoilt files", async () => {
    const lives = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...pasts), lives, async (past, drawn) => {
        const dir = join(await folder({}, false), "mirror");
        let seen = 1;
        for (const [ahead, further, spoilt] of drawn) {
          const known = seen + (ahead % (past.entries.length - seen + 1));
          seen = known + (further % (past.entries.length - known + 1));
          await live(dir, past, { known, seen });
          expect(await filesIn(dir)).toEqual(await rebuilt(past, seen));
          const files = Object.keys(await filesIn(dir));
          const file = join(dir, files[spoilt % files.length] ?? "");
          if (spoilt % 3 === 0) await rm(file);
          else await writeFile(`${file}${spoilt % 3 === 1 ? "" : ".part"}`, "spoilt");
        }
        await rm(join(dir, ".."), { recursive: true });
      }),
      { numRuns: 25 },
    );
  });
});

const hello = ranOnce(async () => example("hello", false));

describe("beside a real run", () => {
  test("for its owner alone", async () => {
    const { dir: project, id, done } = await hello();
    expect(done.code).toBe(0);
    const past = await pastOf(project);
    const dir = mirrorOf(project, id);
    expect(await filesIn(dir)).toEqual(await rebuilt(past));
    await past.close();
    expect(await readFile(join(dir, "goal.md"), "utf8")).toBe(
      await readFile(join(project, "goal.md"), "utf8"),
    );
    for (const one of await readdir(dir, { recursive: true, withFileTypes: true })) {
      const { mode } = await stat(join(one.parentPath, one.name));
      expect([one.name, mode & 0o777]).toEqual([one.name, one.isDirectory() ? 0o700 : 0o600]);
    }
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  test("killed in the middle: whoever goes on makes it whole", async () => {
    const project = await folder(
      checkedGreeting({ "task/greet/1": writes("Goodbye."), "task/greet/*": writes("Hello.") }),
    );
    const dying = spawn(process.execPath, [join(root, "bin", "harness.cjs"), "run", "goal.md"], {
      cwd: project,
      env: { ...process.env, ...noEngine, HARNESS_FAILPOINT: "append/after/attempt-ended" },
      stdio: "ignore",
    });
    expect(await once(dying, "exit")).toEqual([null, "SIGKILL"]);
    const { err, code } = await harness(project, ["resume"]);
    expect(code).toBe(0);
    const past = await pastOf(project);
    const files = await filesIn(mirrorOf(project, runId(err)));
    expect(files).toEqual(await rebuilt(past));
    await past.close();
    const first = files["tasks/greet/attempt-1.md"];
    expect(first).toMatch(/^# greet, attempt 1: rejected\n/);
    expect(first).toMatch(/^ {6}1 {2}write_file {2}greeting\.txt {2,}ok$/m);
    expect(first).toContain("\n- fail says-hello\n\n  > exit 1\n  > no hello\n");
    expect(first).toContain("\n## Feedback\n\n> The last attempt was sent back.");
    expect(files["plan.md"]).toContain("- ✓ **greet** greeting.txt greets: accepted, 2 attempts\n");
    expect(files["log.txt"]).toMatch(/^\S+ \d\d:\d\d:\d\d +0:\d\d {2}✗ greet {2}attempt 1 sent back/m);
  });

  test("deleted, and made again after gc dropped what only its turns needed", async () => {
    const project = await folder(greeting({}));
    const { err } = await harness(project, ["run", "goal.md"]);
    const id = runId(err);
    await harness(project, ["gc", "--keep-days", "0"]);
    await rm(join(project, ".harness", "runs"), { recursive: true });
    const again = await harness(project, ["resume", id]);
    expect(again.err).not.toContain(" mirror ");
    const page = await readFile(join(mirrorOf(project, id), "tasks", "greet", "attempt-1.md"), "utf8");
    expect(page).toMatch(/^ {6}1 {2}write_file {2,}ok$/m);
    expect(page).toContain("\n- pass says-hello\n");
  });

  test("a person reads what waits, with the commands that answer it", async () => {
    const project = await folder(hopeless);
    const { err } = await harness(project, ["run", "goal.md"]);
    const dir = mirrorOf(project, runId(err));
    const [, short = ""] = /harness approvals retry \w+\/(e\d+)/.exec(err) ?? [];
    const waiting = await readFile(join(dir, "waiting.md"), "utf8");
    expect(waiting).toContain(`## ${short}: escalation of task greet`);
    expect(waiting).toContain(`    harness approvals accept ${runId(err)}/${short}\n`);
    await harness(project, ["approvals", "retry", short]);
    expect((await harness(project, ["resume"])).code).toBe(0);
    expect(await readFile(join(dir, "waiting.md"), "utf8")).toBe("nothing waits for a person\n");
  });

  test("it is there while the run is at work", async () => {
    const project = await folder(slow(600_000));
    const child = start(project, ["run", "goal.md"]);
    await child.said("● greet  attempt 1");
    const [id = ""] = await readdir(join(project, ".harness", "runs"));
    const page = join(mirrorOf(project, id), "tasks", "greet", "attempt-1.md");
    await expect
      .poll(async () => readFile(page, "utf8").catch(() => ""), { timeout: 60_000 })
      .toContain("open");
    child.process.kill("SIGKILL");
  });
});

test("where it cannot be written the run goes on, and says so once", async () => {
  const project = await folder(greeting({}));
  await mkdir(join(project, ".harness"), { mode: 0o700 });
  await writeFile(join(project, ".harness", "runs"), "in the way");
  const { err, code } = await harness(project, ["run", "goal.md"]);
  expect(code).toBe(0);
  expect(err.match(/^ mirror .*$/gm)).toEqual([
    expect.stringMatching(
      /^ mirror {5}\S+\/\.harness\/runs\/\w{4} is not kept up: .+; the run goes on, and harness show tells its story$/,
    ),
  ]);
});

test("what could not be written is written when it can be", async () => {
  const { dir: project } = await hello();
  const past = await pastOf(project);
  const { entries, blobs } = past;
  const dir = join(await folder({ mirror: "in the way" }), "mirror");
  const said: string[] = [];
  const one = mirror(dir, { journal: journalAt(entries, 5), blobs }, entries[0]?.run ?? "", (line) => {
    said.push(line);
    // The way is free from now on.
    void rm(dir).then(() => {
      for (const entry of entries) one.see(entry, fold(entries));
    });
  });
  await expect.poll(async () => readdir(dir).catch(() => []), { timeout: 60_000 }).toContain("log.txt");
  await one.close();
  expect(await filesIn(dir)).toEqual(await rebuilt(past));
  expect(said).toHaveLength(1);
  await past.close();
});

test("a log that was deleted meanwhile is whole again with the next line", async () => {
  const { entries, disk } = await simulate(7, false);
  const past = { entries, blobs: disk.blobs };
  const dir = join(await folder(), "mirror");
  const one = mirror(dir, { journal: journalAt(entries, 20), blobs: disk.blobs }, "sim0", silent);
  const log = join(dir, "log.txt");
  await expect.poll(async () => readFile(log, "utf8").catch(() => ""), { timeout: 60_000 }).not.toBe("");
  await rm(log);
  for (const entry of entries) one.see(entry, fold(entries));
  await one.close();
  expect(await filesIn(dir)).toEqual(await rebuilt(past));
});

test("words of a model choose no path, move no cursor and fill no disk", async () => {
  const vile = `\u001b[2J\u202e../../../evil\r\n# not a heading of ours ${"x".repeat(300_000)}`;
  const project = await folder(
    greeting({
      "plan/*": [
        {
          submit_plan: {
            tasks: [
              {
                id: "greet",
                title: "\u001b[31m../../evil",
                instructions: vile.slice(0, 19_000),
                criteria: [{ id: "there", type: "file", path: "greeting.txt" }],
              },
            ],
          },
        },
      ],
      "task/greet/*": [{ bash: { command: `: ${vile}` } }, ...writes("Hello.", [vile.slice(0, 1900)])],
    }),
  );
  await fill(project, unasked);
  const { err, code } = await harness(project, ["run", "goal.md"]);
  expect(code).toBe(0);
  const files = await filesIn(mirrorOf(project, runId(err)));
  expect(Object.keys(files)).toEqual([
    "README.md",
    "goal.md",
    "log.txt",
    "plan.md",
    "tasks/greet/attempt-1.md",
    "tasks/greet/handoff.md",
    "tasks/greet/task.md",
    "waiting.md",
  ]);
  const all = Object.values(files).join("");
  // eslint-disable-next-line no-control-regex
  expect(all).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u202e]/u);
  expect(all).not.toMatch(/^# not a heading of ours/m);
  expect(all.length).toBeLessThan(100_000);
});
