import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { withEnvironment } from "../../../src/core/environment.ts";
import { treeStore } from "../../../src/core/tree-store.ts";
import { defaultExclude, importDirectory } from "../../../src/edges/files/import.ts";
import { readingGit } from "../../../src/edges/files/reading-git.ts";
import type { Limits } from "../../../src/edges/files/reading-git.ts";
import { FilesRefused } from "../../../src/edges/files/refused.ts";
import { writeTree } from "../../../src/edges/files/write-tree.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { fingerprint, git, noGit, plainGitEnv, repository, tempDir, writeFiles } from "./ground.ts";
import type { Specs } from "./ground.ts";
import { setTraps } from "./traps.ts";

const isLong = process.env["HARNESS_LONG"] === "1";

interface Seen {
  /** What a worker has: the files of the import and the `.git`. */
  readonly at: string;
  readonly note: string;
  /** Of the `.git`. */
  readonly tree: string;
}

async function asWorker(dir: string, limits?: Limits): Promise<Seen> {
  const blobs = memoryBlobs();
  const store = treeStore(blobs);
  const reading = await readingGit({ dir, exclude: defaultExclude, blobs }, limits);
  if (reading === null) throw new Error("there is nothing to read");
  const { tree } = await importDirectory({ dir, exclude: defaultExclude, blobs, onProgress: () => {} });
  const whole = await withEnvironment(store, tree, { v: 1, added: [{ dir: "", entry: reading.entry }] });
  const at = tempDir();
  await writeTree({ root: at, store, blobs, owner: null, wrote: () => {} }, "", whole);
  return { at, note: reading.note, tree: reading.entry.tree };
}

const reading = async (dir: string): Promise<{ readonly note: string } | null> =>
  readingGit({ dir, exclude: defaultExclude, blobs: memoryBlobs() });

const status = (dir: string): string => git(dir, "status", "--porcelain");

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

/** Commits everything. */
function commit(dir: string, specs: Specs, message: string): void {
  writeFiles(dir, specs);
  git(dir, "add", "-A", "-f");
  git(dir, "commit", "-q", "--allow-empty", "-m", message);
}

/** All bytes of a `.git`: of its files, and of its objects unpacked. */
function everyByte(at: string): string {
  const files = readdirSync(join(at, ".git"), { recursive: true, encoding: "utf8" })
    .map((path) => join(at, ".git", path))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "latin1"));
  const args = ["cat-file", "--batch-all-objects", "--batch"];
  const objects = execFileSync("git", args, { cwd: at, env: plainGitEnv, encoding: "latin1" });
  return [...files, objects].join("\n");
}

/** Of directories too: a file that came and went shows in them. */
const timesOf = (dir: string): (readonly [string, number])[] =>
  readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((path) => existsSync(join(dir, path)))
    .map((path) => [path, statSync(join(dir, path)).mtimeMs] as const);

/** Commits made by one process; of each, the numbers of its parents. */
function historyOf(marks: readonly (readonly number[])[]): string {
  const dir = tempDir();
  git(dir, "init", "-q", "-b", "main");
  git(dir, "config", "user.name", "Ada");
  git(dir, "config", "user.email", "ada@example.org");
  const stream = marks.map((parents, n) => {
    const from = parents.map((parent, at) => `${at === 0 ? "from" : "merge"} :${parent + 1}\n`).join("");
    const text = `version ${n}\n`;
    const who = `Ada <ada@example.org> ${1_700_000_000 + n * 60} +0000`;
    return `commit refs/heads/main\nmark :${n + 1}\ncommitter ${who}\ndata <<E\ncommit ${n}\nE\n${from}M 100644 inline f${n % 3}\ndata ${text.length}\n${text}\n`;
  });
  execFileSync("git", ["fast-import", "--quiet"], { cwd: dir, env: plainGitEnv, input: stream.join("") });
  git(dir, "reset", "-q", "--hard");
  return dir;
}

const straight = (count: number): number[][] =>
  Array.from({ length: count }, (_, n) => (n === 0 ? [] : [n - 1]));

afterEach(() => vi.unstubAllEnvs());

describe.skipIf(noGit)("readingGit (needs git)", () => {
  it("gives a worker a repository that git works in", async () => {
    const dir = repository({ a: "one\n", "d/b": { text: "#!/bin/sh\n", mode: 0o755 }, l: { link: "a" } });
    commit(dir, { a: "one\ntwo\n" }, "second");
    const { at, note } = await asWorker(dir);
    expect(status(at)).toBe("");
    expect(git(at, "rev-parse", "HEAD")).toBe(git(dir, "rev-parse", "HEAD"));
    expect(git(at, "log", "--format=%H %an %ae %ct %s")).toBe(git(dir, "log", "--format=%H %an %ae %ct %s"));
    expect(git(at, "blame", "a")).toBe(git(dir, "blame", "a"));
    expect(git(at, "diff", "HEAD~1")).toBe(git(dir, "diff", "HEAD~1"));
    expect(git(at, "branch", "-a")).toBe("* main\n");
    expect(spawnSync("git", ["fsck", "--strict"], { cwd: at, encoding: "utf8" })).toMatchObject({
      status: 0,
      stdout: "",
    });
    expect(note).toBe("all 2 commits");
  });

  it("shows what the user had not committed, and nothing else", async () => {
    const dir = repository({ a: "1\n", b: "2\n", c: "3\n", d: "4\n", ".gitignore": "*.log\n" });
    writeFileSync(join(dir, ".git/info/exclude"), "*.mine\n");
    writeFiles(dir, { a: "changed\n", new: "n", "x.log": "i", "x.mine": "i" });
    rmSync(join(dir, "b"));
    chmodSync(join(dir, "c"), 0o755);
    const { at } = await asWorker(dir);
    expect(lines(status(at))).toEqual([" M a", " D b", " M c", "?? new"]);
    expect(status(at)).toBe(status(dir));
    writeFiles(at, { "y.log": "", "y.mine": "" });
    expect(status(at), "what the user's git ignores").toBe(status(dir));
  });

  it("lets a worker commit and stash", async () => {
    const dir = repository({ a: "1\n", "d/b": "1\n", ".env": "TOKEN=1" });
    const { at } = await asWorker(dir);
    appendFileSync(join(at, "a"), "2\n");
    git(at, "stash");
    expect(status(at)).toBe("");
    git(at, "stash", "pop");
    git(at, "commit", "-q", "-a", "-m", "x");
    expect(status(at)).toBe("");
    expect(git(at, "log", "-1", "--format=%an <%ae> %s")).toBe("worker <worker@localhost> x\n");
    expect(git(at, "diff", "--name-only", "HEAD~1")).toBe("a\n");
  });

  it("has nothing else of the repository in it", async () => {
    const dir = repository({ a: "1\n" });
    git(dir, "remote", "add", "origin", "https://me:REMOTEWORD@example.org/x.git");
    git(dir, "config", "http.extraHeader", "Authorization: CONFIGWORD");
    git(dir, "checkout", "-q", "-b", "OTHERBRANCH");
    commit(dir, { other: "OTHERWORD\n" }, "OTHERMESSAGE");
    git(dir, "tag", "SOMETAG");
    git(dir, "checkout", "-q", "main");
    writeFiles(dir, { a: "STASHWORD\n" });
    git(dir, "stash");
    commit(dir, { a: "LOSTWORD\n" }, "lost");
    git(dir, "reset", "-q", "--hard", "HEAD~1");
    writeFiles(dir, { ".git/hooks/pre-commit": { text: "#!/bin/sh\nHOOKWORD\n", mode: 0o755 } });
    const { at } = await asWorker(dir);
    expect(lines(git(at, "config", "--local", "--list"))).toEqual([
      "core.repositoryformatversion=0",
      "core.bare=false",
      "core.filemode=true",
      "gc.auto=0",
      "maintenance.auto=false",
      "user.name=worker",
      "user.email=worker@localhost",
    ]);
    const words = ["REMOTE", "CONFIG", "OTHER", "SOMETAG", "STASH", "LOST", "HOOK", "origin"];
    expect(words.filter((word) => everyByte(at).includes(word))).toEqual([]);
    expect(everyByte(at)).toContain("first");
  });

  it("holds no bytes of files that are left out, of the last commit or an old one", async () => {
    const dir = repository({ a: "1\n", ".env": "OLDSECRET\n", "secrets/deep/x": "OLDSECRET too\n" });
    commit(
      dir,
      { a: "1\n2\n", "server.key": "KEYSECRET\n", ".env": "NEWSECRET\n", "pkg/.npmrc": "" },
      "second",
    );
    rmSync(join(dir, "server.key"));
    commit(dir, { a: "1\n2\n3\n", gone: "", "pkg/.harness/x": "HARNESSSECRET" }, "third");
    rmSync(join(dir, "gone"));
    commit(dir, { ".env": "LASTSECRET\n" }, "fourth");
    const { at, note } = await asWorker(dir);
    expect(everyByte(at)).not.toContain("SECRET");
    expect(note).toBe("all 4 commits, without what is left out of every run");
    expect(status(at)).toBe("");
    expect(lines(git(at, "log", "-p", "--format=%s"))).toEqual(
      expect.arrayContaining(["fourth", "first", "+3"]),
    );
    expect(git(at, "blame", "a")).toBe(git(dir, "blame", "a"));
    expect(git(at, "diff-tree", "--name-only", "HEAD~1", "HEAD")).toBe(".env\ngone\n");
    expect(git(at, "show", "HEAD:.env")).toBe("This file is not in this copy of the repository.\n");
    expect(git(at, "show", "HEAD~1:gone")).toBe("");
    appendFileSync(join(at, "a"), "4\n");
    git(at, "commit", "-q", "-a", "-m", "mine");
    expect(git(at, "diff", "--name-only", "HEAD~1")).toBe("a\n");
    git(at, "checkout", "-q", "HEAD~3");
    expect(readFileSync(join(at, "a"), "utf8")).toBe("1\n2\n");
  });

  it("holds no bytes of what was committed once and is ignored by now", async () => {
    const dir = repository({
      "conf/keys.json": "OLDSECRET",
      ":odd": "OLDSECRET again",
      "kept.json": "KEPT",
      l: "1",
    });
    git(dir, "rm", "-q", "--cached", "conf/keys.json", ":(literal):odd");
    git(dir, "rm", "-q", "l");
    writeFiles(dir, {
      ".gitignore": ":odd\nkept.json\n",
      "conf/.gitignore": "keys.*\n",
      l: { link: "conf" },
    });
    git(dir, "add", ".gitignore", "conf/.gitignore", "l");
    git(dir, "commit", "-q", "-m", "second");
    expect(everyByte(dir)).toContain("OLDSECRET");
    const { at, note } = await asWorker(dir);
    expect(note).toBe("all 2 commits, without what is left out of every run");
    expect(everyByte(at)).not.toContain("OLDSECRET");
    expect(git(at, "show", "HEAD:kept.json")).toBe("KEPT");
    expect(status(at)).toBe("");
  });

  it("keeps the bytes that the worker has at another path", async () => {
    const dir = repository({ ".env": "same\n", "sample.txt": "same\n" });
    const { at } = await asWorker(dir);
    expect(git(at, "show", "HEAD:sample.txt")).toBe("same\n");
    expect(status(at)).toBe("");
  });

  it("takes the last 200 commits", async () => {
    const { at, note } = await asWorker(historyOf(straight(1234)));
    expect(note).toBe("the last 200 of 1,234 commits");
    expect(lines(git(at, "log", "--format=%s"))).toEqual(
      Array.from({ length: 200 }, (_, n) => `commit ${1233 - n}`),
    );
    git(at, "fsck");
  });

  it("takes all parents of a merge or none", async () => {
    // Two lines side by side, merged at every fifth step: the limit falls between the parents of one.
    const marks = Array.from({ length: 60 }, (_, n) => {
      if (n < 2) return n === 0 ? [] : [0];
      return n % 5 === 0 ? [n - 1, n - 2] : [n - 2];
    });
    const dir = historyOf(marks);
    for (const commits of isLong ? [1, 2, 3, 4, 7, 8, 20] : [1, 3, 8]) {
      const { at } = await asWorker(dir, { commits, bytes: Number.MAX_SAFE_INTEGER });
      const taken = lines(git(at, "log", "--format=%H"));
      expect(taken.length).toBeLessThanOrEqual(commits);
      expect(taken.length).toBeGreaterThanOrEqual(commits - 1);
      const [mine, theirs] = [at, dir].map(
        (where) =>
          new Map(
            lines(git(where, "log", "--format=%H %P")).map((line) => [line.slice(0, 40), line.slice(41)]),
          ),
      );
      for (const one of taken) expect(["", theirs?.get(one)]).toContain(mine?.get(one));
      git(at, "fsck");
      expect(status(at)).toBe("");
    }
  });

  it("takes the last commit alone where more is too large", async () => {
    const { at, note } = await asWorker(historyOf(straight(20)), { commits: 200, bytes: 500 });
    expect(note).toMatch(/^only the last of 20 commits: more would be over .* MB$/);
    expect(lines(git(at, "log", "--format=%s"))).toEqual(["commit 19"]);
    expect(status(at)).toBe("");
    git(at, "fsck");
  });

  it("gives the same tree again, whatever the umask", async () => {
    const dir = historyOf(straight(isLong ? 300 : 30));
    commit(dir, { ".env": "SECRET", ".gitattributes": "*.bin filter=x\n" }, "last");
    const { tree } = await asWorker(dir);
    const before = process.umask(0o077);
    try {
      expect((await asWorker(dir)).tree).toBe(tree);
    } finally {
      process.umask(before);
    }
    writeFiles(dir, { f0: "not committed" });
    expect((await asWorker(dir)).tree, "files play no part").toBe(tree);
    commit(dir, {}, "another");
    expect((await asWorker(dir)).tree).not.toBe(tree);
  });

  it("is null where there is no commit to read", async () => {
    const dir = repository({ "d/a": "1" });
    expect(await reading(tempDir())).toBeNull();
    expect(await reading(join(dir, "d"))).toBeNull();
    const empty = tempDir();
    git(empty, "init", "-q");
    expect(await reading(empty)).toBeNull();
    vi.stubEnv("PATH", tempDir());
    expect(await reading(dir)).toBeNull();
  });
});

describe.skipIf(noGit)("repositories of all kinds (need git)", () => {
  const sourceOf = (): string => {
    const dir = repository({ a: "1\n", ".env": "SECRET" });
    commit(dir, { a: "1\n2\n" }, "second");
    commit(dir, { a: "1\n2\n3\n" }, "third");
    return dir;
  };
  const clone = (from: string, ...options: string[]): string => {
    const to = join(tempDir(), 'odd: "name');
    git(from, "config", "uploadpack.allowFilter", "true");
    git(from, "clone", "-q", "--no-local", ...options, `file://${from}`, to);
    return to;
  };
  const kinds: readonly (readonly [kind: string, make: () => string, commits: number])[] = [
    [
      "a linked work tree",
      () => {
        const to = join(tempDir(), "linked");
        git(sourceOf(), "worktree", "add", "-q", to);
        return to;
      },
      3,
    ],
    [
      "a detached HEAD",
      () => {
        const dir = sourceOf();
        git(dir, "checkout", "-q", "--detach");
        return dir;
      },
      3,
    ],
    [
      "packed refs and objects",
      () => {
        const dir = sourceOf();
        git(dir, "gc", "-q");
        git(dir, "pack-refs", "--all");
        return dir;
      },
      3,
    ],
    [
      "objects elsewhere, by a relative path, twice over",
      () => {
        const base = tempDir();
        cpSync(sourceOf(), join(base, "one"), { recursive: true });
        git(base, "clone", "-q", "--shared", "one", "two");
        git(base, "clone", "-q", "--shared", "two", "three");
        for (const [at, of] of [
          ["two", "one"],
          ["three", "two"],
        ])
          writeFileSync(join(base, `${at}/.git/objects/info/alternates`), `../../../${of}/.git/objects\n`);
        return join(base, "three");
      },
      3,
    ],
    ["an odd name", () => clone(sourceOf()), 3],
    ["a shallow clone", () => clone(sourceOf(), "--depth=2"), 2],
    ["a clone without old files", () => clone(sourceOf(), "--filter=blob:none"), 1],
    [
      "a clone without files that are not checked out",
      () => {
        const from = sourceOf();
        commit(from, { "out/b": "2\n" }, "fourth");
        return clone(from, "--filter=blob:none", "--sparse");
      },
      1,
    ],
    ["a clone without old directories", () => clone(sourceOf(), "--filter=tree:0"), 1],
  ];
  it.each(kinds)("%s", async (_, make, commits) => {
    const dir = make();
    const source = git(dir, "log", "--format=%H", `-${commits}`);
    const before = fingerprint(dir);
    const { at } = await asWorker(dir);
    expect(fingerprint(dir)).toBe(before);
    expect(git(at, "log", "--format=%H")).toBe(source);
    expect(status(at)).toBe("");
    expect(everyByte(at)).not.toContain("SECRET");
    appendFileSync(join(at, "a"), "more\n");
    git(at, "commit", "-q", "-a", "-m", "x");
    expect(git(at, "diff", "--stat", "HEAD~1")).toContain("1 insertion");
  });

  it("the SHA-256 format", async () => {
    const dir = tempDir();
    git(dir, "init", "-q", "--object-format=sha256");
    for (const [name, value] of [
      ["user.name", "Ada"],
      ["user.email", "ada@example.org"],
    ])
      git(dir, "config", name ?? "", value ?? "");
    commit(dir, { a: "1\n", ".env": "SECRET", "e.key": "", e: "" }, "first");
    rmSync(join(dir, "e"));
    commit(dir, { a: "2\n" }, "second");
    const { at } = await asWorker(dir);
    expect(git(at, "log", "--format=%H")).toBe(git(dir, "log", "--format=%H"));
    expect(status(at)).toBe("");
    expect(git(at, "show", "HEAD~1:e")).toBe("");
    expect(everyByte(at)).not.toContain("SECRET");
  });

  it("says of a shallow one that its history ends there", async () => {
    const { note } = await asWorker(clone(sourceOf(), "--depth=2"));
    expect(note).toBe(
      "all 2 commits that this shallow repository has, without what is left out of every run",
    );
  });

  it("takes the last commit of one that has lost an older one, and refuses one that has lost that", async () => {
    const dir = historyOf(straight(5));
    const remove = (name: string): void => {
      const oid = git(dir, "rev-parse", name).trim();
      rmSync(join(dir, ".git/objects", oid.slice(0, 2), oid.slice(2)));
    };
    const last = git(dir, "rev-parse", "HEAD");
    remove("HEAD~2");
    const { at, note } = await asWorker(dir);
    expect(note).toMatch(
      /^only the last of the commits: git cannot read older ones \(git rev-list fails .*\)$/,
    );
    expect(git(at, "log", "--format=%H")).toBe(last);
    expect(status(at)).toBe("");
    remove("HEAD^{tree}");
    await expect(reading(dir)).rejects.toThrow(FilesRefused);
    await expect(reading(dir)).rejects.toThrow(`in ${dir} fails (`);
  });

  it("a sparse one: what is not checked out is not deleted", async () => {
    const dir = repository({ "in/a": "1\n", "out/b": "2\n", c: "3\n" });
    git(dir, "sparse-checkout", "set", "--cone", "--sparse-index", "in");
    expect(existsSync(join(dir, "out"))).toBe(false);
    const { at } = await asWorker(dir);
    expect(status(at)).toBe("");
    writeFiles(at, { "in/a": "changed\n" });
    expect(status(at)).toBe(" M in/a\n");
    git(at, "commit", "-q", "-a", "-m", "x");
    expect(git(at, "show", "HEAD:out/b")).toBe("2\n");
  });

  it("files that a filter or line ends change on their way into git", async () => {
    const dir = repository({});
    git(dir, "config", "filter.up.clean", "tr a-z A-Z");
    git(dir, "config", "filter.up.smudge", "tr A-Z a-z");
    git(dir, "config", "core.autocrlf", "true");
    commit(
      dir,
      { ".gitattributes": "*.up filter=up -text\n", "a.up": "a\n", "b.up": "b\n", "c.txt": "1\r\n2\r\n" },
      "x",
    );
    utimesSync(join(dir, "a.up"), 1, 1);
    git(dir, "status");
    writeFiles(dir, { "b.up": "changed\n" });
    expect(git(dir, "show", "HEAD:a.up")).toBe("A\n");
    const { at } = await asWorker(dir);
    expect(status(at)).toBe(" M b.up\n");
  });

  it("a submodule: its files are content, and git does not look into it", async () => {
    const inner = repository({ s: "1" });
    const dir = repository({ a: "1" });
    git(dir, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "sub");
    git(dir, "commit", "-q", "-m", "second");
    const { at } = await asWorker(dir);
    expect(status(at)).toBe("");
    expect(readFileSync(join(at, "sub/s"), "utf8")).toBe("1");
    appendFileSync(join(at, "a"), "2");
    git(at, "commit", "-q", "-a", "-m", "x");
    expect(git(at, "diff", "--name-only", "HEAD~1")).toBe("a\n");
  });

  it("starts nothing that a repository names, nor one whose objects it borrows, and changes neither", async () => {
    const lender = repository({ a: "1\n", "f.trap": "x\n", "g.process": "y\n" });
    const dir = join(tempDir(), "borrower");
    git(lender, "clone", "-q", "--shared", lender, dir);
    const sprung = [lender, dir].map((repo) => {
      mkdirSync(join(repo, ".git/hooks"), { recursive: true });
      return setTraps(repo);
    });
    writeFiles(dir, { "new.trap": "z\n" });
    const look = (): unknown[] => [lender, dir].map((repo) => [fingerprint(repo), timesOf(repo)]);
    const before = look();
    const { at } = await asWorker(dir);
    expect(look()).toEqual(before);
    git(at, "log", "-p", "--all");
    git(at, "status");
    git(at, "add", "-A");
    git(at, "commit", "-q", "-m", "x");
    expect(sprung.map((one) => one())).toEqual([[], []]);
    spawnSync("git", ["status"], { cwd: dir, env: plainGitEnv });
    expect(sprung[1]?.(), "a plain git status springs them").not.toEqual([]);
  });

  it("asks nobody for what a partial clone lacks", async () => {
    const dir = clone(sourceOf(), "--filter=blob:none");
    const asked = join(tempDir(), "asked");
    const script = join(tempDir(), "script");
    writeFileSync(script, `#!/bin/sh\ntouch ${asked}\n`, { mode: 0o755 });
    git(dir, "config", "remote.origin.url", `ext::${script}`);
    git(dir, "config", "protocol.ext.allow", "always");
    const { at, note } = await asWorker(dir);
    expect(existsSync(asked)).toBe(false);
    expect(note).toContain("the repository lacks files of older ones");
    expect(lines(git(at, "log", "--format=%s"))).toEqual(["third"]);
    spawnSync("git", ["log", "-p"], { cwd: dir, env: plainGitEnv });
    expect(existsSync(asked), "a plain git log asks").toBe(true);
  });

  it("heeds no GIT_ variable of its own process", async () => {
    const dir = sourceOf();
    const { tree } = await asWorker(dir);
    vi.stubEnv("GIT_DIR", "/nonexistent").stubEnv("GIT_INDEX_FILE", "/nonexistent/index");
    vi.stubEnv("GIT_OBJECT_DIRECTORY", "/nonexistent");
    const blobs = memoryBlobs();
    const again = await readingGit({ dir, exclude: defaultExclude, blobs });
    expect(again?.entry.tree).toBe(tree);
  });

  it("leaves no directory of its own behind", async () => {
    const tmp = tempDir();
    const dir = sourceOf();
    const copy = join(tempDir(), "copy");
    cpSync(dir, copy, { recursive: true });
    rmSync(join(copy, ".git/objects"), { recursive: true });
    mkdirSync(join(copy, ".git/objects"));
    vi.stubEnv("TMPDIR", tmp);
    await reading(dir);
    await reading(copy).catch(() => null);
    expect(readdirSync(tmp)).toEqual([]);
  });
});
