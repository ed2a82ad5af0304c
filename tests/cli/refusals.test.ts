import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openStorage } from "../../src/edges/sqlite/storage.ts";
import { createRun } from "../../src/loop/own.ts";
import type { Ports } from "../../src/core/ports.ts";
import { example, folder, harness, ranOnce } from "./ground.ts";
import type { Files } from "./ground.ts";
import { greeting } from "./stories.ts";

/** Files, command line, exit code, and the one line that is said (`DIR`: the project). */
type Row = readonly [
  name: string,
  files: Files,
  argv: readonly string[],
  code: number,
  line: string | RegExp,
];

const model = "scripted/script.yaml";
type Front = Parameters<typeof greeting>[1];

/** What only a container has, where no engine answers. */
const needsEngine = (name: string, settings: string, front: Front = { sandbox: {} }): Row => [
  name,
  { ...greeting({}, front), "harness.yaml": `${settings}\n` },
  ["run", "goal.md"],
  5,
  /^harness: the Docker engine does not answer at unix:\/\/\/no\/engine\.sock \(connect ENOENT .*\); start it, or see: docker info$/,
];
const withoutEngine: readonly Row[] = [
  needsEngine("Docker", "", { sandbox: { kind: "docker" } }),
  needsEngine("an image", "sandbox: { image: x }"),
  needsEngine("a Dockerfile", "sandbox: { dockerfile: Dockerfile }"),
  needsEngine("a setup", "sandbox: { setup: { run: npm ci } }"),
  needsEngine("an amount of memory", "sandbox: { memory: 4g }"),
  [
    "an image for the embedded sandbox",
    greeting({}, { sandbox: { kind: "embedded", image: "x" } }),
    ["run", "goal.md"],
    2,
    "harness: sandbox.image is for containers, and sandbox.kind is embedded; remove one of them",
  ],
  [
    "no such sandbox",
    greeting({}),
    ["run", "goal.md", "--sandbox", "podman"],
    2,
    "harness: --sandbox podman: there is docker and embedded",
  ],
];
const rows: readonly Row[] = [
  [
    "no such workspace",
    { "goal.md": "---\nworkspace: src\n---\nDo it.\n" },
    ["run", "goal.md", "--model", model],
    2,
    "harness: goal.md:2: the workspace DIR/src is not a directory; set workspace: in the front matter",
  ],
  ...withoutEngine,
  [
    "no such rubric",
    greeting({}, { checks: [{ rubric: "elegant" }] }),
    ["run", "goal.md"],
    2,
    /^harness: goal\.md:2: there is no rubric "elegant"; known are .*report/,
  ],
  [
    "an export directory that is there",
    { ...greeting({}), "result/x": "" },
    ["run", "goal.md", "--export", "result"],
    2,
    "harness: --export result: it exists; name a new directory",
  ],
];

describe("what a person must change is said in one line, and nothing is written", () => {
  test.each(rows)("%s", async (_, files, argv, code, line) => {
    const dir = await folder(files);
    const env = { OPENAI_COMPATIBLE_BASE_URL: "http://127.0.0.1:9", OPENAI_BASE_URL: "http://127.0.0.1:9" };
    const done = await harness(dir, argv, { env });
    const said = done.err.replaceAll(dir, "DIR");
    expect(said.trimEnd().split("\n")).toHaveLength(1);
    expect(said.trimEnd()).toEqual(typeof line === "string" ? line : expect.stringMatching(line));
    expect({ code: done.code, out: done.out }).toEqual({ code, out: "" });
    expect(existsSync(join(dir, ".harness"))).toBe(false);
  });
});

test("settings that ask for nothing are kept to by doing nothing", async () => {
  const settings = "network: { allow: [] }\napprovals: { rules: [] }\ntraces: { content: none }\n";
  const dir = await folder({ ...greeting({}, { network: { allow: [] } }), "harness.yaml": settings });
  expect((await harness(dir, ["run", "goal.md"])).code).toBe(0);
});

test("what a goal says wins: no network where the project allows one", async () => {
  const dir = await folder({
    ...greeting({}, { network: { allow: [] } }),
    "harness.yaml": "network: { allow: [a.example] }\n",
  });
  expect((await harness(dir, ["run", "goal.md"])).code).toBe(0);
});

describe("in a project with a run", () => {
  const hello = ranOnce(async () => example("hello", false));

  test("a run that is not there is told those that are", async () => {
    const { dir, id } = await hello();
    for (const command of ["show", "resume", "diff", "audit"])
      expect(await harness(dir, [command, "zzzz"])).toEqual({
        code: 2,
        out: "",
        err: `harness: no run is called zzzz; there are ${id}\n`,
      });
  });

  test("a run pinned to another sandbox refuses with the difference", async () => {
    const { dir, id } = await hello();
    const storage = await openStorage(join(dir, ".harness"));
    const [created] = await Array.fromAsync(storage.journal.read(id, 0));
    if (created?.type !== "run-created") throw new Error("no run-created");
    const pins = { ...created.body.pins, image: "embedded@before" };
    const ports = {
      journal: storage.journal,
      clock: { now: () => Date.now() },
      sha256: (text: string) => createHash("sha256").update(text).digest("hex"),
    } as Ports;
    await createRun(
      ports,
      "8888",
      { ...created.body, pins },
      { host: "h", pid: 1, boot: "1", harness: "0.0.1" },
    );
    await storage.close();
    const { code, err } = await harness(dir, ["resume", "8888"]);
    expect(err).toMatch(
      /^harness: run 8888 cannot go on with this harness: the sandbox was embedded@before and is .+; .*harness run\n$/,
    );
    expect(code).toBe(5);
  });

  test("a state directory that is none", async () => {
    const dir = await folder({ ...greeting({}), ".harness": "a file" });
    const { code, err } = await harness(dir, ["run", "goal.md"]);
    expect({ code, err: err.replaceAll(dir, "DIR") }).toEqual({
      code: 5,
      err: expect.stringMatching(/^harness: DIR\/\.harness is not a directory; move it away\n$/),
    });
  });

  test("an export target that holds something", async () => {
    const { dir } = await hello();
    await mkdir(join(dir, "there"));
    await writeFile(join(dir, "there/mine.txt"), "mine");
    const { code, err } = await harness(dir, ["export", "--to", "there"]);
    expect({ code, lines: err.trimEnd().split("\n").length }).toEqual({ code: 2, lines: 1 });
    expect(err).toMatch(/^harness: .*there/);
  });
});

describe("help", () => {
  const commands = ["init", "run", "resume", "runs", "show", "diff", "export", "approvals", "audit"];
  test("lists every command and the exit codes, on stdout", async () => {
    const { code, out, err } = await harness("/", ["--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    for (const command of commands) expect(out).toMatch(new RegExp(`^  ${command} `, "m"));
    expect(out).toContain("Exit codes: 0 met");
    expect(out.split("\n").every((line) => line.length <= 80)).toBe(true);
  });

  test("is what harness says without a command, as bad usage", async () => {
    const { code, out, err } = await harness("/", []);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toBe((await harness("/", ["--help"])).out);
  });

  test.each(commands)("%s has an example", async (command) => {
    const { code, out } = await harness("/", [command, "--help"]);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Example: harness ${command}`, "m"));
  });

  test("--version is that of package.json", async () => {
    expect(await harness("/", ["--version"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});
