import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fold } from "../../src/core/apply.ts";
import type { Entry } from "../../src/core/event.ts";
import type { Message } from "../../src/cli/notify/message.ts";
import { Cursor } from "../../src/cli/notify/cursor.ts";
import { notifier } from "../../src/cli/notify/notifier.ts";
import type { Notifier, Patience } from "../../src/cli/notify/notifier.ts";
import { openState } from "../../src/cli/wire.ts";
import type { Storage } from "../../src/edges/sqlite/storage.ts";
import { folder, harness, noEngine, root, runId } from "./ground.ts";
import type { Files } from "./ground.ts";
import { greeting, hopeless, poor, writes } from "./stories.ts";

/** Writes down what it is told, a line each. */
const noting = `read -r line; printf '%s\\n' "$line" >> told`;

const notifying = (files: Files, command = noting): Files => ({
  ...files,
  "harness.yaml": JSON.stringify({ approvals: { notify: command } }),
});

async function told(project: string): Promise<readonly Message[]> {
  const text = await readFile(join(project, "told"), "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Message);
}

const kinds = async (project: string): Promise<readonly string[]> =>
  (await told(project)).map(({ kind, outcome }) => (outcome === null ? kind : `${kind} ${outcome}`));

/** Runs a command line that dies where `failpoint` says. */
async function dies(project: string, argv: readonly string[], failpoint: string): Promise<void> {
  const child = spawn(process.execPath, [join(root, "bin", "harness.cjs"), ...argv], {
    cwd: project,
    env: { ...process.env, ...noEngine, HARNESS_FAILPOINT: failpoint },
    stdio: "ignore",
  });
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
}

const go = ["run", "goal.md"];

describe("a run tells", () => {
  test("of what waits for a person, once, and of its end", async () => {
    const project = await folder(notifying(hopeless));
    const first = await harness(project, go);
    expect(first.code).toBe(3);
    const id = runId(first.err);
    const [asked] = (await harness(project, ["approvals", "--json"])).out.trimEnd().split("\n");
    const { short, text } = JSON.parse(asked ?? "") as { short: string; text: string };
    const [message, ...more] = await told(project);
    expect(more).toEqual([]);
    expect(message).toEqual({
      run: id,
      title: "A greeting",
      project,
      kind: "escalation",
      id: short,
      subject: expect.stringMatching(/^attempts\/greet\/\d+$/),
      task: "greet",
      text,
      options: ["retry", "accept", "replan", "drop", "stop"],
      outcome: null,
      micros: 0,
      budget: null,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      commands: ["retry", "accept", "replan", "drop", "stop"].map(
        (one) => `harness approvals ${one} ${message?.run ?? ""}/${short}`,
      ),
    });
    // It waits on: nobody is told again.
    expect((await harness(project, ["resume"])).code).toBe(3);
    expect(await kinds(project)).toEqual(["escalation"]);
    await harness(project, ["approvals", "retry", short]);
    expect((await harness(project, ["resume"])).code).toBe(0);
    expect(await kinds(project)).toEqual(["escalation", "ended met"]);
    const [, end] = await told(project);
    expect(end?.text).toMatch(/^met: 1 of 1 task accepted · /);
    expect(end?.commands).toContain(`harness diff ${id}`);
    await harness(project, ["resume", id]);
    expect(await kinds(project)).toEqual(["escalation", "ended met"]);
  });

  test("of a call that is asked about", async () => {
    const project = await folder(greeting({}));
    await writeFile(
      join(project, "harness.yaml"),
      JSON.stringify({ approvals: { ask_from: "write", notify: noting } }),
    );
    const { code } = await harness(project, go);
    expect(code).toBe(3);
    const [message] = await told(project);
    expect(message).toMatchObject({ kind: "approval", task: "greet", options: ["approve", "reject"] });
    expect(message?.commands).toEqual([
      `harness approvals approve ${message?.run ?? ""}/${message?.id ?? ""}`,
      `harness approvals reject ${message?.run ?? ""}/${message?.id ?? ""}`,
    ]);
  });

  test("of a plan that waits for its review, where nobody is asked in place", async () => {
    const project = await folder(notifying(greeting({})));
    const terminal = { columns: 80, rows: 24, write: () => undefined };
    const seat = { terminal, person: { presses: ["q"] } };
    const { err } = await harness(project, go, seat);
    expect(await told(project)).toEqual([]);
    for (let times = 0; times < 2; times += 1) {
      expect((await harness(project, ["resume"])).code).toBe(3);
      const [message, ...more] = await told(project);
      expect(more).toEqual([]);
      expect(message).toMatchObject({ run: runId(err), kind: "plan", subject: "plan/1", task: null });
      expect(message?.commands).toContain(
        `harness approvals approve ${message?.run ?? ""}/${message?.id ?? ""}`,
      );
    }
  });

  test("when it stops because its budget is used up, with the command that raises it", async () => {
    const project = await folder(notifying(poor));
    const { err, code } = await harness(project, go);
    expect(code).toBe(4);
    const [message, ...more] = await told(project);
    expect(more).toEqual([]);
    expect(message).toMatchObject({ kind: "stopped", outcome: "budget", budget: 10_000, micros: 0 });
    expect(message?.commands).toContain(`harness resume ${runId(err)} --budget +5`);
  });

  test("when it stops because its model does not answer", async () => {
    const fail = { class: "auth", message: "the key was taken back" };
    const project = await folder(notifying(greeting({ "task/greet/*": [{ fail, ...writes("Hello.")[0] }] })));
    const { err, code } = await harness(project, go);
    expect(code).toBe(5);
    const [message, ...more] = await told(project);
    expect(more).toEqual([]);
    expect(message).toMatchObject({ kind: "stopped", outcome: "outage" });
    expect(message?.text).toContain("the key was taken back");
    expect(message?.commands[0]).toBe(`harness resume ${runId(err)}`);
  });

  test("without any key in the environment of the command", async () => {
    const project = await folder(notifying(greeting({}), "env > seen; cat > told"));
    const env = { PATH: "/usr/bin:/bin", HOME: "/root", LANG: "C", TERM: "xterm" };
    const keys = { ANTHROPIC_API_KEY: "secret", OPENAI_API_KEY: "secret", AWS_SECRET: "secret" };
    const { err } = await harness(project, go, { env: { ...env, ...keys } });
    const seen = (await readFile(join(project, "seen"), "utf8")).trimEnd().split("\n").toSorted();
    // The shell adds three of its own.
    const own = seen.filter((line) => !/^(_|PWD|SHLVL|OLDPWD)=/.test(line));
    expect(own).toEqual(
      ["HARNESS_RUN=" + runId(err), ...Object.entries(env).map((one) => one.join("="))].toSorted(),
    );
    expect(seen.join("\n")).not.toContain("secret");
  });
});

describe("after a kill between the event and the telling", () => {
  test("what waits is told by whoever goes on, once", async () => {
    const project = await folder(notifying(hopeless));
    await dies(project, go, "append/after/escalation-raised");
    expect(await kinds(project)).toEqual([]);
    expect((await harness(project, ["resume"])).code).toBe(3);
    expect(await kinds(project)).toEqual(["escalation"]);
    expect((await harness(project, ["resume"])).code).toBe(3);
    expect(await kinds(project)).toEqual(["escalation"]);
  });

  test("what was answered meanwhile is not", async () => {
    const project = await folder(notifying(hopeless));
    await dies(project, go, "append/after/escalation-raised");
    const [, short = ""] = / (e\d+) /.exec((await harness(project, ["approvals"])).out) ?? [];
    await harness(project, ["approvals", "retry", short]);
    // Not even while the answer lies there and nobody has taken it in yet.
    const { dir } = await tellOf({ of: project, command: noting });
    expect(await told(dir)).toEqual([]);
    expect((await harness(project, ["resume"])).code).toBe(0);
    expect(await kinds(project)).toEqual(["ended met"]);
  });

  test("an end is told by the next resume, though there is nothing left to go on with", async () => {
    const project = await folder(notifying(greeting({})));
    await dies(project, go, "append/after/run-ended");
    expect(await kinds(project)).toEqual([]);
    for (let times = 0; times < 2; times += 1) {
      expect((await harness(project, ["resume"])).code).toBe(0);
      expect(await kinds(project)).toEqual(["ended met"]);
    }
  });

  test("a stop that is no longer one is not", async () => {
    const project = await folder(notifying(poor));
    await dies(project, go, "append/after/run-stopped");
    expect((await harness(project, ["resume", "--budget", "5"])).code).toBe(0);
    expect(await kinds(project)).toEqual(["ended met"]);
  });
});

interface Telling {
  /** The project whose run is told of, as it lies there. */
  readonly of: string;
  readonly command: string;
  readonly patience?: Partial<Patience>;
  /** Where `notified` and whatever the command writes lie; left out: a new place. */
  readonly dir?: string;
  readonly use?: (one: Notifier, entries: readonly Entry[]) => void;
}

const quick: Patience = { tryMs: 60_000, pausesMs: [1, 2], closeMs: 60_000 };

/** One life of a notifier, beside no loop. */
async function tellOf({
  of,
  command,
  patience = {},
  dir: known,
  use = () => undefined,
}: Telling): Promise<{ readonly dir: string; readonly said: readonly string[] }> {
  const dir = known ?? (await folder());
  const said: string[] = [];
  await withStorage(of, async (storage) => {
    const [row] = await storage.journal.runs();
    const entries = await Array.fromAsync(storage.journal.read(row?.id ?? "", 0));
    const one = notifier(
      {
        command,
        projectDir: dir,
        env: { PATH: process.env["PATH"] },
        dir,
        run: fold(entries),
        isAttended: false,
        say: (line) => said.push(line),
        patience: { ...quick, ...patience },
      },
      { ...storage, clock: { now: () => Date.now(), sleepUntil } },
    );
    use(one, entries);
    await one.close();
  });
  return { dir, said };
}

describe("a command that", () => {
  let project = "";
  beforeAll(async () => {
    project = await folder(several(5), false);
    await harness(project, go);
  });
  afterAll(async () => rm(project, { recursive: true }));

  const telling = async (command: string, patience: Partial<Patience> = {}): ReturnType<typeof tellOf> =>
    tellOf({ of: project, command, patience });
  const names = async (dir: string): Promise<readonly (string | null)[]> =>
    (await told(dir)).map(({ id }) => id);
  const firstFails = "[ -e again ] || { touch again; echo no network >&2; echo more >&2; exit 3; }";

  test("works is told all of it, each once, however often it is seen", async () => {
    const { dir, said } = await tellOf({
      of: project,
      command: noting,
      use: (one, entries) => {
        for (const entry of entries) one.see(entry, fold(entries));
      },
    });
    expect(said).toEqual([]);
    const found = await names(dir);
    expect(found).toHaveLength(5);
    expect(new Set(found).size).toBe(5);
  });

  test("is slow runs twice at once, no more, in order", async () => {
    const name = `grep -o '"id":"e[0-9]*"' | tr -dc 0-9`;
    const { dir } = await telling(`name=$(${name}); echo "+$name" >> log; sleep 1; echo "-$name" >> log`);
    const marks = (await readFile(join(dir, "log"), "utf8")).trimEnd().split("\n");
    expect(marks).toHaveLength(10);
    const running = marks.map((_, index) =>
      marks.slice(0, index + 1).reduce((sum, mark) => sum + (mark.startsWith("+") ? 1 : -1), 0),
    );
    expect(Math.max(...running)).toBe(2);
    // Two that begin together may be noted in either order.
    const begun = marks.filter((mark) => mark.startsWith("+")).map(Number);
    const ordered = begun.toSorted((a, b) => a - b);
    for (const [index, one] of begun.entries())
      expect(Math.abs(ordered.indexOf(one) - index)).toBeLessThan(2);
  });

  test("fails is tried again, and the first line of what it said is told", async () => {
    const { dir, said } = await telling(`${firstFails}; ${noting}`);
    expect(said[0]).toMatch(
      /^ notify {5}\[ -e again \] .{40,60} ended with exit 3: no network; tried again in 0\.001 s \(e\d+\)$/,
    );
    expect(await names(dir)).toHaveLength(5);
  });

  test("fails three times is given up, and told by the next life", async () => {
    const { dir, said } = await telling("echo x >> tries; exit 7");
    expect((await readFile(join(dir, "tries"), "utf8")).match(/x/g)).toHaveLength(15);
    expect(said.filter((line) => line.includes("given up"))).toHaveLength(5);
    expect(said.at(-1)).toMatch(
      /^ notify {5}not told of e\d+, e\d+, e\d+, e\d+, e\d+; harness resume \w{4} tells what is open then$/,
    );
    await tellOf({ of: project, command: noting, dir });
    expect(await names(dir)).toHaveLength(5);
    await tellOf({ of: project, command: noting, dir });
    expect(await names(dir)).toHaveLength(5);
  });

  test.each([
    ["is not there", "/no/such/page.sh", /exit 127/],
    ["may not be run", "./told-nobody", /exit 12[67]/],
    ["is ended by a signal", "kill -TERM $$", /was ended by SIGTERM/],
  ])("%s is told so", async (_name, command, why) => {
    const { said } = await telling(command);
    expect(said[0]).toMatch(why);
  });

  test("hangs is killed with all it started", async () => {
    const { dir, said } = await telling("sleep 1000 & echo $! >> pids; echo $$ >> pids; wait", {
      tryMs: 700,
      pausesMs: [],
    });
    expect(said[0]).toContain("was killed after 0.7 s; given up");
    const pids = (await readFile(join(dir, "pids"), "utf8")).trimEnd().split("\n").map(Number);
    expect(pids.length).toBeGreaterThan(2);
    for (const pid of pids) await expect.poll(() => isAlive(pid), { timeout: 30_000 }).toBe(false);
  });

  test("is under way when the run ends is waited for only so long", async () => {
    const { dir, said } = await telling("echo $$ >> pids; exec sleep 1000", { closeMs: 1000 });
    expect(said).toEqual([expect.stringMatching(/^ notify {5}not told of e\d+(, e\d+){4}; harness resume/)]);
    const pids = (await readFile(join(dir, "pids"), "utf8")).trimEnd().split("\n").map(Number);
    for (const pid of pids) await expect.poll(() => isAlive(pid), { timeout: 30_000 }).toBe(false);
  });

  test("says twenty megabytes, reads nothing, and leaves a child with its stderr, is heard all the same", async () => {
    const { said } = await telling("head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2; sleep 5 &");
    expect(said).toEqual([]);
  });
});

/** Tasks that all fail their only attempt, so that each comes before a person. */
function several(count: number): Files {
  const ids = Array.from({ length: count }, (_, index) => `part-${index + 1}`);
  const tasks = ids.map((id) => ({
    id,
    title: id,
    instructions: id,
    criteria: [{ id: "never", type: "file", path: "never.txt" }],
  }));
  const work = Object.fromEntries(ids.map((id) => [`task/${id}/*`, writes("Goodbye.")]));
  return greeting({ "plan/*": [{ submit_plan: { tasks } }], ...work }, { attempts: 1, concurrency: 4 });
}

async function withStorage(project: string, use: (storage: Storage) => Promise<void>): Promise<void> {
  const storage = await openState(project, {});
  try {
    await use(storage);
  } finally {
    await storage.close();
  }
}

const sleepUntil = async (until: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, until - Date.now()));
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("the cursor forgets nothing that was not told and repeats nothing that was, wherever a life ends", async () => {
  const step = fc.record({ do: fc.constantFrom("take", "settle", "die"), seq: fc.nat({ max: 12 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const path = join(await folder(), "notified");
      let cursor = await Cursor.open(path);
      const settled = new Set<number>();
      const open = new Set<number>();
      let seen = 0;
      for (const { do: what, seq } of steps) {
        if (what === "die") {
          cursor = await Cursor.open(path);
          open.clear();
          // A new life looks at all that is past the cursor, as far as the journal goes.
          for (let at = cursor.through + 1; at <= seen; at += 1) {
            expect([at, cursor.take(at)]).toEqual([at, !settled.has(at)]);
            if (!settled.has(at)) open.add(at);
          }
        } else if (what === "take") {
          seen += 1;
          expect(cursor.take(seen)).toBe(true);
          open.add(seen);
        } else {
          const one = [...open][seq % Math.max(1, open.size)];
          if (one === undefined) continue;
          open.delete(one);
          settled.add(one);
          await cursor.settle(one);
        }
        for (let at = 1; at <= cursor.through; at += 1) expect(settled.has(at)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});
