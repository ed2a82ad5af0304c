import { realpath, stat } from "node:fs/promises";
import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import { isReservedAtTop } from "../../core/reserved-name.ts";
import { excludes } from "./exclude.ts";
import type { Excludes } from "./exclude.ts";
import { readGitFacts } from "./git-facts.ts";
import { codeOf } from "./inside.ts";
import { nothingKnown } from "./known.ts";
import { textOfPath } from "./names.ts";
import { readableOnly } from "./readable.ts";
import { FilesRefused } from "./refused.ts";
import { findRepository } from "./repository.ts";
import { storeFound } from "./store-found.ts";
import { walk } from "./walk.ts";
import { withoutSecrets } from "./without-secrets.ts";
import type { SecretValue } from "./without-secrets.ts";
import type { FoundDir, Other, WalkOptions } from "./walk.ts";

/**
 * What holds secrets in most projects. `workspace.exclude` of a project replaces this list. Where there is no git to
 * ignore it, `node_modules/` is left out too, whatever the list; `!node_modules/` in the list takes it back.
 */
export const defaultExclude: readonly string[] = [
  ".env*",
  "secrets/",
  "*.pem",
  "*.key",
  "*.p12",
  "*.pfx",
  "*.jks",
  "*.keystore",
  "*.kdbx",
  "id_rsa*",
  "id_dsa*",
  "id_ecdsa*",
  "id_ed25519*",
  ".ssh/",
  ".gnupg/",
  ".aws/",
  ".docker/config.json",
  ".npmrc",
  ".netrc",
  "_netrc",
  ".pypirc",
  ".pgpass",
  ".git-credentials",
  // Of repositories below the top: their remotes may hold passwords, their hooks are programs.
  "**/.git/config",
  "**/.git/hooks/",
];

/** How far an import is. */
export type ImportProgress =
  /** `files`: found so far, those that are left out too. How many there will be is not known. */
  | { readonly phase: "looking"; readonly files: number }
  | { readonly phase: "storing"; readonly files: number; readonly of: number };

export interface ImportRequest {
  readonly dir: string;
  /** Patterns as in a `.gitignore`. */
  readonly exclude: readonly string[];
  /** Files that hold one of these are left out. */
  readonly secrets?: readonly SecretValue[];
  readonly blobs: Blobs;
  /** Called at once, and then now and then. */
  readonly onProgress: (progress: ImportProgress) => void;
}

interface LeftOut {
  /** Relative, a directory with `/` at the end; for people, so what is not UTF-8 is U+FFFD. */
  readonly path: string;
  readonly why: string;
}

export interface Imported {
  readonly tree: Digest;
  /** Files and symlinks in the tree. */
  readonly files: number;
  /** null when the directory lies in no git repository. `dirty`: files that differ from the commit. */
  readonly git: { readonly commit: string | null; readonly dirty: number } | null;
  /** In the order of paths, what git ignores last. The top's `.git` and `.harness` are no content and not named. */
  readonly leftOut: readonly LeftOut[];
  /** Those of them that hold a secret. */
  readonly holding: readonly string[];
}

/**
 * Stores a user's directory as a tree, as it stands: of a git repository what git tracks or would track, uncommitted
 * changes included; of any other directory everything but
 * `node_modules/`. Nothing in it is changed, and nothing it names is run.
 * @throws FilesRefused when the directory or its repository cannot be read.
 */
export async function importDirectory(request: ImportRequest): Promise<Imported> {
  const { exclude, blobs, onProgress } = request;
  onProgress({ phase: "looking", files: 0 });
  const root = await readableDirectory(request.dir);
  const repository = await findRepository(root);
  const git =
    repository.type === "repository"
      ? await readGitFacts(repository.repository, withNever(excludes(exclude)))
      : null;
  const wanted = excludes(git === null ? [...withoutGit, ...exclude] : exclude);
  const leftOut: LeftOut[] = repository.type === "no-git" ? [noGit] : [];
  const skip = countingLooks(sieve(wanted, git?.ignored ?? new Set(), leftOut), onProgress);
  const found = await walk({ root, skip, own: false });
  const others = [...found.others];
  const readable = readableOnly(root, found.dir, others);
  const holding: Other[] = [];
  const dir = await withoutSecrets(root, readable, request.secrets ?? [], holding);
  const told = telling(blobs, count("file", dir), onProgress);
  const { tree, known } = await storeFound({ root, blobs: told, known: nothingKnown() }, dir);
  leftOut.push(...[...others, ...holding].map(inWords));
  return {
    tree,
    files: known.files.size + count("symlink", dir),
    git: git === null ? null : { commit: git.commit, dirty: git.dirty },
    leftOut: inOrder(leftOut),
    holding: holding.map(({ path }) => textOfPath(path)),
  };
}

async function readableDirectory(dir: string): Promise<string> {
  try {
    const root = await realpath(dir);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    const code = codeOf(error);
    if (["ENOENT", "ENOTDIR", "EACCES", "ELOOP"].includes(code))
      throw new FilesRefused(`${dir} cannot be read (${code}); set workspace: to a directory`, {
        cause: error,
      });
    throw error;
  }
  throw new FilesRefused(`${dir} is not a directory; set workspace: to a directory`);
}

/** What git ignores in most projects and nobody wants as content: tens of thousands of files that a tool brings back. */
const withoutGit = ["node_modules/"];

/** The harness's own state is in no tree, however deep it lies, and neither is the repository it works on. */
const never = excludes([".harness/", "/.harness", "/.git"]);

const withNever =
  (wanted: Excludes): Excludes =>
  (text, isDirectory) =>
    never(text, isDirectory) ?? wanted(text, isDirectory);

const reserved = "some file systems take it for .git or .harness";
const ignoredByGit = "ignored by git";
const noGit: LeftOut = { path: ".git", why: "git is not installed, so files that it ignores are taken too" };

/** Says what a walk need not look at, and notes it. */
const sieve =
  (wanted: Excludes, ignored: ReadonlySet<string>, leftOut: LeftOut[]) =>
  (path: string, isDirectory: boolean): boolean => {
    const text = textOfPath(path);
    if (never(text, isDirectory) !== null) return true;
    const end = isDirectory ? "/" : "";
    if (isReservedAtTop(path)) {
      leftOut.push({ path: text + end, why: reserved });
      return true;
    }
    const pattern = wanted(text, isDirectory);
    if (pattern === null && !ignored.has(path + end)) return false;
    leftOut.push({ path: text + end, why: pattern === null ? ignoredByGit : `excluded by ${pattern}` });
    return true;
  };

/** Files between two tellings of how many were found. */
const tellEvery = 1000;

/** Tells how many files a walk came by while it looks. */
function countingLooks(
  skip: WalkOptions["skip"],
  onProgress: ImportRequest["onProgress"],
): WalkOptions["skip"] {
  let files = 0;
  return (path, isDirectory) => {
    if (!isDirectory) files += 1;
    if (!isDirectory && files % tellEvery === 0) onProgress({ phase: "looking", files });
    return skip(path, isDirectory);
  };
}

/** Tells how much is stored while it is. The nodes of directories come last and do not count. */
function telling(
  blobs: Blobs,
  total: number,
  onProgress: ImportRequest["onProgress"],
): Pick<Blobs, "put" | "putStream"> {
  let stored = 0;
  const tell = <T>(more: number, result: T): T => {
    stored = Math.min(stored + more, total);
    onProgress({ phase: "storing", files: stored, of: total });
    return result;
  };
  return {
    put: async (items) => tell(items.length, await blobs.put(items)),
    putStream: async (chunks) => tell(1, await blobs.putStream(chunks)),
  };
}

/** Recursive: a walk's paths are at most 1,500 names deep. */
const count = (type: "file" | "symlink", { entries }: FoundDir): number =>
  entries.reduce(
    (sum, entry) => sum + (entry.type === "dir" ? count(type, entry) : Number(entry.type === type)),
    0,
  );

const inWords = ({ path, why }: Other): LeftOut => ({ path: textOfPath(path), why });

const inOrder = (items: readonly LeftOut[]): LeftOut[] =>
  items.toSorted((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));

const rank = ({ why }: LeftOut): number => (why === ignoredByGit ? 1 : 0);
