import { execFile } from "node:child_process";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shapesOf } from "../../src/cli/completion/shape.ts";
import { folder, harness, root, runId } from "./ground.ts";
import { hopeless } from "./stories.ts";

const run = promisify(execFile);

/** What a shell is given: a program of that name on the path, its script, a directory with a run that waits. */
interface Place {
  readonly dir: string;
  readonly run: string;
  readonly waits: string;
}

const made: { place?: Place } = {};

beforeAll(async () => {
  const dir = await folder({ ...hopeless, "notes/other.md": "", "readme.txt": "" }, false);
  const { err } = await harness(dir, ["run", "goal.md"]);
  const program = join(dir, ".bin", "harness");
  await mkdir(join(dir, ".bin"));
  await writeFile(
    program,
    `#!/bin/sh\nexec '${process.execPath}' '${join(root, "bin", "harness.cjs")}' "$@"\n`,
  );
  await chmod(program, 0o755);
  for (const shell of ["bash", "zsh", "fish"])
    await writeFile(join(dir, `.${shell}`), (await harness(dir, ["completion", shell])).out);
  made.place = {
    dir,
    run: runId(err),
    waits: `${runId(err)}/${/e\d+(?= {2}greet)/.exec(err)?.[0] ?? "none"}`,
  };
});

afterAll(async () => {
  if (made.place !== undefined) await rm(made.place.dir, { recursive: true });
});

/** What bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  if (made.place === undefined) throw new Error("nothing was made");
  const { dir } = made.place;
  const script = `source .bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _harness harness; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run("bash", ["--norc", "-c", script, "bash", ...words], {
    cwd: dir,
    env: { ...process.env, PATH: `${join(dir, ".bin")}:${process.env["PATH"] ?? ""}` },
  });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .toSorted();
}

describe("a real bash completes", () => {
  test.each([
    [["res"], ["restore", "resume"]],
    [["run", "--sand"], ["--sandbox"]],
    [
      ["run", "--sandbox", ""],
      ["docker", "embedded"],
    ],
    [["run", "--sandbox", "=", "d"], ["docker"]],
    [["run", "--model", "x", "g"], ["goal.md"]],
    [["run", "--export", "n"], ["notes"]],
    [["show", "--task", ""], ["greet"]],
    [
      ["approvals", "re"],
      ["reject", "replan", "retry"],
    ],
    [["approvals", "approve", ""], []],
    [["run", "--model", ""], []],
  ])("harness %j with %j", async (words, expected) => {
    expect(await offered("harness", ...words)).toEqual(expected);
  });

  test("runs, and what waits for the answer that was typed", async () => {
    const { run: id, waits } = made.place ?? { run: "", waits: "" };
    expect(await offered("harness", "show", "")).toEqual([id]);
    expect(await offered("harness", "resume", "--budget", "5", "")).toEqual([id]);
    expect(await offered("harness", "approvals", "retry", "")).toEqual([waits]);
  });

  test("every command that the help names", async () => {
    const help = (await harness(made.place?.dir ?? "", ["--help"])).out;
    const named = [...help.slice(help.indexOf("Commands:")).matchAll(/^ {2}([a-z]+) /gm)].map(
      ([, name]) => name,
    );
    expect(named.length).toBeGreaterThan(10);
    expect(new Set(await offered("harness", ""))).toEqual(new Set(named));
  });
});

test.each([
  ["bash", ["-n", ".bash"]],
  ["zsh", ["-n", ".zsh"]],
  ["fish", ["-n", ".fish"]],
])("%s reads its script without a complaint", async (shell, argv) => {
  if (made.place === undefined) throw new Error("nothing was made");
  try {
    expect(await run(shell, argv, { cwd: made.place.dir })).toMatchObject({ stderr: "" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
});

test("a shell that is not known is named with those that are", async () => {
  expect(await harness(await folder(), ["completion", "csh"])).toEqual({
    code: 2,
    out: "",
    err: "harness: harness completion csh: there are bash, zsh, fish\n",
  });
});

test("what a place takes is read off the program: names, choices, and descriptions that begin with a list", () => {
  const program = new Command("p");
  program
    .command("go")
    .description("goes\nfar")
    .argument("<run>", "which")
    .argument("[way]", "for now: left, right or straight-on; straight-on if left out")
    .option("--to <dir>", "where")
    .option("--fast", "now or never")
    .option("--why <text>", "why it is now or never");
  program.command("secret", { hidden: true });
  const [go, ...others] = shapesOf(program);
  expect(go).toMatchObject({
    name: "go",
    about: "goes",
    places: [{ type: "run" }, { type: "words", words: ["left", "right", "straight-on"] }],
    options: [
      { flag: "--to", value: { type: "directory" } },
      { flag: "--fast", value: null },
      { flag: "--why", value: { type: "other" } },
      { flag: "--help", value: null },
    ],
  });
  expect(others.map(({ name }) => name)).toEqual(["help"]);
});
