import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { engineFacts } from "../../src/cli/doctor/engine-facts.ts";
import { warns, within, wrong } from "../../src/cli/doctor/finding.ts";
import { gitFinding, nodeFinding, platformFinding } from "../../src/cli/doctor/machine.ts";
import { baseImage } from "../../src/cli/doctor/wish.ts";
import { directoryOf } from "../../src/edges/files/slot-name.ts";
import { describeDocker } from "../docker.ts";
import { example, folder, harness, paths, ranOnce, root, runId, start } from "./ground.ts";
import type { Done } from "./ground.ts";
import { newScreen } from "./screen.ts";
import { greeting, slow } from "./stories.ts";

/** One line of `--json`. */
interface Check {
  readonly group: string;
  readonly check: string;
  readonly mark: "ok" | "warns" | "wrong";
  readonly found: string;
  readonly todo: string | null;
}
interface Diagnosis {
  readonly code: number;
  readonly err: string;
  readonly checks: readonly Check[];
  readonly named: (name: string) => Check | undefined;
}

const nowhere = { DOCKER_HOST: "unix:///nowhere" };
const docker = "sandbox: { kind: docker }\n";

function read({ code, out, err }: Done): Diagnosis {
  const checks = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Check);
  return { code, err, checks, named: (name) => checks.find(({ check }) => check === name) };
}

const diagnose = async (
  dir: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = nowhere,
): Promise<Diagnosis> => read(await harness(dir, ["doctor", "--json", ...args], { env }));

const wrongIn = ({ checks }: Diagnosis): readonly string[] =>
  checks.filter(({ mark }) => mark === "wrong").map(({ check }) => check);

/** A socket of its own, gone with the test. */
async function socket(): Promise<string> {
  return join(await folder(), "engine.sock");
}

type Answers = Readonly<Record<string, unknown>>;

/** Speaks the few answers of an engine that the doctor asks for; any other question gets 404. */
async function engine(answers: Answers, status = 200): Promise<{ DOCKER_HOST: string }> {
  const path = await socket();
  const server = createHttpServer((request, response) => {
    const url = (request.url ?? "").replace(/\?.*/, "");
    const answer = answers[url];
    response.statusCode = answer === undefined ? 404 : status;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer ?? { message: `no such thing: ${url}` }));
  });
  server.listen(path);
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { DOCKER_HOST: `unix://${path}` };
}

const info = {
  OSType: "linux",
  Name: "elsewhere",
  Driver: "overlay2",
  CgroupVersion: "2",
  CgroupDriver: "systemd",
  MemTotal: 64 * 2 ** 30,
  NCPU: 16,
  MemoryLimit: true,
  SwapLimit: true,
  PidsLimit: true,
  CpuCfsQuota: true,
  DockerRootDir: "/var/lib/docker",
  SecurityOptions: ["name=apparmor", "name=seccomp,profile=builtin"],
};
const version = {
  Version: "29.3.1",
  ApiVersion: "1.52",
  Components: [
    { Name: "containerd", Version: "2.2.0" },
    { Name: "runc", Version: "1.3.3", Details: { GitCommit: "v1.3.3-0-gd842d771" } },
  ],
};
const answersOf = (more: { info?: object; version?: object } = {}): Answers => ({
  "/_ping": "OK",
  "/info": { ...info, ...more.info },
  "/version": { ...version, ...more.version },
  "/images/json": [],
});

describe("in a new directory without an engine", () => {
  test("what lacks is said with what to do, nothing is made, and a run could start", async () => {
    const dir = await folder();
    const { code, out, err } = await harness(dir, ["doctor"], { env: nowhere });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^ machine\n ✓ node +\d+\.\d+\.\d+\n ✓ platform +/);
    expect(out).toMatch(
      /^ ! address +the Docker engine does not answer at unix:\/\/\/nowhere .*\n +→ start it, or /m,
    );
    expect(out).toMatch(/^ ! worker +no model is set\n +→ set model: /m);
    expect(out).toMatch(/\n ready · 4 warnings\n$/);
    expect(await readdir(dir)).toEqual([]);
  });

  test("secrets are read and servers started: what a run would lack is said", async () => {
    const server = join(root, "tests", "cli", "canaries", "keeper.mjs");
    const settings = {
      secrets: { TOKEN: { hosts: ["a.example"] }, LOST: { hosts: ["a.example"] } },
      mcp: {
        keeper: { command: [process.execPath, server] },
        absent: { command: ["/no/such/server"] },
      },
    };
    const dir = await folder({ "harness.yaml": JSON.stringify(settings) });
    const { named, checks, code } = await diagnose(dir, [], { ...nowhere, TOKEN: "canary-0123456789" });
    expect(code).toBe(5);
    expect(named("secrets")).toMatchObject({
      mark: "wrong",
      found: expect.stringContaining("LOST") as string,
    });
    const servers = checks.filter(({ check }) => check === "mcp");
    expect(servers.map(({ mark }) => mark)).toEqual(["warns", "ok"]);
    expect(servers[0]?.found).toContain("absent");
    expect(servers[1]?.found).toBe("2 tools: mcp__keeper__reveal, mcp__keeper__fail");
    expect(JSON.stringify(checks)).not.toContain("canary");
  });

  test("a project that wants containers is not ready", async () => {
    const dir = await folder({ "harness.yaml": docker });
    const { code, out } = await harness(dir, ["doctor"], { env: nowhere });
    expect(code).toBe(5);
    expect(out).toMatch(/^ ✗ address +the Docker engine does not answer/m);
    expect(out).toMatch(/\n 1 thing is in the way · 3 warnings\n$/);
  });

  test("one that wants none is not asked for one", async () => {
    const found = await diagnose(await folder({ "harness.yaml": "sandbox: { kind: embedded }\n" }));
    expect(found.checks.filter(({ group }) => group === "engine")).toEqual([
      { group: "engine", check: "sandbox", mark: "ok", found: "embedded: no engine is needed", todo: null },
    ]);
  });

  test("settings for containers beside the embedded sandbox are refused as a run refuses them", async () => {
    const dir = await folder({ "harness.yaml": "sandbox: { kind: embedded, image: x }\n" });
    expect((await diagnose(dir)).named("sandbox")).toMatchObject({
      mark: "wrong",
      found: expect.stringContaining("sandbox.image is for containers"),
    });
  });

  test("a terminal of 80 columns is kept to", async () => {
    const dir = await folder({ "harness.yaml": docker });
    const terminal = { columns: 80, rows: 24, write: () => undefined };
    const { out } = await harness(dir, ["doctor"], { env: nowhere, terminal });
    const screen = newScreen(80, 24);
    screen.write(out);
    expect(screen.wrapped).toBe(0);
    expect(out).toContain(" \u001b[31m✗\u001b[0m address");
    expect(out).toContain("80 columns, 24 rows, colours");
    const plain = await harness(dir, ["doctor"], { env: { ...nowhere, NO_COLOR: "1" }, terminal });
    expect(plain.out).not.toContain("\u001b");
  });

  test("--json is one object for each check and nothing else", async () => {
    const { checks, err } = await diagnose(await folder());
    expect(err).toBe("");
    for (const check of checks) {
      expect(Object.keys(check)).toEqual(["group", "check", "mark", "found", "todo"]);
      expect(check.todo === null).toBe(check.mark === "ok");
    }
    expect([...new Set(checks.map(({ group }) => group))]).toEqual([
      "machine",
      "project",
      "models",
      "state",
      "engine",
    ]);
  });
});

describe("an engine", () => {
  /** The doctor as a process of its own, asking an engine that accepts and never answers. */
  async function askingHung(dir: string): Promise<ChildProcessByStdio<null, Readable, Readable>> {
    const path = await socket();
    const server = createServer();
    server.listen(path);
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const child = spawn(process.execPath, [join(root, "bin", "harness.cjs"), "doctor", "--json"], {
      cwd: dir,
      env: { ...process.env, DOCKER_HOST: `unix://${path}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  }

  test("that accepts and never answers is a finding, and the process ends", async () => {
    const child = await askingHung(await folder({ "harness.yaml": docker }));
    const ended = once(child, "exit");
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    const found = read({ code: code as number, out, err });
    expect(found.code).toBe(5);
    expect(found.named("address")).toMatchObject({
      mark: "wrong",
      found: expect.stringContaining("no answer within 4 s"),
    });
  });

  test.each(["SIGINT", "SIGTERM"] as const)("while it is asked, %s leaves nothing behind", async (signal) => {
    const dir = await folder();
    const child = await askingHung(dir);
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    expect(await readdir(dir)).toEqual([expect.stringMatching(/^\.harness-doctor-/)]);
    child.kill(signal);
    expect(await ended).toEqual([null, signal]);
    expect(await readdir(dir)).toEqual([]);
  });

  test("that answers 500 is said to, with its own words", async () => {
    const env = await engine({ "/_ping": { message: "the disk is full" } }, 500);
    const found = await diagnose(await folder({ "harness.yaml": docker }), [], env);
    expect(found.code).toBe(5);
    expect(found.named("address")?.found).toMatch(/engine\.sock answers 500: .*the disk is full/);
  });

  test("that is none is said to be none", async () => {
    const env = await engine({ ...answersOf(), "/info": [1, 2] });
    const found = await diagnose(await folder({ "harness.yaml": docker }), [], env);
    expect(found.named("engine")).toMatchObject({
      mark: "wrong",
      found: expect.stringContaining("what no engine says"),
    });
  });

  test("with an old runc and seccomp off: the names of the faults warn, what is off is wrong", async () => {
    const old = [{ Name: "runc", Version: "1.1.5+ds1", Details: { GitCommit: "1.1.5+ds1-1+deb12u1" } }];
    const env = await engine(
      answersOf({
        info: { SecurityOptions: ["name=seccomp,profile=unconfined"] },
        version: { Components: old },
      }),
    );
    const found = await diagnose(await folder({ "harness.yaml": docker }), [], env);
    expect(found.named("runc")).toMatchObject({
      mark: "warns",
      found: expect.stringMatching(
        /^1\.1\.5\+ds1-1\+deb12u1 · CVE-2024-21626 before 1\.1\.12: .* · CVE-2025-31133, CVE-2025-52565, CVE-2025-52881 before 1\.2\.8: /,
      ),
      todo: expect.stringContaining("changelog"),
    });
    expect({ code: found.code, wrong: wrongIn(found) }).toEqual({ code: 5, wrong: ["seccomp"] });
  });

  test("without the image: it is said to come, and no container is tried", async () => {
    const dir = await folder({ "harness.yaml": "sandbox: { image: not-there }\n" });
    const found = await diagnose(dir, [], await engine(answersOf()));
    expect(found.named("image")).toMatchObject({ mark: "warns", todo: "docker pull not-there" });
    expect(found.named("container")).toMatchObject({
      mark: "warns",
      found: expect.stringMatching(/^not tried/),
    });
    expect(found.code).toBe(0);
  });

  test("a Dockerfile that is not there is in the way", async () => {
    const dir = await folder({ "harness.yaml": "sandbox: { dockerfile: tools/Dockerfile }\n" });
    const found = await diagnose(dir, [], await engine(answersOf()));
    expect(found.named("image")).toMatchObject({ mark: "wrong", found: "there is no tools/Dockerfile" });
  });
});

describe("what an engine says of itself", () => {
  const marks = (more: object, other: object = {}, bad = wrong): object =>
    Object.fromEntries(
      engineFacts({ ...info, ...more }, { ...version, ...other }, bad).map(({ name, mark }) => [name, mark]),
    );
  test("all is well", () => {
    expect(Object.values(marks({}))).toEqual(Array.from({ length: 8 }, () => "ok"));
  });
  test.each([
    ["Windows containers", { OSType: "windows" }, {}, { engine: "wrong" }],
    ["an old API", {}, { ApiVersion: "1.40" }, { engine: "wrong" }],
    ["no API", {}, { ApiVersion: null }, { engine: "wrong" }],
    ["vfs", { Driver: "vfs" }, {}, { storage: "warns" }],
    ["no limit on memory", { MemoryLimit: false }, {}, { limits: "wrong" }],
    ["no limit on processes", { PidsLimit: false }, {}, { limits: "wrong" }],
    ["no limit on processors", { CpuCfsQuota: false }, {}, { limits: "wrong" }],
    ["no limit on swap", { SwapLimit: false }, {}, { limits: "warns" }],
    ["no seccomp", { SecurityOptions: [] }, {}, { seccomp: "wrong" }],
    [
      "the default of older engines",
      { SecurityOptions: ["name=seccomp,profile=default"] },
      {},
      { seccomp: "ok" },
    ],
    [
      "a profile of one's own",
      { SecurityOptions: ["name=seccomp,profile=/x.json"] },
      {},
      { seccomp: "warns" },
    ],
  ])("%s", (_, more, other, expected) => {
    expect(marks(more, other)).toMatchObject(expected);
  });
  test("is a warning where a run would do without", () => {
    expect(marks({ SecurityOptions: [] }, {}, warns)).toMatchObject({ seccomp: "warns" });
  });
  test("rootless, remapped users, AppArmor and SELinux are named", () => {
    const options = ["name=rootless", "name=userns", "name=selinux", "name=seccomp,profile=builtin"];
    const found = engineFacts({ ...info, SecurityOptions: options }, version, wrong);
    const words = Object.fromEntries(found.map(({ name, found: words }) => [name, words]));
    expect(words).toMatchObject({
      users: "rootless, maps users; containers of harness ask it not to",
      AppArmor: "off, SELinux is on",
    });
  });
});

describe("a machine", () => {
  test.each([
    ["22.17.9", "wrong"],
    ["20.19.0", "wrong"],
    ["22.18.0", "ok"],
    ["24.0.0", "ok"],
  ])("with Node %s: %s", (node, mark) => {
    expect(nodeFinding(node, "22.18").mark).toBe(mark);
  });
  test.each([
    ["linux", "ok"],
    ["darwin", "ok"],
    ["win32", "wrong"],
  ])("%s: %s", (platform, mark) => {
    expect(platformFinding(platform, "x64").mark).toBe(mark);
  });
  test.each([
    ["git version 2.39.5", "ok"],
    ["git version 2.50.1 (Apple Git-155)", "ok"],
    ["git version 2.30.2", "warns"],
    [null, "warns"],
  ])("%s: %s", (git, mark) => {
    expect(gitFinding(git).mark).toBe(mark);
  });
});

test("a check that never ends comes to what is said of late ones", async () => {
  expect(await within(1, new Promise<string>(() => undefined), () => "late")).toBe("late");
  expect(await within(60_000, Promise.resolve("in time"), () => "late")).toBe("in time");
});

test.each([
  ["FROM debian:bookworm-slim\nRUN true\n", "debian:bookworm-slim"],
  ["# x\nFROM --platform=linux/amd64 a AS one\nfrom b\nCOPY --from=one / /\n", "b"],
  ["FROM a AS One\nFROM one AS two\nFROM two\n", "a"],
  ["ARG BASE=a\nFROM $BASE\n", ""],
  ["FROM scratch\n", ""],
  ["RUN true\n", ""],
])("the image that %j stands on", async (dockerfile, base) => {
  const dir = await folder({ Dockerfile: dockerfile });
  expect(await baseImage(join(dir, "Dockerfile"))).toBe(base);
  expect(await baseImage(join(dir, "none"))).toBeNull();
});

describe("a project", () => {
  test("whose settings cannot be read is not ready, and the rest is looked at", async () => {
    const found = await diagnose(await folder({ "harness.yaml": "modle: x\n" }));
    expect(found.code).toBe(5);
    expect(found.named("settings")?.found).toMatch(/harness\.yaml:1: .*modle/);
    expect(found.named("disk")?.mark).toBe("ok");
  });

  test("with a prompt and a rubric that cannot be used", async () => {
    const found = await diagnose(
      await folder({ "prompts/worker.prompt": "{{nothing}}\n", "rubrics/mine.yaml": "rubric: mine\n" }),
    );
    expect(wrongIn(found)).toEqual(["prompts", "rubrics"]);
    expect(found.named("prompts")?.found).toContain("worker.prompt:1");
    expect(found.named("rubrics")?.found).toContain("mine.yaml");
  });

  test("keys are said to be set or not, and never shown", async () => {
    const models = {
      planner: "anthropic/claude-sonnet-4-5",
      worker: "openai/gpt-5",
      evaluator: "openai-compatible/some",
    };
    const dir = await folder({
      "harness.yaml": JSON.stringify({
        models,
        base_urls: { "openai-compatible": "http://127.0.0.1:1/v1" },
      }),
    });
    const key = "sk-ant-very-secret";
    const env = { ...nowhere, ANTHROPIC_API_KEY: key, OPENAI_COMPATIBLE_API_KEY: key };
    const found = await diagnose(dir, [], env);
    expect(JSON.stringify(found.checks)).not.toContain(key);
    expect(found.named("planner")).toMatchObject({
      mark: "ok",
      found: expect.stringMatching(
        /^anthropic\/claude-sonnet-4-5 · ANTHROPIC_API_KEY is set · \$3 in, \$15 out /,
      ),
    });
    expect(found.named("worker")).toMatchObject({
      mark: "wrong",
      found:
        "openai/gpt-5 needs a key: set OPENAI_API_KEY, with: export OPENAI_API_KEY=…; a model of anthropic/ needs ANTHROPIC_API_KEY instead",
    });
    expect(found.named("evaluator")).toMatchObject({
      mark: "warns",
      found: "openai-compatible/some · OPENAI_COMPATIBLE_API_KEY is set · its price is not known",
    });
    const bound = await folder({ "harness.yaml": "model: openai/new\nbudget: { money: 1 }\n" });
    const priced = await diagnose(bound, [], { ...nowhere, OPENAI_API_KEY: key });
    expect(priced.named("worker")).toMatchObject({
      mark: "wrong",
      found: expect.stringContaining("a money budget cannot be kept"),
    });
  });
});

const hello = ranOnce(async () => example("hello", false));

describe("the state of a project", () => {
  test("after a run: databases, privacy, nobody at work", async () => {
    const { dir } = await hello();
    const before = await readdir(join(dir, ".harness"));
    const found = await diagnose(dir);
    expect(found.named("harness.db")).toMatchObject({
      mark: "ok",
      found: expect.stringMatching(/^schema \d+ · wal · .*its pages are whole$/),
    });
    expect(found.named("blobs.db")?.mark).toBe("ok");
    expect(found.named("state")?.found).toContain("0700");
    expect(found.named("ignored")?.mark).toBe("ok");
    expect(found.named("runs")?.found).toBe("nobody is at work");
    expect(found.named("commits")?.found).toContain("synchronous FULL");
    const after = await readdir(join(dir, ".harness"));
    expect(after.filter((name) => !/-(shm|wal)$/.test(name) && !before.includes(name))).toEqual([]);
  });

  test("open to others, not ignored, with what a dead run left behind", async () => {
    const { dir } = await hello();
    await chmod(join(dir, ".harness"), 0o755);
    await rm(join(dir, ".harness/.gitignore"));
    await mkdir(join(dir, ".harness/slots", directoryOf("7k2m/task/clean/1")), { recursive: true });
    const found = await diagnose(dir);
    expect(found.named("state")).toMatchObject({ mark: "warns", found: expect.stringContaining("0755") });
    expect(found.named("ignored")?.mark).toBe("warns");
    expect(found.named("workspaces")).toMatchObject({ mark: "warns", found: "1 left behind by 7k2m" });
    expect(found.code).toBe(0);
  });

  test("a damaged database, and one that is gone", async () => {
    const { dir } = await hello();
    const path = join(dir, ".harness/harness.db");
    const handle = await open(path, "r+");
    const { size } = await stat(path);
    await handle.write(Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096);
    await handle.close();
    const found = await diagnose(dir);
    expect(found.code).toBe(5);
    expect(found.named("harness.db")).toMatchObject({
      mark: "wrong",
      todo: expect.stringContaining("put back"),
    });
    expect(found.named("blobs.db")?.mark).toBe("ok");
    await rm(join(dir, ".harness/blobs.db"));
    expect((await diagnose(dir)).named("blobs.db")?.found).toBe("is gone, but harness.db needs it");
  });

  test("a file that is no database of ours", async () => {
    const dir = await folder({ ".harness/blobs.db": "x".repeat(5000) });
    expect((await diagnose(dir)).named("blobs.db")).toMatchObject({
      mark: "wrong",
      found: "is not a database",
    });
    const file = await folder({ ".harness": "a file" });
    expect((await diagnose(file)).named("state")).toMatchObject({ mark: "wrong" });
  });

  test("a run that somebody works on is named with its process", async () => {
    const dir = await folder(slow(600_000));
    const child = start(dir, ["run", "goal.md"]);
    await child.said("● greet  attempt 1");
    const id = runId((await harness(dir, ["show"])).out);
    const found = await diagnose(dir);
    expect(found.named("runs")?.found).toBe(`at work: ${id} (pid ${child.pid})`);
    child.process.kill("SIGKILL");
    await child.ended;
    expect((await diagnose(dir)).named("runs")?.found).toBe("nobody is at work");
  });
});

describe("with a goal", () => {
  const front = {
    checks: [
      { id: "greets", run: "grep -qi hello greeting.txt" },
      { id: "readable", path: "notes.txt", guard: true },
      { id: "kind", rubric: "helpful" },
    ],
  };

  test("its workspace, what is left out, and how each check stands; nothing stays behind", async () => {
    const dir = await folder({ ...greeting({}, front), "notes.txt": "x", ".env": "KEY=1" });
    const before = await paths(dir);
    const found = await diagnose(dir, ["goal.md"]);
    expect(wrongIn(found)).toEqual([]);
    expect(found.named("goal")?.found).toBe("A greeting");
    expect(found.named("workspace")?.found).toBe(`${dir} · 3 files`);
    expect(found.named("left out")?.found).toBe(".env (workspace.exclude)");
    expect(found.named("check greets")).toMatchObject({
      mark: "ok",
      found: expect.stringMatching(/^fails now: exit \d .*\(that is the work\)$/),
    });
    expect(found.named("check readable")?.found).toBe("passes now (guard, must stay so)");
    expect(found.named("check kind")?.found).toContain("evaluator");
    expect(await readdir(dir)).toEqual(before);
  });

  test("in a project with runs, their state is not touched", async () => {
    const { dir } = await hello();
    const before = [
      ...(await readdir(join(dir, ".harness/slots"))),
      ...(await readdir(join(dir, ".harness/locks"))),
    ];
    const found = await diagnose(dir, ["goal.md"]);
    expect(found.named("check greets")?.mark).toBe("ok");
    expect([
      ...(await readdir(join(dir, ".harness/slots"))),
      ...(await readdir(join(dir, ".harness/locks"))),
    ]).toEqual(before);
    expect((await readdir(join(dir, ".harness"))).filter((name) => name.startsWith("doctor-"))).toEqual([]);
  });

  test("a guard that does not hold is in the way", async () => {
    const dir = await folder(greeting({}, front));
    const found = await diagnose(dir, ["goal.md"]);
    expect({ code: found.code, wrong: wrongIn(found) }).toEqual({ code: 5, wrong: ["check readable"] });
    expect(found.named("check readable")?.found).toContain(
      'check "readable" is a guard but does not hold now',
    );
  });

  test("the checks of one that needs an engine are not tried without", async () => {
    const dir = await folder(greeting({}, { sandbox: { kind: "docker" } }));
    const found = await diagnose(dir, ["goal.md"]);
    expect(wrongIn(found)).toEqual(["address", "checks"]);
    expect(found.named("checks")?.found).toContain("not tried");
  });

  test("one that cannot be read is bad input, in one line", async () => {
    const dir = await folder({ "goal.md": "---\nmodle: x\n---\nDo it.\n" });
    for (const name of ["goal.md", "gaol.md"]) {
      const { code, out, err } = await harness(dir, ["doctor", name], { env: nowhere });
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toMatch(new RegExp(`^harness: [^\\n]*${name}[^\\n]*\\n$`));
    }
  });

  test("a workspace that is not there", async () => {
    const dir = await folder(greeting({}, { workspace: "gone" }));
    expect((await diagnose(dir, ["goal.md"])).named("workspace")).toMatchObject({
      mark: "wrong",
      found: `${join(dir, "gone")} is not a directory`,
    });
  });
});

describeDocker("the doctor and a real engine", () => {
  /** Where this machine's engine is, said or not. */
  const real = { DOCKER_HOST: process.env["DOCKER_HOST"] ?? "" };

  test("tries a container in the project, and leaves none", async () => {
    const dir = await folder({
      "harness.yaml": "sandbox: { image: harness-sandbox-test, memory: 256m, cpus: 1 }\n",
    });
    const found = await diagnose(dir, [], real);
    expect(found.named("container")).toMatchObject({ mark: "ok" });
    expect(found.named("image")?.found).toMatch(/^harness-sandbox-test, sha256:/);
    expect(found.named("room")?.found).toContain("with up to 0.3 GiB and 1 processor each");
    expect((await diagnose(dir, [], real)).named("containers")?.found).toBe("none of this project");
    expect(await readdir(dir)).toEqual(["harness.yaml"]);
  });

  test("a Dockerfile that does not build is in the way, with the end of what the engine said", async () => {
    const dir = await folder({
      ...greeting({}, { sandbox: { kind: "docker", dockerfile: "Dockerfile" } }),
      Dockerfile: "FROM harness-sandbox-test\nRUN echo no compiler && exit 3\n",
    });
    const found = await diagnose(dir, ["goal.md"], real);
    expect(found.named("image")?.found).toBe(
      "Dockerfile, built when a run starts on harness-sandbox-test, which is there",
    );
    expect(wrongIn(found)).toEqual(["start"]);
    expect(found.named("start")?.found).toMatch(/Dockerfile does not build: [\s\S]*no compiler/);
  });

  test("runs the setup and the checks of a goal in it", async () => {
    const dir = await folder(
      greeting(
        {},
        {
          sandbox: { image: "harness-sandbox-test", setup: { run: "echo made > tool.txt" } },
          checks: [
            { id: "tool", run: "grep -q made tool.txt" },
            { id: "greets", run: "test -e greeting.txt" },
          ],
        },
      ),
    );
    const before = await readdir(dir);
    const found = await diagnose(dir, ["goal.md"], real);
    expect(found.named("setup")?.found).toBe("`echo made > tool.txt` works");
    expect(found.named("check tool")?.found).toBe("passes now (it holds already)");
    expect(found.named("check greets")?.found).toMatch(/^fails now/);
    expect(wrongIn(found)).toEqual([]);
    expect(await readdir(dir)).toEqual(before);
  });
});
