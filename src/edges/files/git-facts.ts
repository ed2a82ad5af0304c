import { excludedBy } from "./exclude.ts";
import type { Excludes } from "./exclude.ts";
import { pathOfBytes } from "./names.ts";
import { withPrivateGit } from "./private-git.ts";
import type { PrivateGit } from "./private-git.ts";
import type { Repository } from "./repository.ts";

/** What git knows of a directory, read without a change to the repository. */
export interface GitFacts {
  readonly commit: string | null;
  /** Files changed, added or removed since `commit`, among those that are not excluded. */
  readonly dirty: number;
  /** Relative paths that the repository ignores and does not track, directories with `/` at the end and nothing below. */
  readonly ignored: ReadonlySet<string>;
}

/** null: the repository ignores this directory as a whole, so it is none of its own. */
export const readGitFacts = async (repository: Repository, excludes: Excludes): Promise<GitFacts | null> =>
  withPrivateGit(repository, async (git) => {
    if (repository.prefix !== "" && (await isIgnored(git))) return null;
    const ignored = await items(git, ["ls-files", "-o", "-i", "--exclude-standard", "--directory", "-z"]);
    return {
      commit: repository.commit,
      dirty: await countDirty(git, repository, excludes),
      ignored: new Set(ignored.map(pathOfBytes)),
    };
  });

async function isIgnored(git: PrivateGit): Promise<boolean> {
  const { code } = await git.run(["check-ignore", "--quiet", "."]);
  if (code === 0 || code === 1) return code === 0;
  // It says the same again, as an error.
  await git.ask(["check-ignore", "."]);
  return false;
}

async function countDirty(git: PrivateGit, { prefix }: Repository, excludes: Excludes): Promise<number> {
  // Submodules are content of their own: git would run in them, under their configuration.
  const options = ["-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=all"];
  const states = await items(git, ["status", "--porcelain=v1", ...options, "--", "."]);
  // Each is two letters, a space and the path from the top of the work tree.
  const paths = states.map((state) => pathOfBytes(state.subarray(3 + Buffer.byteLength(prefix))));
  return paths.filter((path) => excludedBy(excludes, path) === null).length;
}

/** What a command prints with `-z`. */
async function items(git: PrivateGit, args: readonly string[]): Promise<Buffer[]> {
  const out = await git.ask(args);
  const found: Buffer[] = [];
  for (let at = 0, end = out.indexOf(0); end !== -1; at = end + 1, end = out.indexOf(0, at)) {
    found.push(out.subarray(at, end));
  }
  return found;
}
