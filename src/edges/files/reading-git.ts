import { chmodSync, lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import type { Blobs } from "../../core/ports.ts";
import type { DirEntry } from "../../core/tree.ts";
import { askGit } from "./git.ts";
import { countCommits, mostCounted, objectsOf, recentHistory } from "./git-history.ts";
import type { HeadPath, History, Objects } from "./git-history.ts";
import { ignoredNow } from "./ignored-now.ts";
import { nothingKnown } from "./known.ts";
import { ownTemporary } from "./own-temporary.ts";
import { writeIndex } from "./reading-index.ts";
import { furnish } from "./reading-place.ts";
import type { Making } from "./reading-place.ts";
import { FilesRefused } from "./refused.ts";
import { findRepository } from "./repository.ts";
import { storeFound } from "./store-found.ts";
import { walk } from "./walk.ts";

interface ReadingRequest {
  /** A user's directory. */
  readonly dir: string;
  /** Patterns as in a `.gitignore`, the same as of the import: what they leave out is not in the history either. */
  readonly exclude: readonly string[];
  readonly blobs: Pick<Blobs, "put" | "putStream">;
}

export interface Reading {
  /** `.git`, for the top of a workspace that holds what the import took. */
  readonly entry: DirEntry;
  /** What is in it, in words: "the last 200 of 4,812 commits". */
  readonly note: string;
}

/** Over `bytes`, as the objects lie in the repository, the last commit alone is taken. */
export interface Limits {
  readonly commits: number;
  readonly bytes: number;
}
const usualLimits: Limits = { commits: 200, bytes: 256 * 1024 * 1024 };

/**
 * Makes a `.git` of our own from a user's repository: HEAD's commit on a branch `main`, the newest commits before it,
 * an index as of HEAD. Nothing else of theirs is in it (remotes, hooks, other branches, stashes, reflogs), and of its
 * configuration only how files are stored. Blobs of excluded paths, and of old ones that git ignores by now,
 * are not in it: in their stead git finds a line that says so. Nothing in the repository is changed, and nothing it names is run.
 *
 * null: `dir` is not the top of a git work tree, there is no commit yet, or git is not installed.
 * @throws FilesRefused when not even the last commit can be read.
 */
export async function readingGit(
  { dir, exclude, blobs }: ReadingRequest,
  limits: Limits = usualLimits,
): Promise<Reading | null> {
  const found = await findRepository(dir);
  if (found.type !== "repository") return null;
  const { repository } = found;
  if (repository.prefix !== "" || repository.commit === null) return null;
  const base = await ownTemporary("harness-reading");
  try {
    const making = await furnish(base, repository, repository.commit, exclude);
    const chosen = await choosePart(making, limits);
    await pack(making, chosen);
    await writeIndex(making, chosen.objects);
    openModes(making.gitDir, await readdir(making.gitDir, { recursive: true }));
    const walked = await walk({ root: making.gitDir, skip: () => false, own: true });
    const { tree } = await storeFound({ root: making.gitDir, blobs, known: nothingKnown() }, walked.dir);
    return {
      entry: { name: ".git", type: "dir", mode: 0o755, tree },
      note: noted(chosen, making.cut.size > 0),
    };
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

interface Part {
  readonly history: History;
  readonly objects: Objects;
}

interface Chosen extends Part {
  /** How many commits there are; null where git cannot count them. */
  readonly total: number | null;
  /** Why it is the last commit alone, or null. */
  readonly why: string | null;
}

async function choosePart(making: Making, limits: Limits): Promise<Chosen> {
  const recent = await recentPart(making, limits);
  return recent.why === null ? recent : { ...recent, ...(await lastPart(making)) };
}

type Recent = Chosen & { readonly why: null };
type TooMuch = Pick<Chosen, "total"> & { readonly why: string };

async function recentPart(making: Making, limits: Limits): Promise<Recent | TooMuch> {
  let total: number | null = null;
  try {
    total = await countCommits(making.place);
    const part = await partOf(making, limits.commits);
    const isLastAlone = part.history.commits.length === 1;
    if (!isLastAlone && part.objects.missing.size > 0)
      return { total, why: "the repository lacks files of older ones" };
    if (!isLastAlone && part.objects.bytes > limits.bytes)
      return { total, why: `more would be over ${grouped(limits.bytes / 1024 / 1024)} MB` };
    return { ...part, total, why: null };
  } catch (error) {
    if (!(error instanceof FilesRefused)) throw error;
    const why = error.message.replace(` in ${making.place.cwd}`, "");
    return { total, why: `git cannot read older ones (${why})` };
  }
}

async function lastPart(making: Making): Promise<Part> {
  try {
    return await partOf(making, 1);
  } catch (error) {
    if (!(error instanceof FilesRefused)) throw error;
    const why = error.message.replace(making.place.cwd, making.repository.dir);
    throw new FilesRefused(`the last commit cannot be read: ${why}`, { cause: error });
  }
}

async function partOf(making: Making, most: number): Promise<Part> {
  const { place, cut, excludes } = making;
  const history = await recentHistory(place, most, cut);
  const ignored = async (past: readonly string[], head: readonly HeadPath[]): Promise<Iterable<string>> =>
    ignoredNow(making, past, head);
  return { history, objects: await objectsOf(place, history, { excludes, ignored }) };
}

async function pack({ gitDir, place }: Making, { history, objects }: Part): Promise<void> {
  const shallow = join(gitDir, "shallow");
  await rm(shallow, { force: true });
  if (history.shallow.length > 0) writeFileSync(shallow, `${history.shallow.join("\n")}\n`);
  const args = ["pack-objects", "-q", "--delta-base-offset", join(gitDir, "objects/pack/pack")];
  await askGit(place, args, namesWithPaths(objects.there));
  for (const oid of [...objects.hidden, ...objects.missing]) writeStandIn(gitDir, oid);
}

/** Git packs objects of like paths together: a hint, so it may lack what would end a line. */
function* namesWithPaths(objects: Objects["there"]): Iterable<string> {
  for (const [oid, path] of objects) yield `${oid} ${path.replaceAll(/[\0\n]/g, "?")}\n`;
}

const standIn = "This file is not in this copy of the repository.\n";
const looseStandIn = deflateSync(`blob ${standIn.length}\0${standIn}`);

/**
 * Puts other bytes under the name of a blob. Git looks names up and only `git fsck` compares them with the bytes, so
 * all else works: an index with such a file in it can be committed, and a diff, blame or checkout of an old commit
 * shows the line above. With no object at all git would refuse to commit; with a promise of one (a partial clone)
 * every diff that meets one would end in an attempt to fetch it.
 */
function writeStandIn(gitDir: string, oid: string): void {
  const dir = join(gitDir, "objects", oid.slice(0, 2));
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, oid.slice(2)), looseStandIn);
}

/** Modes that no umask plays a part in, the same for every file: a pack is read-only by default. */
function openModes(gitDir: string, paths: readonly string[]): void {
  for (const path of paths) {
    const at = join(gitDir, path);
    chmodSync(at, lstatSync(at).isDirectory() ? 0o755 : 0o644);
  }
}

function noted({ history, objects, total, why }: Chosen, isShallow: boolean): string {
  const commits = notedCommits(history.commits.length, total, why, isShallow);
  const hidden = objects.hidden.size;
  return hidden === 0 ? commits : `${commits}, without what is left out of every run`;
}

function notedCommits(taken: number, total: number | null, why: string | null, isShallow: boolean): string {
  const all = total === null ? "the" : total > mostCounted ? `over ${grouped(mostCounted)}` : grouped(total);
  if (why !== null) return `only the last of ${all} commits: ${why}`;
  if (taken !== total) return `the last ${grouped(taken)} of ${all} commits`;
  const end = isShallow ? " that this shallow repository has" : "";
  return taken === 1 ? `the only commit${end}` : `all ${all} commits${end}`;
}

const grouped = (count: number): string => count.toLocaleString("en-US");
