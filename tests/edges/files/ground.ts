import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import type { Digest } from "../../../src/core/id.ts";
import type { TreeEntry } from "../../../src/core/tree.ts";
import { listTree } from "../../../src/core/tree-diff.ts";
import { treeStore } from "../../../src/core/tree-store.ts";
import type { MemoryBlobs } from "../../memory/blobs.ts";

/** What stands at a path. Text and bytes are a file of mode 0644. */
export type Spec =
  | string
  | Uint8Array
  | { readonly text: string | Uint8Array; readonly mode: number }
  | { readonly link: string }
  | { readonly dir: number };
export type Specs = Readonly<Record<string, Spec>>;

const made: string[] = [];
afterAll(() => {
  for (const dir of made) {
    // Directories that forbid their owner to remove what is in them.
    execFileSync("chmod", ["-R", "u+rwx", dir]);
    rmSync(dir, { recursive: true, force: true });
  }
});

/** Gone after the tests of a file. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "harness-test-"));
  made.push(dir);
  return dir;
}

/** Writes files into a directory. */
export function writeFiles(dir: string, specs: Specs): void {
  for (const [path, spec] of Object.entries(specs)) {
    const to = join(dir, path);
    mkdirSync(dirname(to), { recursive: true });
    writeSpec(to, spec);
  }
}

function writeSpec(to: string, spec: Spec): void {
  if (typeof spec === "string" || spec instanceof Uint8Array) return writeFileSync(to, spec);
  if ("link" in spec) return symlinkSync(spec.link, to);
  if ("dir" in spec) mkdirSync(to, { recursive: true });
  else writeFileSync(to, spec.text);
  chmodSync(to, "dir" in spec ? spec.dir : spec.mode);
}

/** Everything below a directory, read plainly: the oracle of these tests. */
export function readFiles(dir: string, below = ""): Record<string, Spec> {
  const found: Record<string, Spec> = {};
  for (const name of readdirSync(join(dir, below)).toSorted()) {
    const path = below === "" ? name : `${below}/${name}`;
    const stats = lstatSync(join(dir, path));
    if (stats.isDirectory()) {
      found[path] = { dir: stats.mode & 0o777 };
      Object.assign(found, readFiles(dir, path));
    } else if (stats.isSymbolicLink()) found[path] = { link: readlinkSync(join(dir, path)) };
    else if (stats.isFile())
      found[path] = { text: readFileSync(join(dir, path), "latin1"), mode: stats.mode & 0o777 };
  }
  return found;
}

/** Names bytes, modes, sizes and times of everything below a directory, except what `without` fits. */
export function fingerprint(dir: string, without = /^$/): string {
  const hash = createHash("sha256");
  const paths = readdirSync(dir, { recursive: true, encoding: "utf8" }).toSorted();
  for (const path of paths.filter((one) => !without.test(one))) {
    const { mode, size, mtimeMs, ino, nlink } = lstatSync(join(dir, path));
    const isFile = (mode & 0o170000) === 0o100000;
    const isDir = (mode & 0o170000) === 0o040000;
    hash.update(JSON.stringify([path, mode, ino, isDir ? 0 : [size, mtimeMs, nlink]]));
    if (isFile) hash.update(readFileSync(join(dir, path)));
  }
  return hash.digest("hex");
}

/** Builds a tree in a store without any directory. */
export async function treeOf(blobs: MemoryBlobs, specs: Specs): Promise<Digest> {
  const [here, below] = [new Map<string, Spec>(), new Map<string, Record<string, Spec>>()];
  for (const [path, spec] of Object.entries(specs)) {
    const [, name = path, rest] = /^([^/]*)\/([^]*)$/.exec(path) ?? [];
    if (rest === undefined) here.set(name, spec);
    else below.set(name, { ...below.get(name), [rest]: spec });
  }
  const entries: TreeEntry[] = [];
  for (const name of new Set([...here.keys(), ...below.keys()])) {
    entries.push(await entryOf(blobs, name, here.get(name) ?? { dir: 0o755 }, below.get(name) ?? {}));
  }
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return (await treeStore(blobs).store([{ v: 1, entries: sorted }]))[0] ?? "";
}

async function entryOf(blobs: MemoryBlobs, name: string, spec: Spec, below: Specs): Promise<TreeEntry> {
  if (typeof spec === "object" && "link" in spec) return { name, type: "symlink", target: spec.link };
  if (typeof spec === "object" && "dir" in spec)
    return { name, type: "dir", mode: spec.dir, tree: await treeOf(blobs, below) };
  const plain = typeof spec === "string" || spec instanceof Uint8Array;
  const bytes = plain ? Buffer.from(spec) : Buffer.from(spec.text);
  const [content = ""] = await blobs.put([bytes]);
  return { name, type: "file", mode: plain ? 0o644 : spec.mode, size: bytes.length, content };
}

/** Files and symlinks of a tree as `readFiles` shows them, directories too. */
export async function filesOf(blobs: MemoryBlobs, tree: Digest): Promise<Record<string, Spec>> {
  const found: Record<string, Spec> = {};
  for await (const { path, entry } of listTree(treeStore(blobs), tree)) {
    if (entry.type === "dir") found[path] = { dir: entry.mode };
    else if (entry.type === "symlink") found[path] = { link: entry.target };
    else
      found[path] = {
        text: Buffer.from(await blobs.get(entry.content)).toString("latin1"),
        mode: entry.mode,
      };
  }
  return found;
}

/** Tests that need git say so: `it.skipIf(noGit)`. */
export const noGit = spawnSync("git", ["--version"]).status !== 0;

const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
export const plainGitEnv: Readonly<Record<string, string | undefined>> = {
  ...clean,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

/** Plain git, as a user runs it. */
export const git = (dir: string, ...args: string[]): string =>
  execFileSync("git", args, {
    cwd: dir,
    env: plainGitEnv,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

/** A repository with one commit of these files. */
export function repository(specs: Specs): string {
  const dir = tempDir();
  git(dir, "init", "-q", "-b", "main");
  git(dir, "config", "user.name", "Ada");
  git(dir, "config", "user.email", "ada@example.org");
  writeFiles(dir, specs);
  git(dir, "add", "-A");
  git(dir, "commit", "-q", "--allow-empty", "-m", "first");
  return dir;
}
