import { mkdirSync, writeFileSync } from "node:fs";
import { complaint, runGit } from "./git.ts";
import type { GitPlace } from "./git.ts";
import type { HeadPath } from "./git-history.ts";
import { diskPath, pathOfBytes } from "./names.ts";
import { endedByNul, partsOf } from "./nul.ts";
import { smallFile } from "./reading-place.ts";
import type { Making } from "./reading-place.ts";
import { FilesRefused } from "./refused.ts";

/**
 * Which of some paths of old commits git ignores by now. Asked in a directory with nothing but copies of the
 * `.gitignore` files: in the user's, git gives up at a path that leads through what is a symlink today.
 */
export async function ignoredNow(
  { repository, place }: Making,
  past: readonly string[],
  head: readonly HeadPath[],
): Promise<readonly string[]> {
  if (past.length === 0) return [];
  for (const { path } of head) {
    const [, dir = "", name] = /^(?:([^]*)\/)?(\.gitignore)$/.exec(path) ?? [];
    const rules = name === undefined ? null : smallFile(diskPath(repository.top, path));
    if (rules === null) continue;
    mkdirSync(diskPath(place.cwd, dir), { recursive: true });
    writeFileSync(diskPath(place.cwd, path), rules);
  }
  const asked: GitPlace = {
    ...place,
    settings: [...place.settings, ...repository.settings.filter(([name]) => name === "core.excludesfile")],
  };
  const end = await runGit(
    asked,
    ["check-ignore", "--no-index", "-z", "--stdin"],
    endedByNul(past.map((path) => below + path)),
  );
  // 1: none of them.
  if (end === null || (end.code !== 0 && end.code !== 1))
    throw new FilesRefused(`git check-ignore: ${end === null ? "git is gone" : complaint(end)}`);
  return Array.from(partsOf(end.out), (part) => pathOfBytes(part.subarray(below.length)));
}

/** Before a path, so that a colon at its start is one of its name. */
const below = "./";
