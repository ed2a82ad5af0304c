import { askGit } from "./git.ts";
import type { GitPlace } from "./git.ts";
import type { HeadPath, Objects } from "./git-history.ts";
import { pathOfBytes } from "./names.ts";
import { endedByNul, partsOf } from "./nul.ts";
import { withPrivateGit } from "./private-git.ts";
import type { PrivateGit } from "./private-git.ts";
import { placeOver } from "./reading-place.ts";
import type { Making } from "./reading-place.ts";
import type { Repository } from "./repository.ts";

/**
 * The index as of HEAD, with no times of files. Files that a workspace does not have for a reason of ours or the
 * user's are marked so that git does not look for them; a submodule's are content like any other.
 */
export async function writeIndex(making: Making, { head }: Objects): Promise<void> {
  const { gitDir, place } = making;
  // Without the user's objects: what is needed must be there.
  const alone = placeOver(gitDir, place.cwd, null);
  await askGit(alone, ["read-tree", "HEAD"]);
  const unlooked = await unlookedPaths(making.repository, alone, head);
  if (unlooked.length === 0) return;
  await askGit(alone, ["update-index", "-z", "--skip-worktree", "--stdin"], endedByNul(unlooked));
}

async function unlookedPaths(
  repository: Repository,
  place: GitPlace,
  head: readonly HeadPath[],
): Promise<readonly string[]> {
  const filtered = await filteredPaths(place, head);
  const { sparse, changed } = await withPrivateGit(repository, async (git) => ({
    sparse: await sparsePaths(git),
    changed: filtered.size === 0 ? filtered : await changedPaths(git),
  }));
  const isUnlooked = ({ path, isExcluded, isSubmodule }: HeadPath): boolean =>
    isExcluded || isSubmodule || sparse.has(path) || (filtered.has(path) && !changed.has(path));
  return head.filter(isUnlooked).map(({ path }) => path);
}

/** What the user has git not check out. */
async function sparsePaths(git: PrivateGit): Promise<ReadonlySet<string>> {
  const listed = Array.from(partsOf(await git.ask(["ls-files", "-t", "-z"])));
  return new Set(listed.filter((part) => part[0] === skipped).map((part) => pathOfBytes(part.subarray(2))));
}

/** What differs from HEAD in the work tree. */
async function changedPaths(git: PrivateGit): Promise<ReadonlySet<string>> {
  const options = ["-z", "--name-only", "--no-renames", "--ignore-submodules=all", "--no-ext-diff"];
  return new Set(Array.from(partsOf(await git.ask(["diff", ...options, "HEAD"])), pathOfBytes));
}

/** How `git ls-files -t` marks what is not checked out. */
const skipped = "S".charCodeAt(0);

/**
 * Files that a filter changes on their way into git (large file storage, encryption). There is no filter in a sandbox,
 * so each of them would count as changed.
 */
async function filteredPaths(place: GitPlace, head: readonly HeadPath[]): Promise<ReadonlySet<string>> {
  if (!head.some(({ path }) => /(^|\/)\.gitattributes$/.test(path))) return new Set();
  const args = ["check-attr", "--cached", "-z", "--stdin", "filter"];
  const answer = Array.from(partsOf(await askGit(place, args, endedByNul(head.map(({ path }) => path)))));
  // Three for each: the path, "filter", its value.
  const isFiltered = (n: number): boolean =>
    !["unspecified", "unset"].includes(`${answer[n + 2]?.toString("utf8")}`);
  return new Set(answer.flatMap((path, n) => (n % 3 === 0 && isFiltered(n) ? [pathOfBytes(path)] : [])));
}
