import { execFile, execFileSync } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "vitest";
import { noEngine, root } from "../ground.ts";
import type { Done } from "../ground.ts";
import { refuses } from "./table.ts";

const nobody = 65_534;

/** The real program, standing in the project; as another user where `uid` is given. */
const real =
  (uid?: number) =>
  async (cwd: string, argv: readonly string[]): Promise<Done> =>
    new Promise((resolve) => {
      const env = { PATH: process.env["PATH"], ...noEngine };
      const as = uid === undefined ? {} : { uid, gid: uid };
      execFile(
        process.execPath,
        [join(root, "bin/harness.cjs"), ...argv],
        { cwd, env, ...as },
        (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
      );
    });

const files = { "goal.md": "Do it.\n" };

describe("the real program", () => {
  refuses([
    {
      name: "names a file from where the person stands",
      files,
      argv: ["run", "gaol.md"],
      line: 'gaol.md: there is no such file; did you mean "goal.md"?',
      by: real(),
    },
    {
      name: "names a line in the project's settings",
      files: { ...files, "harness.yaml": "# mine\nbuget: { money: 5 }\n" },
      argv: ["run", "goal.md"],
      line: 'harness.yaml:2: unknown key "buget"; did you mean "budget"?',
      by: real(),
    },
    {
      name: "does not wait for a FIFO",
      lay: (dir) => execFileSync("mkfifo", [join(dir, "goal.md")]),
      argv: ["run", "goal.md"],
      line: "goal.md: it is no regular file; give a file of text",
      by: real(),
    },
    {
      name: "does not wait where no directory can be made",
      argv: ["init", "/proc/new"],
      line: "/proc/new/harness.yaml: no directory can be made there; choose another one",
      by: real(),
    },
    {
      name: "knows its commands",
      argv: ["rnu"],
      line: "unknown command 'rnu'; did you mean run?; see harness --help",
      by: real(),
    },
    {
      name: "refuses a state directory that is a file",
      files: {
        "goal.md": "---\nmodel: scripted/s.yaml\n---\nDo it.\n",
        "s.yaml": "plan/1: [a]",
        ".harness": "",
      },
      argv: ["run", "goal.md"],
      code: 5,
      line: "DIR/.harness is not a directory; move it away",
      by: real(),
    },
  ]);
});

/** Root reads everything, so somebody else is asked; only where that one can start the program at all. */
function canBeNobody(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    const argv = [join(root, "bin/harness.cjs"), "--version"];
    execFileSync(process.execPath, argv, { uid: nobody, gid: nobody, cwd: "/", stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const isRoot = process.getuid?.() === 0;
const by = isRoot ? real(nobody) : real();

describe.skipIf(isRoot && !canBeNobody())("what may not be read or written", () => {
  const closed =
    (name: string, mode: number) =>
    async (dir: string): Promise<void> => {
      await chmod(dir, 0o755);
      await chmod(join(dir, name), mode);
    };
  const mayNotBeRead = "it may not be read; give yourself the right to read it";
  refuses([
    {
      name: "the goal",
      files,
      lay: closed("goal.md", 0),
      argv: ["run", "goal.md"],
      line: `goal.md: ${mayNotBeRead}`,
      by,
    },
    {
      name: "the settings",
      files: { ...files, "harness.yaml": "" },
      lay: closed("harness.yaml", 0),
      argv: ["run", "goal.md"],
      line: `harness.yaml: ${mayNotBeRead}`,
      by,
    },
    {
      name: "the directory of a new project",
      files: { "there/x": "" },
      lay: closed("there", 0o555),
      argv: ["init", "there"],
      line: "there/harness.yaml: it may not be written; give yourself the right to write there",
      by,
    },
  ]);
});
