import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { appendFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Docker from "dockerode";
import type { Entry } from "../../src/core/event.ts";
import type { Digest } from "../../src/core/id.ts";
import { listTree } from "../../src/core/tree-diff.ts";
import { treeStore } from "../../src/core/tree-store.ts";
import { openStorageReader } from "../../src/edges/sqlite/storage.ts";
import { stateOf } from "../crash/place.ts";
import { fingerprint, git, plainGitEnv, readFiles, tempDir } from "../edges/files/ground.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A copy of an example, as a person would have it. */
export interface Project {
  readonly dir: string;
  /** A repository with one commit, a change and a file that are not committed, and a secret. */
  readonly workspace: string;
}

/** A name that no shell script forgets about: git, patches and trees must carry it like any other. */
const oddName = "two\nlines of it.txt";

/** @param also what else a copy needs before its commit */
export async function projectOf(
  name: string,
  also: (dir: string) => Promise<void> = async () => undefined,
): Promise<Project> {
  const dir = tempDir();
  const workspace = join(dir, "workspace");
  await cp(join(root, "examples", name), dir, { recursive: true, verbatimSymlinks: true });
  await mkdir(join(workspace, "sample"), { recursive: true });
  await writeFile(join(workspace, "sample", oddName), "odd\n");
  await also(dir);
  git(workspace, "init", "-q", "-b", "main");
  git(workspace, "add", "-A");
  git(workspace, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "start");
  await appendFile(join(workspace, "README.md"), "\nA line that is not committed.\n");
  await writeFile(join(workspace, "later.txt"), "not committed either\n");
  await writeFile(join(workspace, ".env"), "TOKEN=secret\n");
  return { dir, workspace };
}

/** What a command came to, as whoever typed it sees it. */
export interface Done {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** The program itself, in the directory of a project. @param failpoint where it dies as by `kill -9`; "": nowhere */
export const harness = async ({ dir }: Project, args: readonly string[], failpoint = ""): Promise<Done> =>
  new Promise((resolve) => {
    const options = { cwd: dir, env: { ...process.env, HARNESS_FAILPOINT: failpoint }, maxBuffer: 1 << 26 };
    const bin = join(root, "bin", "harness.cjs");
    const child = execFile(process.execPath, [bin, ...args], options, (_error, out, err) =>
      resolve({ code: child.exitCode, signal: child.signalCode, out, err }),
    );
  });

/** Everything about a person's directory that a run must leave as it is: its files, its `.git`, what git says of it. */
export const looksOf = ({ workspace }: Project): { readonly files: string; readonly status: string } => ({
  // Without the locks that git takes to write down what it has looked at.
  status: git(workspace, "--no-optional-locks", "status", "--porcelain"),
  files: fingerprint(workspace),
});

/** The containers of a project, running or not. They carry a digest of this machine and its state directory. */
async function containersOf({ dir }: Project): Promise<readonly Docker.ContainerInfo[]> {
  const project = createHash("sha256")
    .update(`${hostname()}\0${stateOf(dir)}`)
    .digest("hex")
    .slice(0, 16);
  return new Docker().listContainers({ all: true, filters: { label: [`harness.project=${project}`] } });
}

/** What runs of a project have left behind: containers, and directories of slots. */
export async function leftBehind(project: Project): Promise<{ containers: string[]; slots: string[] }> {
  const containers = await containersOf(project);
  return {
    containers: containers.flatMap(({ Names }) => Names),
    slots: readdirSync(join(stateOf(project.dir), "slots")),
  };
}

/** For a test that failed. */
export async function removeContainers(project: Project): Promise<void> {
  for (const { Id } of await containersOf(project))
    await new Docker().getContainer(Id).remove({ force: true });
}

/** What came in, as plain files: everything but `.git` and the secret. */
export async function startOf({ workspace }: Project): Promise<string> {
  const to = tempDir();
  await cp(workspace, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  await rm(join(to, ".git"), { recursive: true });
  await rm(join(to, ".env"));
  return to;
}

/** The files of a commit. */
export function filesOfCommit({ workspace }: Project, commit: string): ReturnType<typeof readFiles> {
  const to = tempDir();
  const tar = join(tempDir(), "commit.tar");
  git(workspace, "-c", "tar.umask=022", "archive", `--output=${tar}`, commit);
  execFileSync("tar", ["-xf", tar, "-C", to]);
  return readFiles(to);
}

export function apply(patch: string, dir: string): void {
  execFileSync("git", ["apply", "-"], { cwd: dir, input: patch, env: plainGitEnv });
}

export async function entriesOf({ dir }: Project, run: string): Promise<readonly Entry[]> {
  const reader = await openStorageReader(stateOf(dir));
  try {
    return await Array.fromAsync(reader.journal.read(run, 0));
  } finally {
    await reader.close();
  }
}

/** Names under which events name trees. */
const treeNames = new Set(["base", "start", "head", "tree", "candidate"]);

/** Every path of every tree that the journal of a run names. */
export async function pathsOfTrees(project: Project, run: string): Promise<ReadonlySet<string>> {
  const entries = await entriesOf(project, run);
  const trees = new Set<Digest>(
    entries.flatMap(({ body }) =>
      Object.entries(body).flatMap(([name, value]) =>
        treeNames.has(name) && typeof value === "string" ? [value] : [],
      ),
    ),
  );
  const reader = await openStorageReader(stateOf(project.dir));
  try {
    const paths = new Set<string>();
    const refuse = async (): Promise<never> => Promise.reject(new Error("trees are only read here"));
    const store = treeStore({ get: async (digest) => reader.blobs.get(digest), put: refuse });
    for (const tree of trees) for await (const { path } of listTree(store, tree)) paths.add(path);
    return paths;
  } finally {
    await reader.close();
  }
}

/** Most attempts that were open at one moment. */
export function mostAtOnce(entries: readonly Entry[]): number {
  let [open, most] = [0, 0];
  for (const { type } of entries) {
    if (type === "attempt-started") open += 1;
    if (type === "attempt-ended") open -= 1;
    most = Math.max(most, open);
  }
  return most;
}

/** Tasks that were begun again after they had been accepted. */
export function redone(entries: readonly Entry[]): readonly string[] {
  const accepted = new Set<string>();
  return entries.flatMap((entry) => {
    if (entry.type === "task-accepted") accepted.add(entry.body.task);
    return entry.type === "attempt-started" && accepted.has(entry.body.task) ? [entry.body.task] : [];
  });
}
