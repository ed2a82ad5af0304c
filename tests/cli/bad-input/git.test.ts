import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "vitest";
import { greeting } from "../stories.ts";
import { refuses } from "./table.ts";
import type { Row } from "./table.ts";

/** A goal in a repository with one commit, of which `path` then holds `text`. */
const odd = (name: string, path: string, text: string, line: string | RegExp): Row => ({
  name,
  files: greeting({}),
  lay: async (dir) => {
    const git = (...argv: readonly string[]): Buffer =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@host.example", ...argv], { cwd: dir });
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message", "first");
    await writeFile(join(dir, path), text);
  },
  argv: ["run", "goal.md"],
  line,
  leavesEmptyState: true,
});

/** Git reads a private copy of it. */
const index =
  /git ls-files in DIR fails \(\S+\/index: index file smaller than expected\); mend the repository, see: git status/;

describe("a workspace whose repository git cannot read", () => {
  refuses([
    {
      ...odd(
        "a .git that is text",
        ".git",
        "",
        "DIR: git cannot read its repository (invalid gitfile format: DIR/.git); mend it, or set workspace: to a directory outside of it",
      ),
      lay: async (dir) => writeFile(join(dir, ".git"), "hello\n"),
    },
    odd("an index that is none", ".git/index", "xx", index),
    odd("an empty index", ".git/index", "", index),
    odd(
      "a broken configuration",
      ".git/config",
      "[core\n",
      "DIR: git cannot read its repository (bad config line 1 in file .git/config); mend it, or set workspace: to a directory outside of it",
    ),
    odd(
      "a format to come",
      ".git/config",
      "[core]\nrepositoryformatversion = 99\n",
      "DIR: git cannot read its repository (Expected git repo version <= 1, found 99); mend it, or set workspace: to a directory outside of it",
    ),
    odd(
      "a bare one",
      ".git/config",
      "[core]\nrepositoryformatversion = 0\nbare = true\n",
      "DIR: git cannot read its repository (this operation must be run in a work tree); mend it, or set workspace: to a directory outside of it",
    ),
  ]);
});
