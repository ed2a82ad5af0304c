import { treeStore } from "../../core/tree-store.ts";
import { diffTrees } from "../../core/tree-diff.ts";
import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import { isReserved } from "../../core/reserved-name.ts";
import { complaint, runGit } from "./git.ts";
import { gitSide, sameToGit } from "./git-side.ts";
import type { GitSide } from "./git-side.ts";
import { withPrivateGit } from "./private-git.ts";
import type { PrivateGit } from "./private-git.ts";
import { quotePath } from "./quote-path.ts";
import { FilesRefused } from "./refused.ts";
import { findRepository } from "./repository.ts";
import { isAtOrBelow, madeGit } from "./start-git.ts";
import type { Repository } from "./repository.ts";

export interface BranchRequest {
  readonly blobs: Pick<Blobs, "get" | "put" | "getStream">;
  /** What the run started from: what differs between it and `tree` goes into the commit. */
  readonly startTree: Digest;
  readonly tree: Digest;
  /** The directory that was imported: the top of a repository's work tree, or a directory in it. */
  readonly repo: string;
  readonly branch: string;
  /** The commit to build on, in full. */
  readonly base: string;
  readonly message: string;
}

export interface ExportedBranch {
  readonly commit: string;
  /**
   * Changed paths that are not in the commit: they lie in a `.git`, which git keeps in none, in our `.harness`, or are
   * what would make git start programs where it takes a directory for a repository.
   */
  readonly leftOut: readonly string[];
}

/**
 * Makes a branch with one commit on top of `base`. The user's files, index, configuration and current branch stay as
 * they are; nothing of the repository's (hooks, filters, monitors) runs. What the import left out stays as in `base`.
 * @throws FilesRefused for a name that is taken or bad, a base that is not there, and a directory outside git.
 */
export async function exportBranch(request: BranchRequest): Promise<ExportedBranch> {
  const found = await findRepository(request.repo);
  if (found.type !== "repository") throw new FilesRefused(`${request.repo}: ${noRepository[found.type]}`);
  const { repository } = found;
  return withPrivateGit(repository, async (git) => {
    await refuseBranch(git, repository, request.branch);
    await refuseBase(git, repository, request.base);
    const { changes, leftOut } = await changesForGit(request);
    await git.ask(
      ["fast-import", "--quiet", "--done"],
      commitStream(request, repository, changes, await identity(git)),
    );
    const commit = (await git.ask(["rev-parse", importedRef])).toString("utf8").trim();
    await createBranch(repository, request.branch, commit);
    return { commit, leftOut };
  });
}

const elsewhere = "write to a directory instead: harness export --to DIR";
const noRepository = {
  plain: `it is in no git repository; ${elsewhere}`,
  "no-git": `git is not installed; ${elsewhere}`,
} as const;

async function refuseBranch(git: PrivateGit, { place, top }: Repository, branch: string): Promise<void> {
  const checked = branch.includes("\0") ? null : await git.run(["check-ref-format", "--branch", branch]);
  if (checked === null || checked.code !== 0 || checked.out.toString("utf8") !== `${branch}\n`) {
    throw new FilesRefused(`--branch ${JSON.stringify(branch)}: git takes no branch of this name`);
  }
  const ref = `refs/heads/${branch}`;
  const there = await runGit(place, ["show-ref", "--verify", "--quiet", ref]);
  if (there?.code === 0)
    throw new FilesRefused(`--branch ${branch}: ${top} has this branch; choose another name`);
  const head = await runGit(place, ["symbolic-ref", "--quiet", "HEAD"]);
  if (head?.out.toString("utf8").trim() === ref) {
    throw new FilesRefused(`--branch ${branch}: it is checked out in ${top}; choose another name`);
  }
}

async function refuseBase(git: PrivateGit, { top }: Repository, base: string): Promise<void> {
  const found = /^[0-9a-f]{40,64}$/.test(base) ? await git.run(["cat-file", "-e", `${base}^{commit}`]) : null;
  if (found?.code !== 0) throw new FilesRefused(`${top} no longer has the commit ${base}; ${elsewhere}`);
}

interface GitChange {
  readonly path: string;
  readonly before: GitSide | null;
  readonly after: GitSide | null;
}

async function changesForGit({
  blobs,
  startTree,
  tree,
}: BranchRequest): Promise<{ changes: GitChange[]; leftOut: string[] }> {
  const changes: GitChange[] = [];
  const leftOut: string[] = [];
  const store = treeStore(blobs);
  const isMadeGit = isAtOrBelow(await madeGit(store, startTree, tree));
  for (const { path, before, after } of await diffTrees(store, startTree, tree)) {
    const change = { path, before: gitSide(blobs, before), after: gitSide(blobs, after) };
    if (sameToGit(change.before, change.after)) continue;
    if (isReserved(path) || isMadeGit(path)) leftOut.push(path);
    else changes.push(change);
  }
  return { changes, leftOut };
}

/** Exists in our own git directory only. */
const importedRef = "refs/heads/imported";

/** Who the repository's user is, with the time, as git writes it in a commit. */
const identity = async (git: PrivateGit): Promise<string> =>
  (await git.ask(["var", "GIT_COMMITTER_IDENT"])).toString("utf8").trim();

/** One commit in the format of git-fast-import(1). Removals first: a directory may become a file, or a file a directory. */
async function* commitStream(
  { base, message }: BranchRequest,
  { prefix }: Repository,
  changes: readonly GitChange[],
  committer: string,
): AsyncIterable<string | Uint8Array> {
  const text = new TextEncoder().encode(`${message.replaceAll("\0", "").trimEnd()}\n`);
  yield `commit ${importedRef}\ncommitter ${committer}\ndata ${text.length}\n`;
  yield text;
  yield `from ${base}\n`;
  for (const { path, after } of changes) if (after === null) yield `D ${quotePath(prefix + path)}\n`;
  for (const { path, after } of changes) {
    if (after === null) continue;
    yield `M ${after.mode} inline ${quotePath(prefix + path)}\ndata ${after.size}\n`;
    yield* exactly(after, path);
    yield "\n";
  }
  yield "done\n";
}

/** A byte too many would be read as a command. */
async function* exactly(side: GitSide, path: string): AsyncIterable<Uint8Array> {
  let left = side.size;
  for await (const chunk of side.bytes()) {
    left -= chunk.length;
    if (left < 0) break;
    yield chunk;
  }
  if (left !== 0) throw new Error(`${path} is not of the size that its tree says`);
}

/** Only if the name is still free. */
async function createBranch(
  { place, top, sha256 }: Repository,
  branch: string,
  commit: string,
): Promise<void> {
  const absent = "0".repeat(sha256 ? 64 : 40);
  const args = ["update-ref", "--no-deref", "-m", "harness export", `refs/heads/${branch}`, commit, absent];
  const end = await runGit(place, args);
  if (end === null || end.code !== 0) {
    throw new FilesRefused(`--branch ${branch}: ${top}: ${end === null ? "git is gone" : complaint(end)}`);
  }
}
