import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { exportBranch } from "../../../src/edges/files/export-branch.ts";
import type { ExportedBranch } from "../../../src/edges/files/export-branch.ts";
import { FilesRefused } from "../../../src/edges/files/refused.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { fingerprint, git, noGit, repository, tempDir, treeOf, writeFiles } from "./ground.ts";
import type { Specs } from "./ground.ts";
import { setTraps } from "./traps.ts";

interface Wanted {
  readonly repo: string;
  readonly start: Specs;
  readonly end: Specs;
  readonly branch?: string;
  readonly base?: string;
  readonly message?: string;
}

async function exported({
  repo,
  start,
  end,
  branch = "out",
  base,
  message = "work\n\nby run x",
}: Wanted): Promise<ExportedBranch> {
  const blobs = memoryBlobs();
  return exportBranch({
    blobs,
    startTree: await treeOf(blobs, start),
    tree: await treeOf(blobs, end),
    repo,
    branch,
    base: base ?? git(repo, "rev-parse", "HEAD").trim(),
    message,
  });
}

/** What `git ls-tree` says of a branch: mode and content by path. */
const listed = (repo: string, branch = "out"): Record<string, string> =>
  Object.fromEntries(
    git(repo, "ls-tree", "-r", "-z", "--full-tree", branch)
      .split("\0")
      .filter((one) => one !== "")
      .map((one) => {
        const [, mode = "", oid = "", path = ""] = /^(\d+) \w+ (\w+)\t([^]*)$/.exec(one) ?? [];
        return [path, `${mode} ${git(repo, "cat-file", "blob", oid)}`];
      }),
  );

afterEach(() => vi.unstubAllEnvs());

describe.skipIf(noGit)("exportBranch (needs git)", () => {
  it("makes one commit on top of the base, with what changed", async () => {
    const repo = repository({ a: "1\n", gone: "x", ".env": "SECRET", "d/keep": "k" });
    const base = git(repo, "rev-parse", "HEAD").trim();
    const start = { a: "1\n", gone: "x", "d/keep": "k" };
    const end = {
      a: { text: "2\n", mode: 0o750 },
      "d/keep": "k",
      "d/new": "n",
      link: { link: "d/new" },
      'é "\n': "odd",
    };
    const { commit, leftOut } = await exported({ repo, start, end });
    expect(git(repo, "rev-parse", "out", "out^", "main").trim().split("\n")).toEqual([commit, base, base]);
    expect(listed(repo)).toEqual({
      ".env": "100644 SECRET",
      a: "100755 2\n",
      "d/keep": "100644 k",
      "d/new": "100644 n",
      link: "120000 d/new",
      'é "\n': "100644 odd",
    });
    expect(leftOut).toEqual([]);
    expect(git(repo, "log", "-1", "--format=%an <%ae> %cn %B", "out")).toBe(
      "Ada <ada@example.org> Ada work\n\nby run x\n\n",
    );
    expect(git(repo, "fsck", "--strict", "--no-dangling")).toBe("");
  });

  it("leaves what the user changed and did not commit as it is in the base, where the run did not touch it", async () => {
    const repo = repository({ a: "1\n", b: "1\n" });
    writeFiles(repo, { a: "mine\n", untracked: "mine\n" });
    await exported({
      repo,
      start: { a: "mine\n", b: "1\n", untracked: "mine\n" },
      end: { a: "mine\n", b: "2\n", untracked: "mine\n" },
    });
    expect(listed(repo)).toEqual({ a: "100644 1\n", b: "100644 2\n" });
  });

  it("turns a directory into a file, and a file into a directory", async () => {
    const start = { a: "file", "d/x": "1", "d/e/y": "2" };
    const repo = repository(start);
    await exported({ repo, start, end: { "a/b": "below", d: "file" } });
    expect(listed(repo)).toEqual({ "a/b": "100644 below", d: "100644 file" });
  });

  it("commits below the directory that was imported", async () => {
    const repo = repository({ top: "t", "pack age/a": "1" });
    await exported({ repo: join(repo, "pack age"), start: { a: "1" }, end: { a: "2", "x/b": "3" } });
    expect(listed(repo)).toEqual({ top: "100644 t", "pack age/a": "100644 2", "pack age/x/b": "100644 3" });
  });

  it("takes many files and large ones", async () => {
    const repo = repository({});
    const end = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`d${n % 7}/f${n}`, `${n}\n`]));
    const large = "0123456789abcdef".repeat(200_000);
    await exported({ repo, start: {}, end: { ...end, large } });
    expect(git(repo, "ls-tree", "-r", "--name-only", "out").trim().split("\n").length).toBe(301);
    expect(git(repo, "cat-file", "-s", "out:large").trim()).toBe(`${large.length}`);
    expect(git(repo, "fsck", "--strict")).toBe("");
  });

  it("touches nothing but the branch and the objects", async () => {
    const repo = repository({ a: "1\n" });
    writeFiles(repo, { a: "dirty\n", new: "x" });
    git(repo, "add", "new");
    const others = /^\.git\/(objects|refs\/heads\/out|logs\/refs\/heads\/out)(\/|$)/;
    const before = fingerprint(repo, others);
    await exported({ repo, start: { a: "1\n" }, end: { a: "2\n" } });
    expect(fingerprint(repo, others)).toBe(before);
    expect(existsSync(join(repo, ".git/refs/heads/out"))).toBe(true);
  });

  it("runs nothing that the repository, the base or the agent's files name", async () => {
    const repo = repository({ a: "1\n", "f.trap": "x\n" });
    const sprung = setTraps(repo);
    const attributes = "* filter=trap diff=trap merge=trap text eol=crlf ident\n";
    const end = {
      a: "$Id$\r\n2\n",
      "f.trap": "y\n",
      ".gitattributes": attributes,
      ".gitmodules": '[submodule "x"]\n\tpath = x\n',
    };
    await exported({ repo, start: { a: "1\n", "f.trap": "x\n" }, end });
    expect(sprung()).toEqual([]);
    expect(listed(repo)["a"]).toBe("100644 $Id$\r\n2\n");
  });

  it("leaves nested .git out, in every spelling a file system might take for it, and says so", async () => {
    const repo = repository({ a: "1" });
    const end = {
      a: "1",
      "n/.git/config": "[core]\n",
      "n/.GIT/hooks/x": "#!",
      "n/git~1": "x",
      "n/.g\u200cit": "x",
      "n/b": "2",
      "n/.gitignore": "",
    };
    const { leftOut } = await exported({ repo, start: { a: "1" }, end });
    expect(leftOut.toSorted()).toEqual(
      ["n/.GIT/hooks/x", "n/.git/config", "n/.g\u200cit", "n/git~1"].toSorted(),
    );
    expect(Object.keys(listed(repo))).toEqual(["a", "n/.gitignore", "n/b"]);
  });

  it("signs as the harness where the user is not known", async () => {
    const repo = repository({ a: "1" });
    git(repo, "config", "--unset", "user.name");
    git(repo, "config", "--unset", "user.email");
    vi.stubEnv("HOME", tempDir()).stubEnv("XDG_CONFIG_HOME", tempDir());
    await exported({ repo, start: {}, end: { b: "2" } });
    expect(git(repo, "log", "-1", "--format=%an <%ae>", "out").trim()).toBe("harness <harness@localhost>");
  });

  it("works in a linked work tree", async () => {
    const repo = repository({ a: "1" });
    const linked = join(tempDir(), "linked");
    git(repo, "worktree", "add", "-q", "-b", "side", linked);
    await exported({ repo: linked, start: { a: "1" }, end: { a: "2" } });
    expect(listed(repo)).toEqual({ a: "100644 2" });
  });

  it.each([
    ["a branch that is there", { branch: "main" }, /main: .* has this branch/],
    ["a branch below one that is there", { branch: "main/x" }, /main\/x/],
    ["a branch that git does not take", { branch: "a..b" }, /takes no branch of this name/],
    ["an option", { branch: "--force" }, /takes no branch of this name/],
    ["an earlier branch", { branch: "@{-1}" }, /takes no branch of this name/],
    ["no name", { branch: "" }, /takes no branch of this name/],
    ["a commit that is not there", { base: "1".repeat(40) }, /no longer has the commit/],
    ["a base that is no commit id", { base: "main" }, /no longer has the commit/],
  ])("refuses %s, and makes no branch", async (_name, wanted, message) => {
    const repo = repository({ a: "1" });
    const branches = git(repo, "for-each-ref");
    const refused = await exported({ repo, start: {}, end: { b: "2" }, ...wanted }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(FilesRefused);
    expect((refused as FilesRefused).message).toMatch(message);
    expect((refused as FilesRefused).message).not.toContain("\n");
    expect(git(repo, "for-each-ref")).toBe(branches);
  });

  it("refuses a directory in no repository", async () => {
    const base = "1".repeat(40);
    await expect(exported({ repo: tempDir(), start: {}, end: {}, base })).rejects.toThrow(
      /in no git repository/,
    );
  });
});
