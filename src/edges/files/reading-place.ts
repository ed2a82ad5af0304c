import { lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isReservedAtTop } from "../../core/reserved-name.ts";
import { excludes } from "./exclude.ts";
import type { Excludes } from "./exclude.ts";
import { askGit } from "./git.ts";
import type { GitPlace } from "./git.ts";
import { codeOf } from "./inside.ts";
import type { DiskPath } from "./names.ts";
import type { Repository } from "./repository.ts";

/** A `.git` that is being made. */
export interface Making {
  readonly repository: Repository;
  /** The new `.git`. */
  readonly gitDir: string;
  /** Git in it, with the user's objects in reach and no files of theirs. */
  readonly place: GitPlace;
  readonly excludes: Excludes;
  /** Commits whose parents the repository does not have. */
  readonly cut: ReadonlySet<string>;
}

/** Makes a `.git` in `base` that has all but objects and an index. @throws FilesRefused */
export async function furnish(
  base: string,
  repository: Repository,
  commit: string,
  exclude: readonly string[],
): Promise<Making> {
  const gitDir = join(base, "git");
  const workTree = join(base, "rules");
  for (const name of ["objects/info", "objects/pack", "refs/heads", "refs/tags", "info"])
    mkdirSync(join(gitDir, name), { recursive: true });
  mkdirSync(workTree);
  const write = (name: string, text: string | Buffer): void => writeFileSync(join(gitDir, name), text);
  write("HEAD", "ref: refs/heads/main\n");
  write("refs/heads/main", `${commit}\n`);
  write("config", configuration(repository));
  for (const name of ["exclude", "attributes"]) {
    const text = smallFile(join(dirname(repository.ignores), name));
    if (text !== null) write(`info/${name}`, text);
  }
  const shallow = smallFile(await shallowPath(repository));
  if (shallow !== null) write("shallow", shallow);
  return {
    repository,
    gitDir,
    place: placeOver(gitDir, workTree, repository.objects),
    excludes: withReserved(exclude),
    cut: new Set(
      shallow
        ?.toString("latin1")
        .split("\n")
        .filter((line) => line !== ""),
    ),
  };
}

const shallowPath = async ({ place, dir }: Repository): Promise<string> => {
  const out = await askGit(place, ["rev-parse", "--git-path", "shallow"]);
  return resolve(dir, out.toString("utf8").replace(/\n$/, ""));
};

/** Bytes read at most of a small file of the user's. */
const smallest = 16 * 1024 * 1024;

/** null: there is no file, or what is there is none that a person wrote. */
export function smallFile(path: DiskPath): Buffer | null {
  try {
    const stat = lstatSync(path);
    return stat.isFile() && stat.size <= smallest ? readFileSync(path) : null;
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(codeOf(error))) return null;
    throw error;
  }
}

/** As the import has it: the harness's own is in no tree. */
function withReserved(exclude: readonly string[]): Excludes {
  const wanted = excludes([...exclude, ".harness/", "/.harness"]);
  return (path, isDirectory) => wanted(path, isDirectory) ?? (isReservedAtTop(path) ? path : null);
}

/** How files are stored, so that the same ones count as changed as do for the user. */
const kept = new Set(["core.filemode", "core.symlinks", "core.ignorecase", "core.autocrlf", "core.eol"]);
const plainValue = /^(true|false|yes|no|on|off|0|1|input|lf|crlf|native)$/i;

function configuration({ sha256, settings }: Repository): string {
  const own = settings.filter(([name, value]) => kept.has(name) && plainValue.test(value));
  const lines = [...new Map(own)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    "[core]",
    `\trepositoryformatversion = ${sha256 ? 1 : 0}`,
    "\tbare = false",
    ...lines.map(([name, value]) => `\t${name.slice("core.".length)} = ${value}`),
    ...(sha256 ? ["[extensions]", "\tobjectFormat = sha256"] : []),
    "[gc]",
    "\tauto = 0",
    "[maintenance]",
    "\tauto = false",
    "[user]",
    "\tname = worker",
    "\temail = worker@localhost",
    "",
  ].join("\n");
}

/** One thread: what more of them write depends on which was first. */
const settings = [
  ["pack.threads", "1"],
  ["pack.windowMemory", "64m"],
  ["index.threads", "1"],
  ["core.commitGraph", "false"],
] as const;

/** Git in a directory of ours. `objects`: of a user, which it can read too. */
export const placeOver = (gitDir: string, workTree: string, objects: string | null): GitPlace => ({
  cwd: workTree,
  options: [],
  env: {
    GIT_DIR: gitDir,
    GIT_WORK_TREE: workTree,
    ...(objects === null ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(objects) }),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_ATTR_NOSYSTEM: "1",
  },
  settings,
});

/** A colon would end a path that is not quoted. */
const quoted = (path: string): string =>
  `"${path.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll("\n", String.raw`\n`)}"`;
