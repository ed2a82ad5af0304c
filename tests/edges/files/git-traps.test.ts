import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Digest } from "../../../src/core/id.ts";
import type { Workspace } from "../../../src/core/workspace.ts";
import { treeStore } from "../../../src/core/tree-store.ts";
import { exportBranch } from "../../../src/edges/files/export-branch.ts";
import { exportTree } from "../../../src/edges/files/export-tree.ts";
import { importDirectory } from "../../../src/edges/files/import.ts";
import { unifiedPatch } from "../../../src/edges/files/patch.ts";
import { FilesRefused } from "../../../src/edges/files/refused.ts";
import { treeOf } from "../../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import type { MemoryBlobs } from "../../memory/blobs.ts";
import { git, noGit, repository, tempDir } from "./ground.ts";
import { marks, traps, twoBranches, useGit } from "./git-traps.ts";
import { leaked, makeOutside, secret } from "./outside.ts";
import { plainWorkspaces } from "./plain-workspaces.ts";

interface Hostile {
  readonly blobs: MemoryBlobs;
  readonly slot: Workspace;
  /** Where the result is written. */
  readonly exported: string;
  /** The patch, once it was made. */
  readonly patch: string[];
  /** Everything the harness does with directories that others wrote. */
  readonly operations: readonly (readonly [name: string, act: () => Promise<unknown>])[];
}

/** A user's repository, and a workspace in which a worker made the same twice: at the top, and one level down. */
async function hostile(repo: string): Promise<Hostile> {
  const place = realpathSync(tempDir());
  const blobs = memoryBlobs();
  const workspaces = plainWorkspaces(join(place, "slots"), blobs);
  const startTree = await treeOf(blobs, { file: "first\n" });
  const slot = await workspaces.checkout("worker", startTree);
  for (const dir of [slot.dir, join(slot.dir, "n")])
    cpSync(repo, dir, { recursive: true, verbatimSymlinks: true });
  const [exported, patch] = [join(place, "exported"), [] as string[]];
  const base = git(repo, "rev-parse", "HEAD").trim();
  const end = async (): Promise<Digest> => (await slot.snapshot()).tree;
  const reads = ["file", "n/.git/config", ".git/config", ".gitattributes"];
  const store = treeStore(blobs);
  return {
    blobs,
    slot,
    exported,
    patch,
    operations: [
      ["import", async () => importDirectory({ dir: slot.dir, exclude: [], blobs, onProgress: () => {} })],
      ["snapshot", end],
      ["read", async () => Promise.all(reads.map((path) => slot.read(path, 0, 1_000_000)))],
      [
        "restore",
        async () => {
          const tree = await end();
          await slot.reset(startTree);
          await slot.reset(tree);
          await (await workspaces.checkout("judge", tree)).snapshot();
        },
      ],
      [
        "diff",
        async () => {
          for await (const part of unifiedPatch({ store, blobs, from: startTree, to: await end() }))
            patch.push(part);
        },
      ],
      ["export --to", async () => exportTree({ blobs, tree: await end(), startTree, to: exported })],
      [
        "export --branch",
        async () =>
          exportBranch({ blobs, startTree, tree: await end(), repo, branch: "result", base, message: "x" }),
      ],
    ],
  };
}

describe.skipIf(noGit)("git's ways to run a program (needs git)", () => {
  const template = noGit ? "" : twoBranches();

  test.for(traps)("$name: nothing of the harness springs it, plain git does", async (trap) => {
    const repo = realpathSync(tempDir());
    cpSync(template, repo, { recursive: true });
    const { program, take } = marks(trap.name);
    trap.lay(repo, program);
    const { exported, patch, operations } = await hostile(repo);
    for (const [operation, act] of operations) {
      await act();
      expect([operation, take()]).toEqual([operation, []]);
    }
    expect(patch.join("")).toContain("diff --git");
    useGit(join(exported, "n"), trap, ["status"]);
    expect(["plain git in what was exported", take()]).toEqual(["plain git in what was exported", []]);
    useGit(repo, trap);
    const sprung = take();
    if (trap.mayBeDead === undefined) expect(sprung, "plain git falls for it").not.toEqual([]);
  });
});

describe.skipIf(noGit)("git's ways to other content (needs git)", () => {
  test("attributes that rewrite content rewrite none", async () => {
    const text = "$Id$\n$Format:%H$\none\r\ntwo\n";
    const attributes = "* text eol=crlf ident export-subst\n";
    const repo = repository({ "file.txt": text, ".gitattributes": attributes });
    const { slot, exported, operations } = await hostile(repo);
    for (const [, act] of operations) await act();
    for (const dir of [slot.dir, join(slot.dir, "n"), exported, join(exported, "n")])
      expect([dir, readFileSync(join(dir, "file.txt"), "utf8")]).toEqual([dir, text]);
    expect(git(repo, "cat-file", "blob", "result:n/file.txt")).toBe(text);
    const archived = tempDir();
    writeFileSync(join(archived, "a.tar"), git(repo, "archive", "HEAD"));
    execFileSync("tar", ["-xf", "a.tar"], { cwd: archived });
    expect(readFileSync(join(archived, "file.txt"), "utf8"), "plain git rewrites it").not.toBe(text);
  });

  test.for<
    [
      name: string,
      lead: (repo: string, outside: string) => void,
      refuses: readonly string[],
      plain: (repo: string) => string,
    ]
  >([
    [
      "alternates",
      (repo, outside) => {
        git(outside, "init", "-q");
        git(outside, "add", "file");
        writeFileSync(join(repo, ".git/objects/info/alternates"), `${join(outside, ".git/objects")}\n`);
        const oid = git(outside, "rev-parse", ":file").trim();
        git(repo, "update-index", "--add", "--cacheinfo", `100644,${oid},stolen`);
      },
      [],
      (repo) => git(repo, "show", ":stolen"),
    ],
    [
      "core.worktree",
      (repo, outside) => void git(repo, "config", "core.worktree", outside),
      ["import", "export --branch"],
      (repo) => (git(repo, "add", "file"), git(repo, "show", ":file")),
    ],
  ])("%s that lead outside bring nothing in", async ([, lead, refuses, plain]) => {
    const outside = makeOutside(join(realpathSync(tempDir()), "outside"));
    const repo = repository({ file: "mine" });
    lead(repo, outside.dir);
    const before = outside.look();
    const { blobs, exported, operations, patch } = await hostile(repo);
    const refused: string[] = [];
    for (const [operation, act] of operations) {
      try {
        await act();
      } catch (error) {
        expect(error).toBeInstanceOf(FilesRefused);
        refused.push(operation);
      }
    }
    expect(refused).toEqual(refuses);
    expect(leaked(blobs)).toEqual([]);
    expect(patch.join("")).not.toContain(secret);
    expect(readdirSync(exported).toSorted()).toEqual(["file", "n"]);
    expect(outside.look()).toEqual(before);
    expect(plain(repo), "plain git brings it in").toBe(secret);
  });
});
