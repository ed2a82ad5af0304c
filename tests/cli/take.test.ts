import { execFileSync } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { example, fill, fingerprint, folder, harness, paths, ranOnce, runId, unasked } from "./ground.ts";
import { greeting, hopeless, writes } from "./stories.ts";

const git = (dir: string, ...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], {
    cwd: dir,
    encoding: "utf8",
  }).trim();

const hasGit = ((): boolean => {
  try {
    execFileSync("git", ["--version"]);
    return true;
  } catch {
    return false;
  }
})();

/** Copies of the hello example with its run, which is met. */
const hello = ranOnce(async () => example("hello", false));

describe("harness diff", () => {
  test("shows control characters to a terminal, and gives a pipe the exact bytes", async () => {
    const rude = "Hello.\u001b[2J\u009b1m\tand \u202Eback\r\nlast\n";
    const dir = await folder(greeting({ "task/greet/*": writes(rude) }));
    await harness(dir, ["run", "goal.md"]);
    const lines = (out: string): readonly string[] =>
      out.split("\n").filter((line) => /^\+(?!\+\+ )/.test(line));
    expect(lines((await harness(dir, ["diff"])).out)).toEqual([
      "+Hello.\u001b[2J\u009b1m\tand \u202Eback\r",
      "+last",
    ]);
    const terminal = { columns: 80, rows: 24, write: () => undefined };
    const { code, out } = await harness(dir, ["diff"], { terminal });
    expect(code).toBe(0);
    expect(lines(out)).toEqual(["+Hello.␛[2J‹U+009B›1m\tand ‹U+202E›back␍", "+last"]);
    expect(out).not.toMatch(/(?![\n\t])\p{C}/u);
  });

  test("--stat names files, not directories", async () => {
    const { dir } = await hello();
    expect((await harness(dir, ["diff", "--stat"])).out).toBe("A  greeting.txt  20 bytes\n");
  });
});

describe("harness export", () => {
  test("--export of a run writes the result when it is met, and says so", async () => {
    const dir = await example("hello");
    const { code, err } = await harness(dir, ["run", "goal.md", "--export", "out/result"]);
    expect(code).toBe(0);
    expect(err).toMatch(/ wrote 3 files to .*out\/result\n$/);
    expect(await readFile(join(dir, "out/result/greeting.txt"), "utf8")).toBe("Hello, and welcome.\n");
    expect(await paths(join(dir, "out/result"))).toEqual(["goal.md", "greeting.txt", "script.yaml"]);
  });

  test("of a run that is not met says what it is", async () => {
    const dir = await folder(hopeless);
    const ran = await harness(dir, ["run", "goal.md", "--export", "result"]);
    expect(ran.code).toBe(3);
    expect(await paths(dir)).toEqual(["goal.md", "script.yaml"]);
    const { code, err } = await harness(dir, ["export", "--to", "result"]);
    expect(code).toBe(0);
    expect(err).toContain(` note: run ${runId(ran.err)} is not finished; this is what was accepted so far\n`);
  });

  test.each([[[]], [["--to", "a", "--branch", "b"]]])("wants one place, not %j", async (options) => {
    const { dir } = await hello();
    expect(await harness(dir, ["export", ...options])).toEqual({
      code: 2,
      out: "",
      err: "harness: say what: harness export --to DIR, --branch NAME, or --manifest, one of them\n",
    });
  });

  test("--branch makes a branch and touches nothing else of the repository", async (context) => {
    if (!hasGit) return context.skip("git is not installed");
    const dir = await folder(greeting({}));
    git(dir, "init", "-q", "-b", "main");
    git(dir, "add", ".");
    git(dir, "commit", "-q", "-m", "start");
    await fill(dir, { "notes.txt": "not committed yet\n" });
    const before = await fingerprint(dir);
    const ran = await harness(dir, ["run", "goal.md"]);
    expect(ran.code).toBe(0);
    expect(await fingerprint(dir)).toBe(before);
    const commit = git(dir, "rev-parse", "HEAD");
    expect(ran.err).toContain(` workspace  . @ ${commit.slice(0, 7)} + 1 uncommitted file, 3 files\n`);
    expect(ran.err).toContain(`or --branch agent/${runId(ran.err)}\n`);

    const { code, err } = await harness(dir, ["export", "--branch", "agent/hello"]);
    expect({ code, err }).toEqual({
      code: 0,
      err: ` wrote branch agent/hello (${git(dir, "rev-parse", "agent/hello").slice(0, 7)}) in ${dir}; your files are untouched\n not in it  1 uncommitted file of yours, with which the result was judged\n`,
    });
    expect(git(dir, "rev-parse", "agent/hello^", "HEAD").split("\n")).toEqual([commit, commit]);
    expect(git(dir, "show", "agent/hello:greeting.txt")).toBe("Hello.");
    expect(git(dir, "diff", "--name-status", "HEAD", "agent/hello")).toBe("A\tgreeting.txt");
    expect(git(dir, "status", "--porcelain")).toBe("?? notes.txt");
    expect(await harness(dir, ["export", "--branch", "agent/hello"])).toMatchObject({ code: 2 });
  });

  test("--branch names what no commit can hold", async (context) => {
    if (!hasGit) return context.skip("git is not installed");
    const nested = { bash: { command: "mkdir -p part/.git; echo x > part/.git/note; echo y > part/own" } };
    const dir = await folder({ ...greeting({ "task/greet/*": [nested, ...writes("Hello.")] }), ...unasked });
    git(dir, "init", "-q", "-b", "main");
    git(dir, "add", ".");
    git(dir, "commit", "-q", "-m", "start");
    await harness(dir, ["run", "goal.md"]);
    const { code, err } = await harness(dir, ["export", "--branch", "agent/hello"]);
    expect(code).toBe(0);
    expect(err.split("\n").slice(1)).toEqual([
      " not in it: part/.git/note (in a nested .git, which no commit can hold)",
      "",
    ]);
    expect(git(dir, "diff", "--name-only", "HEAD", "agent/hello").split("\n")).toEqual([
      "greeting.txt",
      "part/own",
    ]);
  });

  test("nothing that a worker puts into a .git reaches the user, by any way", async (context) => {
    if (!hasGit) return context.skip("git is not installed");
    const config = `printf '[core]\\n\\tfsmonitor = "touch PWNED; false"\\n\\tbare = false\\n'`;
    const plant = ["", "part/"].map(
      (at) =>
        `mkdir -p ${at}.git/objects ${at}.git/refs ${at}.git/hooks; ${config} > ${at}.git/config; echo 'ref: refs/heads/main' > ${at}.git/HEAD`,
    );
    const planted = { bash: { command: `${plant.join("; ")}; echo y > part/own` } };
    const dir = await folder({ ...greeting({ "task/greet/*": [planted, ...writes("Hello.")] }), ...unasked });
    expect((await harness(dir, ["run", "goal.md"])).code).toBe(0);
    const result = join(await folder(), "result");
    const { code, err } = await harness(dir, ["export", "--to", result]);
    expect({ code, err }).toEqual({
      code: 0,
      err: ` wrote 5 files to ${result}\n not in it: part/.git (in a nested .git, which could run programs on this machine)\n`,
    });
    expect(await paths(result)).toEqual([
      "goal.md",
      "greeting.txt",
      "harness.yaml",
      "part",
      "part/own",
      "script.yaml",
    ]);
    for (const cwd of [result, join(result, "part")]) {
      // Nothing above is a repository either.
      expect(() => execFileSync("git", ["status"], { cwd, stdio: "pipe" })).toThrow(/not a git repository/);
    }
    expect(await paths(result)).not.toContain("PWNED");
    const patch = await harness(dir, ["diff"]);
    expect(patch.err).toBe(
      ["HEAD", "config"]
        .map((name) => ` not in it: part/.git/${name} (in a nested .git, which no patch can hold)\n`)
        .join(""),
    );
    execFileSync("git", ["apply", "-"], { cwd: await folder(), input: patch.out });
  });

  test("--branch without a git workspace names the other way", async () => {
    const { dir, id } = await hello();
    expect(await harness(dir, ["export", "--branch", "x"])).toMatchObject({
      code: 2,
      err: `harness: run ${id} did not start from a git commit; use: harness export ${id} --to DIR\n`,
    });
  });
});

test("a result can be taken when the workspace is long gone", async () => {
  const { dir } = await hello();
  await rm(join(dir, "goal.md"));
  await rm(join(dir, "script.yaml"));
  expect((await harness(dir, ["export", "--to", "result"])).code).toBe(0);
  expect(await paths(join(dir, "result"))).toEqual(["goal.md", "greeting.txt", "script.yaml"]);
});
