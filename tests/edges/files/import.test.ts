import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { excludes, patternFor } from "../../../src/edges/files/exclude.ts";
import { defaultExclude, importDirectory } from "../../../src/edges/files/import.ts";
import type { ImportProgress } from "../../../src/edges/files/import.ts";
import type { Imported } from "../../../src/edges/files/import.ts";
import { FilesRefused } from "../../../src/edges/files/refused.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { filesOf, fingerprint, git, noGit, readFiles, repository, tempDir, writeFiles } from "./ground.ts";
import type { Spec, Specs } from "./ground.ts";
import { setTraps } from "./traps.ts";

type Seen = Imported & {
  readonly contents: Record<string, Spec>;
  readonly paths: string[];
  readonly progress: ImportProgress[];
};

async function imported(dir: string, exclude: readonly string[] = defaultExclude): Promise<Seen> {
  const blobs = memoryBlobs();
  const progress: ImportProgress[] = [];
  const result = await importDirectory({ dir, exclude, blobs, onProgress: (now) => progress.push(now) });
  const contents = await filesOf(blobs, result.tree);
  return { ...result, contents, progress, paths: Object.keys(contents) };
}

function directory(specs: Specs): string {
  const dir = tempDir();
  writeFiles(dir, specs);
  return dir;
}

afterEach(() => vi.unstubAllEnvs());

describe("importDirectory", () => {
  it("takes a plain directory as it is", async () => {
    const dir = directory({
      "a.txt": "text",
      empty: "",
      "bin/run": { text: "#!/bin/sh\n", mode: 0o750 },
      private: { text: "x", mode: 0o600 },
      link: { link: "bin/run" },
      dangling: { link: "../no/where" },
      "node_modules/p/index.js": "1",
      "out/empty": { dir: 0o711 },
      'é "\n.txt': "odd",
    });
    const seen = await imported(dir, [...defaultExclude, "!node_modules/"]);
    expect(seen.contents).toEqual(readFiles(dir));
    expect(seen).toMatchObject({ git: null, leftOut: [], files: 8 });
    expect(seen.progress[0]).toEqual({ phase: "looking", files: 0 });
    expect(seen.progress.at(-1)).toEqual({ phase: "storing", files: 6, of: 6 });
  });

  it.each([["the default"], ["*.pem"]])(
    "leaves node_modules out of a plain directory, with %s",
    async (some) => {
      const dir = directory({
        a: "1",
        "node_modules/p/index.js": "1",
        "b/node_modules/q": "2",
        "c/node_modules": "a file",
      });
      const { paths, leftOut } = await imported(dir, some === "the default" ? defaultExclude : [some]);
      expect(paths).toEqual(["a", "b", "c", "c/node_modules"]);
      expect(leftOut).toEqual([
        { path: "b/node_modules/", why: "excluded by node_modules/" },
        { path: "node_modules/", why: "excluded by node_modules/" },
      ]);
    },
  );

  it("leaves out files that hold a secret, wherever in them, and stores nothing of them", async () => {
    const value = "canary-value-0123456789";
    const filler = "x".repeat(1024 * 1024 - 7);
    const dir = directory({
      plain: "text",
      "a/token": value,
      "a/across[1].bin": `${filler}${value}${filler}`,
      nearly: value.slice(1),
      link: { link: "a/token" },
    });
    const stored: string[] = [];
    const blobs = memoryBlobs();
    const seen = await importDirectory({
      dir,
      exclude: [],
      secrets: [
        { name: "OTHER", value: "something else" },
        { name: "TOKEN", value },
      ],
      blobs: {
        get: async (digest) => blobs.get(digest),
        getStream: (digest) => blobs.getStream(digest),
        missing: async (digests) => blobs.missing(digests),
        put: async (items) => {
          stored.push(...items.map((bytes) => Buffer.from(bytes).toString()));
          return blobs.put(items);
        },
        putStream: async (chunks) => {
          for await (const bytes of chunks) stored.push(Buffer.from(bytes).toString());
          throw new Error("no file here is as large");
        },
      },
      onProgress: () => undefined,
    });
    expect(Object.keys(await filesOf(blobs, seen.tree))).toEqual(["a", "link", "nearly", "plain"]);
    expect(seen.leftOut).toEqual([
      { path: "a/across[1].bin", why: "it holds the secret TOKEN" },
      { path: "a/token", why: "it holds the secret TOKEN" },
    ]);
    const fits = excludes(seen.holding.map(patternFor));
    expect(seen.holding.map((path) => fits(path, false))).not.toContain(null);
    expect(fits("a/across1.bin", false)).toBe(null);
    expect(stored.join("")).not.toContain(value);
    expect(stored.length).toBeGreaterThan(2);
  });

  it("takes large files, and many", async () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`d/${n % 3}/${n}`, `${n}`]));
    const dir = directory({ ...many, large: "0123456789".repeat(300_001) });
    const seen = await imported(dir);
    expect(seen.contents).toEqual(readFiles(dir));
    const stored = seen.progress.filter(({ phase }) => phase === "storing").map(({ files }) => files);
    expect(stored).toEqual([...stored].toSorted((a, b) => a - b));
    expect(seen.progress.at(-1)).toEqual({ phase: "storing", files: 201, of: 201 });
  });

  it("takes names that are not UTF-8", async () => {
    const dir = directory({});
    writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0xff, 0x2e, 0x61])]), "x");
    symlinkSync(Buffer.from([0xfe]), join(dir, "link"));
    const { contents, leftOut } = await imported(dir, ["*.key"]);
    expect(contents).toEqual({ "\0ff2e61": { text: "x", mode: 0o644 }, link: { link: "\0fe" } });
    expect(leftOut).toEqual([]);
  });

  it("gives equal directories equal trees", async () => {
    const specs = { a: "1", "d/b": "2", "d/c": { link: "b" } };
    expect((await imported(directory(specs))).tree).toBe((await imported(directory(specs))).tree);
    expect((await imported(directory({ ...specs, a: "2" }))).tree).not.toBe(
      (await imported(directory(specs))).tree,
    );
  });

  it("leaves secrets out and names each with the reason", async () => {
    const secrets = [
      ".env",
      ".env.local",
      "a/.env",
      "id_rsa",
      "a/id_rsa.pub",
      "b/server.key",
      "b/cert.pem",
      ".npmrc",
      "a/.netrc",
    ];
    const dir = directory({
      ok: "1",
      "a/environment": "2",
      ...Object.fromEntries(secrets.map((path) => [path, "S"])),
      "a/secrets/deep/x": "S",
    });
    const { paths, leftOut } = await imported(dir);
    expect(paths).toEqual(["a", "a/environment", "b", "ok"]);
    expect(leftOut.map(({ path }) => path)).toEqual([...secrets, "a/secrets/"].toSorted());
    expect(leftOut[0]).toEqual({ path: ".env", why: "excluded by .env*" });
  });

  it("leaves secrets out whose names, or whose directories' names, are strange", async () => {
    const dir = directory({ "line\nfeed/.env": "S", "a\n.pem": "S", ".env\n": "S" });
    writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0xff]), Buffer.from(".pem")]), "S");
    const { paths, leftOut } = await imported(dir);
    expect(paths).toEqual(["line\nfeed"]);
    expect(leftOut.map(({ path }) => path)).toEqual([".env\n", "a\n.pem", "line\nfeed/.env", "\ufffd.pem"]);
  });

  it("takes the root of the system, and what is in its directories", async () => {
    const dir = realpathSync(directory({ a: "1", "d/b": "2" }));
    const steps = dir.split("/").slice(1);
    const onlyHere = steps.flatMap((_, n) => {
      const above = steps
        .slice(0, n)
        .map((step) => `/${step}`)
        .join("");
      return [`${above}/*`, `!${above}/${steps[n] ?? ""}`];
    });
    const { contents, files } = await imported("/", onlyHere);
    expect(contents).toMatchObject({
      [`${dir.slice(1)}/a`]: { text: "1" },
      [`${dir.slice(1)}/d/b`]: { text: "2" },
    });
    expect(files).toBe(2);
  });

  it("names what at the top a file system might take for .git or .harness, and leaves it out", async () => {
    const dir = directory({
      a: "1",
      ".GIT/config": "x",
      "git~1": "x",
      ".Harness": "x",
      "n/.GIT/config": "kept",
    });
    const { paths, leftOut } = await imported(dir);
    expect(paths).toEqual(["a", "n", "n/.GIT", "n/.GIT/config"]);
    const why = "some file systems take it for .git or .harness";
    expect(leftOut).toEqual([".GIT/", ".Harness", "git~1"].map((path) => ({ path, why })));
  });

  it("never takes .harness, at the top or below, nor the .git at the top, and does not name them", async () => {
    const dir = directory({
      a: "1",
      ".harness/harness.db": "x",
      "b/.harness/x": "x",
      ".git/HEAD": "not a repository",
    });
    const seen = await imported(dir, ["!.harness/", "!.git"]);
    expect(seen.paths).toEqual(["a", "b"]);
    expect(seen).toMatchObject({ leftOut: [], git: null });
  });

  it("takes a nested .git as content, without its remotes and hooks by default", async () => {
    const dir = directory({
      "n/.git/HEAD": "ref: refs/heads/main",
      "n/.git/config": "token",
      "n/.git/hooks/x": "#!",
      "n/a": "1",
    });
    expect((await imported(dir)).paths).toEqual(["n", "n/.git", "n/.git/HEAD", "n/a"]);
    expect((await imported(dir, [])).contents).toEqual(readFiles(dir));
  });

  it("tells how many files it found while it looks, those that are left out too", async () => {
    const specs = Object.fromEntries(Array.from({ length: 2500 }, (_, n) => [`d${n % 7}/${n}`, ""]));
    const { progress } = await imported(directory(specs), ["d1/", "1*"]);
    expect(progress.filter(({ phase }) => phase === "looking").map(({ files }) => files)).toEqual([
      0, 1000, 2000,
    ]);
    const storing = progress.findIndex(({ phase }) => phase === "storing");
    expect(progress.slice(storing).every(({ phase }) => phase === "storing")).toBe(true);
  });

  it("names FIFOs and sockets, and opens none", async () => {
    const dir = directory({ a: "1" });
    execFileSync("mkfifo", [join(dir, "pipe")]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(dir, "socket"), resolve));
    const { paths, leftOut } = await imported(dir);
    server.close();
    expect(paths).toEqual(["a"]);
    expect(leftOut.map(({ path }) => path)).toEqual(["pipe", "socket"]);
  });

  it.skipIf(process.getuid?.() === 0)("names what it may not read", async () => {
    const dir = directory({ a: "1", locked: { text: "x", mode: 0 }, "d/x": "1" });
    chmodSync(join(dir, "d"), 0);
    const { leftOut } = await imported(dir);
    chmodSync(join(dir, "d"), 0o755);
    expect(leftOut.map(({ path }) => path)).toEqual(["d", "locked"]);
  });

  it.each([
    ["is not there", "none"],
    ["is a file", "a"],
  ])("refuses a directory that %s", async (_name, path) => {
    const refused = await imported(join(directory({ a: "1" }), path)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(FilesRefused);
    expect((refused as FilesRefused).message).toMatch(/^\S+ .*set workspace: to a directory$/);
  });

  it("takes a repository as a plain directory when git is not installed, and says so", async () => {
    const dir = directory({ a: "1", ".git/HEAD": "x", ".gitignore": "b\n", b: "2" });
    vi.stubEnv("PATH", tempDir());
    const seen = await imported(dir);
    expect(seen.paths).toEqual([".gitignore", "a", "b"]);
    expect(seen).toMatchObject({
      git: null,
      leftOut: [{ path: ".git", why: expect.stringContaining("not installed") as string }],
    });
  });
});

describe.skipIf(noGit)("importDirectory of a git repository (needs git)", () => {
  it("takes what git tracks or would track, as it stands in the directory", async () => {
    const dir = repository({
      a: "1",
      changed: "old",
      gone: "x",
      ".gitignore": "*.log\nbuild/\n",
      "build/kept.log": "k",
    });
    git(dir, "add", "-f", "build/kept.log");
    git(dir, "commit", "-q", "-m", "second");
    writeFiles(dir, {
      changed: "new",
      "new/file": "n",
      "x.log": "ignored",
      "build/out": "ignored",
      ".env": "S",
      staged: "s",
    });
    git(dir, "add", "staged");
    rmSync(join(dir, "gone"));
    mkdirSync(join(dir, "empty"));
    const seen = await imported(dir);
    expect(seen.paths).toEqual([
      ".gitignore",
      "a",
      "build",
      "build/kept.log",
      "changed",
      "empty",
      "new",
      "new/file",
      "staged",
    ]);
    expect(seen.contents["changed"]).toEqual({ text: "new", mode: 0o644 });
    expect(seen.git).toEqual({ commit: git(dir, "rev-parse", "HEAD").trim(), dirty: 4 });
    expect(seen.leftOut).toEqual([
      { path: ".env", why: "excluded by .env*" },
      { path: "build/out", why: "ignored by git" },
      { path: "x.log", why: "ignored by git" },
    ]);
  });

  it("takes node_modules as git has it: tracked or ignored", async () => {
    const dir = repository({ "node_modules/kept/x": "1", ".gitignore": "ui/node_modules\n", "ui/a": "1" });
    writeFiles(dir, { "ui/node_modules/p/x": "2" });
    const { paths, leftOut } = await imported(dir);
    expect(paths).toContain("node_modules/kept/x");
    expect(leftOut).toEqual([{ path: "ui/node_modules/", why: "ignored by git" }]);
  });

  it("leaves node_modules out of a directory that its repository ignores", async () => {
    const dir = repository({ ".gitignore": "tmp/\n" });
    writeFiles(dir, { "tmp/work/a": "1", "tmp/work/node_modules/p": "2" });
    expect(await imported(join(dir, "tmp/work"))).toMatchObject({ git: null, paths: ["a"] });
  });

  it("counts nothing as changed in a clean repository, whatever its line ends and times", async () => {
    const dir = repository({ ".gitattributes": "*.txt text eol=crlf\n", "a.txt": "1\r\n2\r\n", b: "1" });
    execFileSync("touch", ["-d", "2001-01-01", join(dir, "a.txt"), join(dir, "b")]);
    expect((await imported(dir)).git?.dirty).toBe(0);
  });

  it("reads a repository without a commit", async () => {
    const dir = tempDir();
    git(dir, "init", "-q");
    writeFiles(dir, { a: "1" });
    expect(await imported(dir)).toMatchObject({ git: { commit: null, dirty: 1 }, paths: ["a"] });
  });

  it("takes one directory of a repository", async () => {
    const dir = repository({ top: "t", ".gitignore": "*.log\n", "pack/a": "1", "pack/sub/b": "2" });
    writeFiles(dir, { "pack/x.log": "i", other: "dirty", "pack/sub/new": "n" });
    const seen = await imported(join(dir, "pack"));
    expect(seen.paths).toEqual(["a", "sub", "sub/b", "sub/new"]);
    expect(seen.git).toEqual({ commit: git(dir, "rev-parse", "HEAD").trim(), dirty: 1 });
    expect(seen.leftOut).toEqual([{ path: "x.log", why: "ignored by git" }]);
  });

  it("takes a directory that its repository ignores as a plain one", async () => {
    const dir = repository({ ".gitignore": "tmp/\n*.log\n" });
    writeFiles(dir, { "tmp/work/a.log": "1" });
    expect(await imported(join(dir, "tmp/work"))).toMatchObject({ git: null, paths: ["a.log"], leftOut: [] });
  });

  it("takes nested repositories as content", async () => {
    const dir = repository({ a: "1" });
    mkdirSync(join(dir, "nested"));
    git(join(dir, "nested"), "init", "-q");
    writeFiles(dir, { "nested/b": "2" });
    const { paths } = await imported(dir);
    expect(paths).toEqual(expect.arrayContaining(["nested/.git/HEAD", "nested/b"]));
    expect(paths).not.toContain("nested/.git/config");
  });

  it("reads linked work trees, split indexes and SHA-256 repositories", async () => {
    const dir = repository({ a: "1", ".gitignore": "*.log\n" });
    const linked = join(tempDir(), "linked");
    git(dir, "worktree", "add", "-q", "-b", "side", linked);
    writeFiles(linked, { "x.log": "i", b: "2" });
    expect(await imported(linked)).toMatchObject({ paths: [".gitignore", "a", "b"], git: { dirty: 1 } });
    git(dir, "update-index", "--split-index");
    expect(await imported(dir)).toMatchObject({ paths: [".gitignore", "a"], git: { dirty: 0 } });
    const other = tempDir();
    git(other, "init", "-q", "--object-format=sha256");
    writeFiles(other, { a: "1" });
    git(other, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "--allow-empty", "-m", "x");
    git(other, "add", "a");
    expect((await imported(other)).git).toEqual({ commit: git(other, "rev-parse", "HEAD").trim(), dirty: 1 });
  });

  it("leaves every byte and time of the repository as it was, the index too", async () => {
    const dir = repository({ a: "1", b: "2", ".gitignore": "*.log\n" });
    writeFiles(dir, { a: "3", "x.log": "i", new: "n" });
    execFileSync("touch", ["-d", "2001-01-01", join(dir, "b")]);
    const before = fingerprint(dir);
    await imported(dir);
    expect(fingerprint(dir)).toBe(before);
    git(dir, "status");
    expect(fingerprint(dir), "a plain git status is noticed").not.toBe(before);
  });

  it("starts nothing that the repository names", async () => {
    const dir = repository({ a: "1\n", "f.trap": "x\n", "g.process": "y\n" });
    const sprung = setTraps(dir);
    writeFiles(dir, { "new.trap": "z\n" });
    const seen = await imported(dir);
    expect(sprung()).toEqual([]);
    expect(seen.contents["f.trap"]).toEqual({ text: "x\n", mode: 0o644 });
  });

  it("starts nothing that a submodule names", async () => {
    const inner = repository({ "f.trap": "x\n" });
    const dir = repository({ a: "1" });
    git(dir, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "sub");
    git(dir, "commit", "-q", "-m", "second");
    const sprung = setTraps(join(dir, "sub"), join(dir, ".git/modules/sub"));
    const { paths, git: facts } = await imported(dir);
    expect(sprung()).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining(["sub", "sub/.git", "sub/f.trap"]));
    expect(facts?.dirty).toBe(0);
    git(dir, "status");
    expect(sprung(), "a plain git status springs them").not.toEqual([]);
  });

  it("does not follow a repository that claims another directory", async () => {
    const elsewhere = directory({ secret: "S" });
    const dir = repository({ a: "1" });
    git(dir, "config", "core.worktree", elsewhere);
    await expect(imported(dir)).rejects.toThrow(FilesRefused);
  });

  it("heeds no GIT_ variable of its own process", async () => {
    const dir = repository({ a: "1" });
    vi.stubEnv("GIT_DIR", "/nonexistent").stubEnv("GIT_INDEX_FILE", "/nonexistent/index");
    expect((await imported(dir)).git).toMatchObject({ dirty: 0 });
  });
});
