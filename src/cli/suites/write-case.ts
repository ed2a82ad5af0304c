import { randomBytes } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import { isReserved } from "../../core/reserved-name.ts";
import { diffTrees, listTree } from "../../core/tree-diff.ts";
import type { TreeEntry, TreeStore } from "../../core/tree.ts";
import type { Excludes } from "../../edges/files/exclude.ts";
import { textOfPath } from "../../edges/files/names.ts";
import { removeTree } from "../../edges/files/remove.ts";
import { writeEntry } from "../../edges/files/write-tree.ts";
import type { Writing } from "../../edges/files/write-tree.ts";
import type { CaseTexts } from "./case-goal.ts";

export interface CaseTrees {
  readonly store: TreeStore;
  readonly blobs: Pick<Blobs, "get" | "getStream">;
  /** What the work began with. */
  readonly start: Digest;
  /** What was accepted. */
  readonly result: Digest;
  readonly excludes: Excludes;
  /** Whether these bytes hold a value that nobody may see. */
  readonly holdsSecret: (bytes: Uint8Array) => boolean;
}

/** What a case consists of, and what of it is not written. */
export interface CaseContent {
  readonly workspace: readonly FileAt[];
  readonly oracle: readonly FileAt[];
  /** Paths that the result has no more. */
  readonly removed: readonly string[];
  readonly leftOut: readonly { readonly path: string; readonly why: string }[];
}

interface FileAt {
  readonly path: string;
  readonly entry: Exclude<TreeEntry, { type: "dir" }>;
}

/** The files of a case, without what an import would leave out: suites are shared. */
export async function caseContent(trees: CaseTrees): Promise<CaseContent> {
  const leftOut = new Map<string, string>();
  const workspace: FileAt[] = [];
  for await (const { path, entry } of listTree(trees.store, trees.start))
    if (entry.type !== "dir" && (await isKept(trees, path, entry, leftOut))) workspace.push({ path, entry });
  const oracle: FileAt[] = [];
  const gone: string[] = [];
  for (const { path, before, after } of await diffTrees(trees.store, trees.start, trees.result)) {
    if (after !== null && after.type !== "dir") {
      if (await isKept(trees, path, after, leftOut)) oracle.push({ path, entry: after });
    } else if (before !== null && before.type !== "dir" && !isReserved(path)) gone.push(path);
  }
  // Where a directory took the place of a file, what is in the directory says so.
  const removed = gone.filter(
    (path) => !/[\r\n]/.test(path) && !oracle.some((one) => one.path.startsWith(`${path}/`)),
  );
  return { workspace, oracle, removed, leftOut: [...leftOut].map(([path, why]) => ({ path, why })) };
}

async function isKept(
  { excludes, holdsSecret, blobs }: CaseTrees,
  path: string,
  entry: FileAt["entry"],
  leftOut: Map<string, string>,
): Promise<boolean> {
  const why = isReserved(path)
    ? "it is git's or the harness's own"
    : (excludedBy(excludes, path) ??
      (entry.type === "file" && holdsSecret(await blobs.get(entry.content)) ? "it holds a secret" : null));
  if (why !== null) leftOut.set(textOfPath(path), why);
  return why === null;
}

/** Of a directory that is left out nothing is looked at, so each step of a path is asked. */
function excludedBy(excludes: Excludes, path: string): string | null {
  const steps = textOfPath(path).split("/");
  for (const [index] of steps.entries()) {
    const pattern = excludes(steps.slice(0, index + 1).join("/"), index < steps.length - 1);
    if (pattern !== null) return `excluded by ${pattern}`;
  }
  return null;
}

/** Writes the folder of a case: whole, or not at all. Nothing may be there. */
export async function writeCase(
  { store, blobs }: CaseTrees,
  folder: string,
  { goal, plan }: CaseTexts,
  { workspace, oracle, removed }: CaseContent,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const stage = join(dirname(folder), `.${basename(folder)}.${randomBytes(6).toString("hex")}`);
  await mkdir(stage);
  try {
    await writeFile(join(stage, "goal.md"), goal, { flush: true });
    if (plan !== null) await writeFile(join(stage, "plan.yaml"), plan, { flush: true });
    const writing = { store, blobs, owner: null, wrote: () => undefined };
    await writeFiles({ ...writing, root: join(stage, "workspace") }, workspace);
    await writeFiles({ ...writing, root: join(stage, "oracle") }, oracle);
    if (removed.length > 0)
      await writeFile(join(stage, "removed.txt"), `${removed.join("\n")}\n`, { flush: true });
    await rename(stage, folder);
  } finally {
    await removeTree(stage);
  }
}

async function writeFiles(writing: Writing, files: readonly FileAt[]): Promise<void> {
  await mkdir(writing.root);
  for (const { path, entry } of files) {
    await mkdir(dirname(join(writing.root, textOfPath(path))), { recursive: true });
    await writeEntry(writing, path, entry);
  }
}
