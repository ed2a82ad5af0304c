import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "vitest";
import { refuses } from "./table.ts";
import type { Ground, Row } from "./table.ts";

const files = { "goal.md": "---\nmodel: scripted/s.yaml\n---\nDo it.\n", "s.yaml": "plan/1: [a]" };

/** Words after `harness`, in a project whose goal could run. */
const typed = (argv: readonly string[], line: string | RegExp, ground: Ground = {}): Row => ({
  name: argv
    .map((word) => JSON.stringify(word).replace(/^"([\w./=+-]+)"$/, "$1"))
    .join(" ")
    .slice(0, 80),
  files,
  ...ground,
  argv,
  line,
});

describe("commands", () => {
  refuses([
    typed(
      ["run\n", "goal.md"],
      "unknown command 'run\\u{a}'; did you mean one of run, runs?; see harness --help",
    ),
    typed(["\u001b[31mred"], "unknown command '\\u{1b}[31mred'; see harness --help"),
    typed(["rnu"], "unknown command 'rnu'; did you mean run?; see harness --help"),
    typed(["Run", "goal.md"], "unknown command 'Run'; did you mean run?; see harness --help"),
    typed(["goal.md"], "unknown command 'goal.md'; see harness --help"),
    typed([""], "unknown command ''; see harness --help"),
    typed(["__proto__"], "unknown command '__proto__'; see harness --help"),
    typed(["constructor"], "unknown command 'constructor'; see harness --help"),
    typed(["r\u0443n", "goal.md"], "unknown command 'rуn'; did you mean run?; see harness --help"),
    typed(["run"], "missing required argument 'goal'; see harness run --help"),
    typed(
      ["run", "a.md", "b.md"],
      "too many arguments for 'run'. Expected 1 argument but got 2: a.md, b.md; see harness run --help",
    ),
    typed(
      ["show", "a", "b"],
      "too many arguments for 'show'. Expected 1 argument but got 2: a, b; see harness show --help",
    ),
    typed(["backup"], "missing required argument 'file'; see harness backup --help"),
    typed(["restore"], "missing required argument 'file'; see harness restore --help"),
    typed(
      ["init", "a", "b"],
      "too many arguments for 'init'. Expected 1 argument but got 2: a, b; see harness init --help",
    ),
    typed(
      ["runs", "x"],
      "too many arguments for 'runs'. Expected 0 arguments but got 1: x; see harness runs --help",
    ),
  ]);
});

describe("options", () => {
  refuses([
    typed(["--bugdet", "3"], "unknown option '--bugdet'; see harness --help"),
    typed(
      ["run", "goal.md", "--bugdet", "3"],
      "unknown option '--bugdet'; did you mean --budget?; see harness run --help",
    ),
    typed(
      ["run", "goal.md", "--Budget", "3"],
      "unknown option '--Budget'; did you mean --budget?; see harness run --help",
    ),
    typed(["run", "goal.md", "-b", "3"], "unknown option '-b'; see harness run --help"),
    typed(
      ["run", "goal.md", "--budget"],
      "option '--budget <dollars>' argument missing; see harness run --help",
    ),
    typed(["run", "goal.md", "--model"], "option '--model <name>' argument missing; see harness run --help"),
    typed(["run", "goal.md", "--json=yes"], "unknown option '--json=yes'; see harness run --help"),
    typed(
      ["run", "goal.md", "--yes", "no"],
      "too many arguments for 'run'. Expected 1 argument but got 2: goal.md, no; see harness run --help",
    ),
    typed(["run", "goal.md", "--keep-days", "3"], "unknown option '--keep-days'; see harness run --help"),
    typed(["show", "--task"], "option '--task <id>' argument missing; see harness show --help"),
    typed(["diff", "--json"], "--json is for two runs that are compared: harness diff RUN RUN --json"),
    typed(["gc", "--dry"], "unknown option '--dry'; see harness gc --help"),
    typed(
      ["approvals", "accept", "e1", "--notes", "x"],
      "unknown option '--notes'; did you mean --note?; see harness approvals --help",
    ),
  ]);
});

const unusable = [
  "0",
  "0.00",
  "0.0000001",
  "1e-9",
  "1e3",
  "1e999",
  "Infinity",
  "0x10",
  "9999999999",
  "-1",
  "-0",
  "NaN",
  "-Infinity",
  "+",
  "++5",
  "$5",
  "5$",
  "5,00",
  "1,000.00",
  "1_000",
  "5 dollars",
  "five",
  "",
  " ",
  "\u0665",
  ".",
  "1.2.3",
  "--",
  "null",
  "1e",
  "5..0",
];
describe("--budget", () => {
  refuses(
    unusable.map((text) =>
      typed(["run", "goal.md", "--budget", text], `--budget ${text}: give dollars, like 2.50`),
    ),
  );
});

describe("--sandbox and --export", () => {
  const there = "it exists; name a new directory";
  refuses([
    ...["podman", "", "Docker", "dokcer", "none", "docker,embedded", "__proto__"].map((kind) =>
      typed(["run", "goal.md", "--sandbox", kind], `--sandbox ${kind}: there is docker and embedded`),
    ),
    typed(["run", "goal.md", "--sandbox", "a\nb"], "--sandbox a\\u{a}b: there is docker and embedded"),
    typed(["run", "goal.md", "--budget", "5\n"], "--budget 5\\u{a}: give dollars, like 2.50"),
    typed(
      ["run", "goal.md", "--export", "goal.md/result"],
      "--export goal.md/result: a file stands where its folder should be; name a new directory",
    ),
    typed(
      ["run", "goal.md", "--export", "x".repeat(300)],
      "--export xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: the name is too long; name a new directory",
    ),
    typed(["run", "goal.md", "--export", "gone"], "--export gone: it exists; name a new directory", {
      lay: async (dir) => symlink("nowhere", join(dir, "gone")),
    }),
    typed(["run", "goal.md", "--export", "."], `--export .: ${there}`),
    typed(["run", "goal.md", "--export", "goal.md"], `--export goal.md: ${there}`),
    typed(["run", "goal.md", "--export", "there"], `--export there: ${there}`, {
      lay: async (dir) => mkdir(join(dir, "there")),
    }),
  ]);
});

describe("where nothing ever ran", () => {
  const nothing = "there is no run in DIR/.harness; start one with: harness run goal.md";
  const days = (text: string): Row =>
    typed(["gc", "--keep-days", text], `--keep-days ${text}: say a number of days, like --keep-days 30`);
  refuses([
    ...[
      ["resume"],
      ["resume", "7k2m"],
      ["runs"],
      ["show"],
      ["show", "../../etc/passwd"],
      ["diff"],
      ["export", "--to", "x"],
      ["approvals"],
      ["approvals", "accept", "e1"],
      ["audit"],
      ["gc"],
    ].map((argv) => typed(argv, nothing)),
    typed(
      ["backup", "x.tar"],
      "there is no run and no evaluation in DIR/.harness, so there is nothing to back up; start one with: harness run goal.md, or harness eval",
    ),
    ...["", "-1", "1.5", "ten", "1e3", "999999"].map(days),
    typed(["doctor", "gaol.md"], 'DIR/gaol.md: there is no such file; did you mean "goal.md"?'),
    typed(["doctor", "."], "DIR: it is a directory; give a file, like DIR/goal.md"),
  ]);
});

/** What b.tar is, for `harness restore b.tar`. */
const restoring = (name: string, ground: Ground, line: string): Row => ({
  ...typed(["restore", "b.tar"], line, ground),
  name,
  code: 5,
});

describe("harness restore", () => {
  refuses([
    restoring("not there", {}, "there is no DIR/b.tar"),
    restoring("empty", { files: { "b.tar": "" } }, "DIR/b.tar is not a backup that harness made"),
    restoring(
      "something else",
      { files: { "b.tar": "x".repeat(5000) } },
      "DIR/b.tar is not a backup that harness made",
    ),
    restoring("a directory", { lay: async (dir) => mkdir(join(dir, "b.tar")) }, "DIR/b.tar is not a file"),
    { ...restoring("a device", {}, "/dev/zero is not a file"), argv: ["restore", "/dev/zero"] },
  ]);
});

describe("harness init", () => {
  const where = (dir: string, line: Row["line"], ground: Ground = {}): Row =>
    typed(["init", dir], line, ground);
  refuses([
    where("goal.md", "DIR/goal.md/harness.yaml: a file stands where its folder should be; move it away"),
    where(
      "goal.md/new",
      "DIR/goal.md/new/harness.yaml: a file stands where its folder should be; move it away",
    ),
    where("a\0b", "DIR/a\\u{0}b/harness.yaml: this cannot be the name of a directory; check it"),
    where(
      "x".repeat(300),
      /DIR\/x+…x+\/harness\.yaml: the name is too long for a file; choose a shorter one/,
    ),
    where("/proc/new", "/proc/new/harness.yaml: no directory can be made there; choose another one"),
    where("/dev/null", "/dev/null/harness.yaml: a file stands where its folder should be; move it away"),
    where(
      "there",
      "DIR/there/rubrics/overview.yaml: a file stands where its folder should be; move it away",
      { files: { "there/rubrics": "" } },
    ),
    where("a", "DIR/a/harness.yaml: the symbolic links above it lead in a circle; choose another directory", {
      lay: async (dir) => symlink("a", join(dir, "a")),
    }),
    where("b", "DIR/b/harness.yaml: no directory can be made there; choose another one", {
      lay: async (dir) => symlink("gone", join(dir, "b")),
    }),
  ]);
});
