import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { treeStore } from "../../../src/core/tree-store.ts";
import { exportTree } from "../../../src/edges/files/export-tree.ts";
import { unifiedPatch } from "../../../src/edges/files/patch.ts";
import { writeTree } from "../../../src/edges/files/write-tree.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { noGit, plainGitEnv, readFiles, tempDir, treeOf } from "./ground.ts";
import type { Spec, Specs } from "./ground.ts";

const below = (dir: string, specs: Specs): Specs =>
  Object.fromEntries(Object.entries(specs).map(([path, spec]) => [dir + path, spec]));

const harmless = "[core]\n\trepositoryformatversion = 0\n";
/** Git starts a program of this repository for `git status`, which leaves `marker`. */
const config = (marker: string): string =>
  `${harmless}\tbare = false\n\tworktree = .\n\tfsmonitor = "touch '${marker}'; false"\n`;
const stores: Specs = { objects: { dir: 0o755 }, refs: { dir: 0o755 } };
const repository = (text: string): Specs => ({ HEAD: "ref: refs/heads/main\n", ...stores, config: text });

interface Attack {
  readonly name: string;
  readonly start: Specs;
  /** What the worker made of it. */
  readonly made: (marker: string) => Specs;
  /** Where the user asks git for the status. */
  readonly cwd: string;
  readonly leftOut: readonly string[];
}

const attacks: readonly Attack[] = [
  {
    name: "a directory that looks like a bare repository",
    start: { "sub/a": "1" },
    made: (marker) => ({ "sub/a": "1", ...below("sub/", repository(config(marker))) }),
    cwd: "sub",
    leftOut: ["sub/config"],
  },
  {
    name: "the top, if it looks like one",
    start: { a: "1" },
    made: (marker) => ({ a: "1", ...repository(config(marker)) }),
    cwd: ".",
    leftOut: ["config"],
  },
  {
    name: "one whose stores and configuration lie elsewhere",
    start: {},
    made: (marker) => ({
      "sub/HEAD": "ref: refs/heads/main\n",
      "sub/commondir": "../other\n",
      "sub/config.worktree": "[core]\n\tworktree = .\n",
      ...below("other/", { ...stores, config: `${config(marker)}[extensions]\n\tworktreeConfig = true\n` }),
    }),
    cwd: "sub",
    leftOut: ["sub/commondir", "sub/config.worktree"],
  },
  {
    name: "one whose HEAD and stores are symlinks",
    start: {},
    made: (marker) => ({
      ...below("sub/", { HEAD: { link: "refs/heads/main" }, config: config(marker) }),
      "sub/objects": { link: "../o" },
      "sub/refs": { link: "../r" },
      "o/x": "1",
      "r/x": "1",
    }),
    cwd: "sub",
    leftOut: ["sub/config"],
  },
  {
    name: "one that was there and got another configuration",
    start: below("sub/", repository(harmless)),
    made: (marker) => below("sub/", repository(config(marker))),
    cwd: "sub",
    leftOut: ["sub/config"],
  },
  {
    name: "a .git of the user's that leads to a directory with another configuration",
    start: { "work/.git": "gitdir: ../store\n", ...below("store/", repository(harmless)) },
    made: (marker) => ({ "work/.git": "gitdir: ../store\n", ...below("store/", repository(config(marker))) }),
    cwd: "work",
    leftOut: ["store/config"],
  },
  {
    name: "a .git of the user's that led nowhere",
    start: { "work/.git": { link: "../store/there" }, "work/a": "1" },
    made: (marker) => ({
      "work/.git": { link: "../store/there" },
      "work/a": "1",
      ...below("store/there/", repository(config(marker))),
    }),
    cwd: "work",
    leftOut: ["store/there/config", "work/.git"],
  },
  {
    name: "a symlink on the way of a .git of the user's",
    start: { "work/.git": "gitdir: ../way/store\n", way: { link: "nowhere" } },
    made: (marker) => ({
      "work/.git": "gitdir: ../way/store\n",
      way: { link: "new" },
      ...below("new/store/", repository(config(marker))),
    }),
    cwd: "work",
    leftOut: ["new/store/config", "work/.git"],
  },
];

const askStatus = (cwd: string): void =>
  void spawnSync("git", ["status"], { cwd, env: { ...plainGitEnv, GIT_CEILING_DIRECTORIES: "/" } });

describe.skipIf(noGit)("what a run made starts no program of git's in an export (needs git)", () => {
  test.each(attacks)("$name", async ({ start, made, cwd, leftOut }) => {
    const [blobs, dir] = [memoryBlobs(), tempDir()];
    const marker = join(dir, "sprung");
    const [startTree, tree] = [await treeOf(blobs, start), await treeOf(blobs, made(marker))];

    const careful = join(dir, "careful");
    expect((await exportTree({ blobs, startTree, tree, to: careful })).leftOut).toEqual(leftOut);
    askStatus(join(careful, cwd));
    expect(existsSync(marker)).toBe(false);

    // Written as it is, it does.
    const careless = join(dir, "careless");
    mkdirSync(careless);
    const writing = { store: treeStore(blobs), blobs, owner: null, wrote: () => {} };
    await writeTree({ ...writing, root: careless }, "", tree);
    askStatus(join(careless, cwd));
    expect(existsSync(marker)).toBe(true);
  });
});

/** What an export leaves out, and the paths in it with their texts. */
async function exported(start: Specs, made: Specs): Promise<{ leftOut: readonly string[]; files: Specs }> {
  const [blobs, to] = [memoryBlobs(), join(tempDir(), "out")];
  const [startTree, tree] = [await treeOf(blobs, start), await treeOf(blobs, made)];
  const { leftOut } = await exportTree({ blobs, startTree, tree, to });
  return { leftOut, files: readFiles(to) };
}

describe("what an export keeps", () => {
  const user: Specs = {
    ...below("t/repo.git/", repository(harmless)),
    "t/repo.git/hooks/update": "#!/bin/sh\n",
  };
  const text = (text: string): unknown => ({ text, mode: 0o644 });

  test("a bare repository of the user's, whatever the worker stored in it", async () => {
    const { leftOut, files } = await exported(user, { ...user, "t/repo.git/objects/aa/bb": "o" });
    expect(leftOut).toEqual([]);
    expect(files).toMatchObject({
      "t/repo.git/config": text(harmless),
      "t/repo.git/hooks/update": text("#!/bin/sh\n"),
      "t/repo.git/objects/aa/bb": text("o"),
    });
  });

  test("its configuration and hooks as they were, and none that are new", async () => {
    const changed = {
      ...user,
      "t/repo.git/config": "[core]\n",
      "t/repo.git/Config.worktree": "[core]\n",
      "t/repo.git/hooks/update": "#!/bin/rm\n",
      "t/repo.git/hooks/post-update": "#!/bin/rm\n",
    };
    const { leftOut, files } = await exported(user, changed);
    expect(leftOut).toEqual(["t/repo.git/Config.worktree", "t/repo.git/config", "t/repo.git/hooks"]);
    expect(files).toMatchObject({
      "t/repo.git/config": text(harmless),
      "t/repo.git/hooks/update": text("#!/bin/sh\n"),
    });
    expect(Object.keys(files)).not.toContain("t/repo.git/hooks/post-update");
    expect(Object.keys(files)).not.toContain("t/repo.git/Config.worktree");
  });

  test("a config and hooks of anything else", async () => {
    const made = { "src/config": "c", "src/hooks/use-it.ts": "h", "src/HEAD": "x", "src/refs/a": "r" };
    expect((await exported({}, made)).leftOut).toEqual([]);
  });

  const pointing = (to: Spec): Specs => ({ "work/.git": to, "store/a/f": "1", "store/b": "1" });
  test.each<[string, Specs, Specs, readonly string[]]>([
    ["to what is as it was", pointing("gitdir: ../store/a\n"), { "store/b": "2" }, []],
    ["to what changed", pointing("gitdir: ../store/a\n"), { "store/a/f": "2" }, ["work/.git"]],
    ["with a carriage return", pointing("gitdir: ../store/b\r\n"), { "store/b": "2" }, ["work/.git"]],
    ["up and down again", pointing("gitdir: x/../../store/a\n"), { other: "2" }, ["work/.git"]],
    ["to the top", pointing("gitdir: ..\n"), { other: "2" }, ["work/.git"]],
    ["to another spelling", pointing("gitdir: ../Store/a\n"), { "store/a/f": "2" }, ["work/.git"]],
    ["out of the tree", pointing("gitdir: ../../store/a\n"), { "store/a/f": "2" }, []],
    ["to an absolute path", pointing("gitdir: /sub\n"), { "work/sub": "2" }, []],
    ["nowhere", pointing("gitdir: ../none\n"), { "store/a/f": "2" }, []],
    ["by a symlink to what changed", pointing({ link: "../store/a" }), { "store/a/f": "2" }, ["work/.git"]],
    ["by a symlink to what did not", pointing({ link: "../store/a" }), { "store/b": "2" }, []],
    ["not at all", pointing("store/a\n"), { "store/a/f": "2" }, []],
    [
      "to what names a third place, which changed",
      { ...pointing("gitdir: ../store/a\n"), "store/a/commondir": "../../common\n", "common/x": "1" },
      { "common/x": "2" },
      ["work/.git"],
    ],
    [
      "to what names a third place, which did not",
      { ...pointing("gitdir: ../store/a\n"), "store/a/commondir": "../../common\n", "common/x": "1" },
      { "store/b": "2" },
      [],
    ],
  ])("a .git that leads %s: left out is what may be the worker's", async (_, start, changes, leftOut) => {
    const { leftOut: found, files } = await exported(start, { ...start, ...changes });
    expect(found).toEqual(leftOut);
    expect(Object.keys(files).includes("work/.git")).toBe(leftOut.length === 0);
    expect(files).toMatchObject(
      Object.fromEntries(Object.entries(changes).map(([at, to]) => [at, text(to as string)])),
    );
  });
});

describe("a patch", () => {
  test("has no configuration for what looks like a repository, and says so", async () => {
    const blobs = memoryBlobs();
    const [from, to] = [
      await treeOf(blobs, { a: "1" }),
      await treeOf(blobs, { a: "2", ...repository("[core]\n") }),
    ];
    const leftOut: string[] = [];
    let text = "";
    const onLeftOut = (path: string): void => void leftOut.push(path);
    for await (const piece of unifiedPatch({ store: treeStore(blobs), blobs, from, to, onLeftOut }))
      text += piece;
    expect(leftOut).toEqual(["config"]);
    expect(text).toContain("+++ b/HEAD");
    expect(text).not.toContain("config");
  });
});
