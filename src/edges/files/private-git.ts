import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { askGit, runGit } from "./git.ts";
import type { GitEnd, GitInput, GitPlace } from "./git.ts";
import { ownTemporary } from "./own-temporary.ts";
import { FilesRefused } from "./refused.ts";
import type { Repository } from "./repository.ts";

/** Git over a user's objects and files, with a git directory of our own. */
export interface PrivateGit {
  /** The output of a command that must succeed. @throws FilesRefused */
  ask(args: readonly string[], input?: GitInput): Promise<Buffer>;
  /** For commands that answer by their exit code. */
  run(args: readonly string[]): Promise<GitEnd>;
}

/**
 * Commands that look at the work tree run here: with a git directory that is ours, the repository's configuration,
 * attributes, hooks and monitors name no program that git would start, and its index is only ever a copy.
 * The directory is gone when this settles.
 */
export async function withPrivateGit<T>(
  repository: Repository,
  act: (git: PrivateGit) => Promise<T>,
): Promise<T> {
  const gitDir = await ownTemporary("harness-git");
  try {
    await furnish(gitDir, repository);
    const place = privatePlace(gitDir, repository);
    return await act({
      ask: async (args, input) => askGit(place, args, input),
      run: async (args) => {
        const end = await runGit(place, args);
        if (end === null) throw new FilesRefused("git is not installed");
        return end;
      },
    });
  } finally {
    await rm(gitDir, { recursive: true, force: true });
  }
}

async function furnish(gitDir: string, { commit, index, ignores, sha256 }: Repository): Promise<void> {
  for (const name of ["refs", "objects", "info"]) await mkdir(join(gitDir, name));
  await writeFile(join(gitDir, "HEAD"), `${commit ?? "ref: refs/heads/none"}\n`);
  const format = sha256 ? "1\n[extensions]\n\tobjectFormat = sha256\n" : "0\n";
  await writeFile(join(gitDir, "config"), `[core]\n\tbare = false\n\trepositoryformatversion = ${format}`);
  await copyIfThere(index, join(gitDir, "index"));
  await copyIfThere(ignores, join(gitDir, "info/exclude"));
  for (const name of await readdir(dirname(index))) {
    // The larger part of a split index.
    if (name.startsWith("sharedindex."))
      await copyIfThere(join(dirname(index), name), join(gitDir, basename(name)));
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

const privatePlace = (gitDir: string, { dir, top, objects, settings }: Repository): GitPlace => ({
  cwd: dir,
  options: [],
  env: {
    GIT_DIR: gitDir,
    GIT_WORK_TREE: top,
    GIT_OBJECT_DIRECTORY: objects,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_ATTR_NOSYSTEM: "1",
  },
  settings: [...nobody, ...settings, ...still],
});

/** Holds where the user has not said who they are. */
const nobody = [
  ["user.name", "harness"],
  ["user.email", "harness@localhost"],
] as const;

const still = [
  ["core.untrackedCache", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
] as const;
