import { lstat, realpath } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { askGit, complaint, runGit } from "./git.ts";
import type { GitPlace } from "./git.ts";
import { FilesRefused } from "./refused.ts";

/** A user's git repository, seen from one directory of its work tree. All paths are absolute and real. */
export interface Repository {
  /** The directory that was asked about. */
  readonly dir: string;
  /** The top of the work tree. */
  readonly top: string;
  /** From `top` to `dir`, with `/` at the end; empty at the top. */
  readonly prefix: string;
  /** What HEAD names; null before the first commit. */
  readonly commit: string | null;
  readonly index: string;
  readonly objects: string;
  /** Its own list of ignored files, `info/exclude`. */
  readonly ignores: string;
  readonly sha256: boolean;
  /** What of its configuration says how files are stored and compared, and who its user is; nothing that names a program. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** For the few commands that must run in the repository itself. */
  readonly place: GitPlace;
}

export type Found =
  | { readonly type: "repository"; readonly repository: Repository }
  | { readonly type: "plain" }
  /** There is a `.git`, and no git to read it. */
  | { readonly type: "no-git" };

/**
 * Reads what a directory's git repository is, if it lies in one. Only commands that look nothing up in the work tree
 * run in the repository itself (rev-parse, config): git starts no program of the repository's for them.
 * @throws FilesRefused when git does not want to read it.
 */
export async function findRepository(path: string): Promise<Found> {
  const dir = await realpath(path);
  if (!(await hasGitAbove(dir))) return { type: "plain" };
  const place: GitPlace = { cwd: dir, options: [], env: {}, settings: quiet };
  const found = await runGit(place, ["rev-parse", "--show-toplevel"]);
  if (found === null) return { type: "no-git" };
  if (found.err.includes("not a git repository")) return { type: "plain" };
  if (found.code !== 0)
    throw new FilesRefused(
      `${dir}: git cannot read its repository (${complaint(found)}); mend it, or set workspace: to a directory outside of it`,
    );
  const top = await realpath(line(found.out));
  const prefix = prefixOf(top, dir);
  return { type: "repository", repository: await describe(place, dir, top, prefix) };
}

/** Wins over the repository's own configuration: no monitor, no hooks. */
const quiet = [
  ["core.fsmonitor", "false"],
  ["core.hooksPath", "/dev/null"],
] as const;

async function hasGitAbove(start: string): Promise<boolean> {
  for (let dir = start; ; dir = dirname(dir)) {
    if (await exists(join(dir, ".git"))) return true;
    if (dir === dirname(dir)) return false;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(code)) return false;
    throw error;
  }
}

/** A repository can claim a work tree elsewhere (`core.worktree`). */
function prefixOf(top: string, dir: string): string {
  const path = relative(top, dir);
  if (path === ".." || path.startsWith("../")) {
    throw new FilesRefused(
      `${dir}: its git repository has its files in ${top} (core.worktree); name that directory`,
    );
  }
  return path === "" ? "" : `${path}/`;
}

async function describe(place: GitPlace, dir: string, top: string, prefix: string): Promise<Repository> {
  const path = async (name: string): Promise<string> =>
    resolve(dir, line(await askGit(place, ["rev-parse", "--git-path", name])));
  const head = await runGit(place, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  const format = await askGit(place, ["rev-parse", "--show-object-format"]);
  return {
    dir,
    top,
    prefix,
    commit: head === null || head.code !== 0 ? null : line(head.out),
    index: await path("index"),
    objects: await path("objects"),
    ignores: await path("info/exclude"),
    sha256: line(format) === "sha256",
    settings: await harmlessSettings(place),
    place: { ...place, settings: [...quiet, ...(await silentHooks(place))] },
  };
}

/** Output of one line, whose text may itself hold line feeds (a path). */
const line = (out: Buffer): string => out.toString("utf8").replace(/\n$/, "");

const harmless = new Set([
  "core.filemode",
  "core.symlinks",
  "core.ignorecase",
  "core.precomposeunicode",
  "core.autocrlf",
  "core.eol",
  "core.trustctime",
  "core.checkstat",
  "core.excludesfile",
  "core.sharedrepository",
  "user.name",
  "user.email",
]);

async function harmlessSettings(place: GitPlace): Promise<[string, string][]> {
  return (await settings(place)).filter(([name]) => harmless.has(name));
}

/** Newer git has hooks in its configuration too, each under a name of its own. */
async function silentHooks(place: GitPlace): Promise<[string, string][]> {
  const names = (await settings(place)).flatMap(([name]) => /^(hook\.[^]+)\.[^.]+$/.exec(name)?.[1] ?? []);
  return [...new Set(names)].flatMap((hook) => [
    [`${hook}.enabled`, "false"],
    [`${hook}.command`, "true"],
  ]);
}

/** Every setting that holds here, the strongest last. One without a value means true. */
async function settings(place: GitPlace): Promise<[string, string][]> {
  const out = await askGit(place, ["config", "--list", "-z"]);
  const items = out
    .toString("utf8")
    .split("\0")
    .filter((item) => item !== "");
  return items.map((item) => {
    const end = item.indexOf("\n");
    return end === -1 ? [item, "true"] : [item.slice(0, end), item.slice(end + 1)];
  });
}
