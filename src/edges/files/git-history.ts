import { excludedBy } from "./exclude.ts";
import type { Excludes } from "./exclude.ts";
import { askGit } from "./git.ts";
import type { GitInput, GitPlace } from "./git.ts";
import { pathOfBytes, textOfPath } from "./names.ts";
import { partsOf } from "./nul.ts";

/** Commits of which each has all its parents in `commits`, or is one of `shallow`. The first is HEAD. */
export interface History {
  readonly commits: readonly string[];
  /** Commits whose parents are not there, in order: what git keeps in its `shallow`. */
  readonly shallow: readonly string[];
  /** Lines of a commit and its parents, of the commits that have theirs. */
  readonly links: readonly string[];
}

/** A path at HEAD that is no directory. `path` as trees spell it. */
export interface HeadPath {
  readonly path: string;
  readonly oid: string;
  readonly isExcluded: boolean;
  readonly isSubmodule: boolean;
}

export interface Objects {
  /** Names of objects that are there and not hidden, with a path of each ("" for commits and tops). */
  readonly there: ReadonlyMap<string, string>;
  /** Bytes that `there` takes where it lies. */
  readonly bytes: number;
  /** Blobs that a worker is not to see. */
  readonly hidden: ReadonlySet<string>;
  /** Objects that the repository itself does not have. */
  readonly missing: ReadonlySet<string>;
  readonly head: readonly HeadPath[];
}

/**
 * The newest commits that HEAD leads to, at most `most`, chosen so that a merge has all its parents or none: git knows
 * no commit that has lost one of two. `cut`: commits whose parents the repository itself does not have.
 * @throws FilesRefused when git cannot read them.
 */
export async function recentHistory(
  place: GitPlace,
  most: number,
  cut: ReadonlySet<string>,
): Promise<History> {
  const listed = linesOf(await askGit(place, ["rev-list", "--parents", `--max-count=${most}`, "HEAD"]));
  const taken = new Set(listed.slice(0, 1).map((line) => line.split(" ")[0] ?? ""));
  const whole = new Set<string>();
  const links: string[] = [];
  for (const line of listed) {
    const [commit = "", ...parents] = line.split(" ");
    const fresh = new Set(parents.filter((parent) => !taken.has(parent)));
    if (!taken.has(commit) || taken.size + fresh.size > most) continue;
    for (const parent of fresh) taken.add(parent);
    whole.add(commit);
    if (parents.length > 0) links.push(line);
  }
  const shallow = [...taken].filter((commit) => !whole.has(commit) || cut.has(commit));
  return { commits: [...taken], shallow: shallow.toSorted(), links };
}

/** Commits counted at most: beyond, nobody waits for an exact number. */
export const mostCounted = 100_000;

/** How many commits HEAD leads to; `mostCounted + 1` stands for more. @throws FilesRefused */
export async function countCommits(place: GitPlace): Promise<number> {
  const out = await askGit(place, ["rev-list", "--count", `--max-count=${mostCounted + 1}`, "HEAD"]);
  return Number(out.toString("utf8"));
}

/** What is kept from a worker. */
export interface Hiding {
  readonly excludes: Excludes;
  /** Which of these paths, which HEAD does not have any more, git ignores by now. */
  readonly ignored: (past: readonly string[], head: readonly HeadPath[]) => Promise<Iterable<string>>;
}

/**
 * All objects of these commits. A blob is hidden when it ever lies at an excluded path, or at one that HEAD no longer
 * has and git now ignores. An empty one is not, nor one that also lies at another path of HEAD: there the import takes
 * it, and git cannot do without.
 * @throws FilesRefused when a commit or a directory of them is missing.
 */
export async function objectsOf(place: GitPlace, history: History, hiding: Hiding): Promise<Objects> {
  const isExcluded = rememberingDirectories(hiding.excludes);
  const found = new Map(history.commits.map((commit) => [commit, ""]));
  for (const tree of await topsOf(place, history.commits)) found.set(tree, "");
  const excluded = new Set<string>();
  const head: HeadPath[] = [];
  for (const { mode, oid, path } of await itemsAtHead(place)) {
    const isSubmodule = mode === modes.submodule;
    if (!isSubmodule) found.set(oid, path);
    if (mode === modes.tree) continue;
    head.push({ path, oid, isExcluded: isExcluded(path), isSubmodule });
    if (isExcluded(path)) excluded.add(oid);
  }
  const headPaths = new Set(head.map(({ path }) => path));
  const past = new Map<string, string[]>();
  for await (const { mode, oid, path } of changedItems(place, history.links)) {
    if (mode === modes.submodule) continue;
    found.set(oid, path);
    if (mode === modes.tree) continue;
    if (isExcluded(path)) excluded.add(oid);
    else if (!headPaths.has(path)) past.set(path, [...(past.get(path) ?? []), oid]);
  }
  for (const path of await hiding.ignored([...past.keys()], head))
    for (const oid of past.get(path) ?? []) excluded.add(oid);
  const imported = new Set(head.filter((one) => !one.isExcluded).map(({ oid }) => oid));
  const hidden = new Set([...excluded].filter((oid) => !imported.has(oid) && !emptyBlobs.has(oid)));
  for (const oid of hidden) found.delete(oid);
  const { bytes, missing } = await lookFor(place, found.keys());
  for (const oid of missing) found.delete(oid);
  return { there: found, bytes, hidden, missing, head };
}

/** Of the SHA-1 and of the SHA-256 format. */
const emptyBlobs = new Set([
  "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
  "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
]);

interface Item {
  readonly mode: string;
  readonly oid: string;
  readonly path: string;
}

const modes = { tree: "040000", submodule: "160000", nothing: "000000" } as const;

async function topsOf(place: GitPlace, commits: readonly string[]): Promise<readonly string[]> {
  const names = commits.map((commit) => `${commit}^{tree}\n`);
  return linesOf(await askGit(place, ["cat-file", "--batch-check=%(objectname)"], names)).filter(
    (line) => !line.endsWith(" missing"),
  );
}

async function itemsAtHead(place: GitPlace): Promise<Item[]> {
  const out = await askGit(place, ["ls-tree", "-r", "-t", "-z", "--full-tree", "HEAD"]);
  return Array.from(partsOf(out), (part) => {
    const tab = part.indexOf("\t");
    const [mode = "", , oid = ""] = part.toString("latin1", 0, tab).split(" ");
    return { mode, oid, path: pathOfBytes(part.subarray(tab + 1)) };
  });
}

/** Commits compared by one git process, whose output is held as a whole. */
const comparedAtOnce = 16;

/**
 * What commits and their parents have that differs, both sides of it. With what HEAD has, that is all there is: a
 * parent has what its child has, but for the differences.
 */
async function* changedItems(place: GitPlace, links: readonly string[]): AsyncIterable<Item> {
  const options = [
    "--stdin",
    "-r",
    "-t",
    "-m",
    "-z",
    "--raw",
    "--no-abbrev",
    "--no-renames",
    "--no-commit-id",
  ];
  for (let at = 0; at < links.length; at += comparedAtOnce) {
    const some = links.slice(at, at + comparedAtOnce).map((line) => `${line}\n`);
    let change: readonly string[] = [];
    for (const part of partsOf(await askGit(place, ["diff-tree", ...options], some))) {
      if (change.length === 0) {
        change = part.toString("latin1", 1).split(" ");
        continue;
      }
      const [oldMode = "", newMode = "", oldOid = "", newOid = ""] = change;
      const path = pathOfBytes(part);
      if (oldMode !== modes.nothing) yield { mode: oldMode, oid: oldOid, path };
      if (newMode !== modes.nothing) yield { mode: newMode, oid: newOid, path };
      change = [];
    }
  }
}

/** Names looked up by one git process. */
const lookedUpAtOnce = 20_000;

async function lookFor(
  place: GitPlace,
  names: Iterable<string>,
): Promise<{ bytes: number; missing: ReadonlySet<string> }> {
  const all = [...names];
  const missing = new Set<string>();
  let bytes = 0;
  for (let at = 0; at < all.length; at += lookedUpAtOnce) {
    const some: GitInput = all.slice(at, at + lookedUpAtOnce).map((oid) => `${oid}\n`);
    const args = ["cat-file", "--batch-check=%(objectname) %(objectsize:disk)"];
    for (const line of linesOf(await askGit(place, args, some))) {
      const [oid = "", size = ""] = line.split(" ");
      if (size === "missing") missing.add(oid);
      else bytes += Number(size);
    }
  }
  return { bytes, missing };
}

/** Paths of one directory come in their thousands: whether it is left out is found once. */
function rememberingDirectories(excludes: Excludes): (path: string) => boolean {
  const known = new Map<string, boolean>();
  return (path) => {
    const dir = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    let isOut = known.get(dir);
    if (isOut === undefined) {
      // As a directory above a file, which no pattern fits by its own name.
      isOut =
        dir !== "" && (excludedBy(excludes, textOfPath(dir)) ?? excludes(textOfPath(dir), true)) !== null;
      known.set(dir, isOut);
    }
    return isOut || excludes(textOfPath(path), false) !== null;
  };
}

const linesOf = (out: Buffer): string[] =>
  out
    .toString("latin1")
    .split("\n")
    .filter((line) => line !== "");
