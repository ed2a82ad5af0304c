import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { plainGitEnv, tempDir } from "./ground.ts";

/** A way to make plain git run a program when somebody works in a directory. */
export interface Trap {
  readonly name: string;
  /** Lays it in a repository with one commit. `program` gives the path of one that leaves a mark. */
  readonly lay: (repo: string, program: (name?: string) => string) => void;
  /** What a person types besides `git status` and the like to spring it; words with blanks between them. */
  readonly sprungBy?: readonly string[];
  /** What a person types on a terminal only. */
  readonly onTerminal?: string;
  /** Why plain git does not fall for it in every version. */
  readonly mayBeDead?: string;
}

/** Programs that leave marks, and which of them have run. */
export interface Marks {
  readonly program: (name?: string) => string;
  /** Names of those that ran since the last time this was asked. */
  readonly take: () => readonly string[];
}

export function marks(trap: string): Marks {
  const place = tempDir();
  const log = join(place, "log");
  return {
    program: (name = trap) => {
      const at = join(place, name.replaceAll(/\W/g, "-"));
      // A filter must give back what it gets.
      const rest = /clean|smudge|textconv/.test(name) ? "cat\n" : "";
      writeFileSync(at, `#!/bin/sh\necho '${name}' >> ${log}\n${rest}`);
      chmodSync(at, 0o755);
      return at;
    },
    take: () => {
      if (!existsSync(log)) return [];
      const names = readFileSync(log, "utf8").trim().split("\n");
      rmSync(log);
      return [...new Set(names)].toSorted();
    },
  };
}

const put = (repo: string, path: string, text: string): void => {
  mkdirSync(dirname(join(repo, path)), { recursive: true });
  appendFileSync(join(repo, path), text);
};

/** Adds to the configuration of the repository itself. */
const config = (repo: string, text: string): void => put(repo, ".git/config", `${text}\n`);

/** Laid by a setting alone. */
const setting = (name: string, text: (program: string) => string, ...sprungBy: string[]): Trap => ({
  name,
  lay: (repo, program) => config(repo, text(program())),
  sprungBy,
});

/** A driver that attributes of the work tree ask for. */
const driver = (
  name: string,
  text: (program: string) => string,
  attribute: string,
  ...by: string[]
): Trap => ({
  name,
  lay: (repo, program) => {
    config(repo, text(program()));
    put(repo, ".gitattributes", `* ${attribute}\n`);
  },
  sprungBy: by,
});

const hooks = [
  "applypatch-msg",
  "pre-applypatch",
  "post-applypatch",
  "pre-commit",
  "pre-merge-commit",
  "prepare-commit-msg",
  "commit-msg",
  "post-commit",
  "pre-rebase",
  "post-checkout",
  "post-merge",
  "pre-push",
  "pre-receive",
  "update",
  "proc-receive",
  "post-receive",
  "post-update",
  "reference-transaction",
  "push-to-checkout",
  "pre-auto-gc",
  "post-rewrite",
  "sendemail-validate",
  "fsmonitor-watchman",
  "post-index-change",
];

function layHooks(dir: string, program: (name?: string) => string): void {
  mkdirSync(dir, { recursive: true });
  for (const hook of hooks) symlinkSync(program(`hook ${hook}`), join(dir, hook));
}

/** A directory that git takes for a repository of its own, with a monitor. */
function layRepository(dir: string, program: string, more = ""): void {
  for (const name of ["objects", "refs/heads"]) mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(join(dir, "HEAD"), "ref: refs/heads/main\n");
  writeFileSync(
    join(dir, "config"),
    `[core]\n\trepositoryformatversion = 0\n\tfsmonitor = ${program}\n${more}`,
  );
}

/** A submodule that is the repository itself. */
function laySubmodule(repo: string, more: string): void {
  const run = (...args: string[]): string =>
    execFileSync("git", args, { cwd: repo, env: plainGitEnv, encoding: "utf8" });
  run("update-index", "--add", "--cacheinfo", `160000,${run("rev-parse", "HEAD").trim()},s`);
  mkdirSync(join(repo, "s"));
  put(repo, ".gitmodules", `[submodule "s"]\n\tpath = s\n\turl = ./\n${more}`);
}

export const traps: readonly Trap[] = [
  {
    name: "hooks of every kind",
    lay: (repo, program) => layHooks(join(repo, ".git/hooks"), program),
    sprungBy: [
      "rebase -s ours side",
      "commit --amend -m again",
      "merge -s ours side -m merged",
      "push . HEAD:refs/heads/pushed",
      "gc --auto",
    ],
  },
  {
    name: "core.hooksPath",
    lay: (repo, program) => {
      layHooks(join(repo, "tools/hooks"), program);
      config(repo, "[core]\n\thooksPath = tools/hooks");
    },
  },
  setting("core.fsmonitor", (program) => `[core]\n\tfsmonitor = ${program}`),
  {
    name: "include.path",
    lay: (repo, program) => {
      put(repo, "settings.ini", `[core]\n\tfsmonitor = ${program()}\n`);
      config(repo, "[include]\n\tpath = ../settings.ini");
    },
  },
  {
    name: "includeIf",
    lay: (repo, program) => {
      put(repo, "settings.ini", `[core]\n\tfsmonitor = ${program()}\n`);
      config(repo, '[includeIf "gitdir:**"]\n\tpath = ../settings.ini');
    },
  },
  {
    name: "configuration of a work tree",
    lay: (repo, program) => {
      config(repo, "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tworktreeConfig = true");
      put(repo, ".git/config.worktree", `[core]\n\tfsmonitor = ${program()}\n`);
    },
  },
  driver("clean filter", (program) => `[filter "x"]\n\tclean = ${program}`, "filter=x"),
  driver(
    "smudge filter",
    (program) => `[filter "x"]\n\tsmudge = ${program}`,
    "filter=x",
    "checkout HEAD~ -- file",
  ),
  driver("filter process", (program) => `[filter "x"]\n\tprocess = ${program}`, "filter=x"),
  driver("textconv", (program) => `[diff "x"]\n\ttextconv = ${program}`, "diff=x", "show HEAD"),
  driver("diff driver", (program) => `[diff "x"]\n\tcommand = ${program}`, "diff=x"),
  driver("merge driver", (program) => `[merge "x"]\n\tdriver = ${program} %O %A %B`, "merge=x", "merge side"),
  setting("diff.external", (program) => `[diff]\n\texternal = ${program}`),
  {
    name: "attributes in .git/info",
    lay: (repo, program) => {
      config(repo, `[filter "x"]\n\tclean = ${program("clean in info")}`);
      put(repo, ".git/info/attributes", "* filter=x\n");
    },
  },
  {
    name: "core.attributesFile",
    lay: (repo, program) => {
      config(
        repo,
        `[core]\n\tattributesFile = ${join(repo, "attributes")}\n[diff "x"]\n\tcommand = ${program()}`,
      );
      put(repo, "attributes", "* diff=x\n");
    },
  },
  { ...setting("core.pager", (program) => `[core]\n\tpager = ${program}`), onTerminal: "log" },
  setting("core.editor", (program) => `[core]\n\teditor = ${program}`, "commit --allow-empty"),
  setting("sequence.editor", (program) => `[sequence]\n\teditor = ${program}`, "rebase -i HEAD~"),
  setting(
    "core.sshCommand",
    (program) => `[core]\n\tsshCommand = ${program}`,
    "ls-remote ssh://nobody@localhost/x",
  ),
  setting("core.gitProxy", (program) => `[core]\n\tgitProxy = ${program}`, "ls-remote git://localhost/x"),
  setting("alias", (program) => `[alias]\n\tst = !${program}`, "st"),
  setting("credential.helper", (program) => `[credential]\n\thelper = ${program}`, "credential fill"),
  setting("core.askPass", (program) => `[core]\n\taskPass = ${program}`, "credential fill"),
  setting("gpg.program", (program) => `[gpg]\n\tprogram = ${program}\n[commit]\n\tgpgSign = true`),
  setting(
    "gpg.ssh.program",
    (program) =>
      `[gpg]\n\tformat = ssh\n[gpg "ssh"]\n\tprogram = ${program}\n[user]\n\tsigningKey = k\n[commit]\n\tgpgSign = true`,
  ),
  setting(
    "trailer command",
    (program) => `[trailer "x"]\n\tkey = X\n\tcommand = ${program}`,
    "interpret-trailers --trailer X=1 file",
  ),
  setting("archive format", (program) => `[tar "x"]\n\tcommand = ${program}`, "archive --format=x HEAD"),
  setting(
    "upload-pack of a remote",
    (program) => `[remote "origin"]\n\turl = .\n\tuploadpack = ${program}`,
    "fetch origin",
  ),
  setting(
    "receive-pack of a remote",
    (program) => `[remote "origin"]\n\turl = .\n\treceivepack = ${program}`,
    "push origin HEAD:refs/heads/x",
  ),
  {
    name: "alternates with a command",
    lay: (repo, program) => {
      const other = join(repo, "other.git");
      execFileSync("git", ["init", "-q", "--bare", other], { env: plainGitEnv });
      put(repo, ".git/objects/info/alternates", `${join(other, "objects")}\n`);
      config(repo, `[core]\n\talternateRefsCommand = ${program()}`);
    },
    sprungBy: ["fetch . HEAD"],
  },
  setting(
    "difftool",
    (program) => `[diff]\n\ttool = x\n[difftool "x"]\n\tcmd = ${program}\n[difftool]\n\tprompt = false`,
    "difftool HEAD~ HEAD",
  ),
  setting(
    "web.browser",
    (program) => `[web]\n\tbrowser = x\n[browser "x"]\n\tcmd = ${program}`,
    "web--browse --config=web.browser x",
  ),
  {
    name: "a submodule whose update is a command",
    lay: (repo, program) => {
      laySubmodule(repo, "");
      config(repo, `[submodule "s"]\n\tactive = true\n\turl = ./\n\tupdate = !${program()}`);
    },
    sprungBy: ["-c protocol.file.allow=always submodule update --init"],
  },
  {
    name: "a command in .gitmodules",
    lay: (repo, program) => laySubmodule(repo, `\tupdate = !${program()}\n`),
    sprungBy: ["-c protocol.file.allow=always submodule update --init"],
    mayBeDead: "git refuses it since 2.20",
  },
  {
    name: "a gitdir: file that leads to a hostile repository",
    lay: (repo, program) => {
      layRepository(join(repo, "lib/store"), program());
      put(repo, "lib/work/.git", "gitdir: ../store\n");
    },
    sprungBy: ["-C lib/work status"],
  },
  {
    name: "a nested repository",
    lay: (repo, program) => layRepository(join(repo, "lib/nested/.git"), program()),
    sprungBy: ["-C lib/nested status"],
  },
  {
    name: "a bare repository among the files",
    lay: (repo, program) => {
      layRepository(join(repo, "lib/bare"), program(), "\tbare = false\n\tworktree = ..\n");
    },
    sprungBy: ["-C lib/bare status"],
  },
  {
    name: "hooks in the configuration",
    lay: (repo, program) => config(repo, `[hook "x"]\n\tevent = pre-commit\n\tcommand = ${program()}`),
    mayBeDead: "only newer versions of git know it",
  },
];

/** What a person does in any directory. */
const everyDay = ["status", "diff", "add -A", "commit -m more", "checkout -q -b another"];

/** Types what is usual and what springs this trap. What git then says does not matter. */
export function useGit(
  repo: string,
  { sprungBy = [], onTerminal }: Trap,
  usual: readonly string[] = everyDay,
): void {
  const env = { ...plainGitEnv, HOME: repo, GIT_TERMINAL_PROMPT: "0", TERM: "dumb" };
  // What `git credential` asks about.
  const input = "url=https://localhost/\n\n";
  const run = (program: string, args: readonly string[]): unknown =>
    spawnSync(program, args, { cwd: repo, env, input, timeout: 20_000 });
  for (const words of [...usual, ...sprungBy]) run("git", words.split(" "));
  const terminal = "import pty, sys; pty.spawn(sys.argv[1:])";
  if (onTerminal !== undefined) run("python3", ["-c", terminal, "git", onTerminal]);
}

/** A repository of two commits on each of two branches, which both change one file, and a change that is not committed. */
export function twoBranches(): string {
  const repo = tempDir();
  const run = (...args: string[]): unknown => execFileSync("git", args, { cwd: repo, env: plainGitEnv });
  const commit = (text: string): void => {
    writeFileSync(join(repo, "file"), text);
    run("add", "-A");
    run("commit", "-q", "-m", text.trim());
  };
  run("init", "-q", "--template=", "-b", "main");
  run("config", "user.name", "Ada");
  run("config", "user.email", "ada@example.org");
  commit("first\n");
  run("checkout", "-q", "-b", "side");
  commit("side\n");
  run("checkout", "-q", "main");
  commit("main\n");
  writeFileSync(join(repo, "file"), "changed\n");
  return repo;
}
