import { lstat } from "node:fs/promises";
import type { Stats } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { RunConfig } from "../../core/goal.ts";
import type { Ports } from "../../core/ports.ts";
import { isDotHarness } from "../../core/reserved-name.ts";
import type { RunState } from "../../core/run.ts";
import { diffTrees } from "../../core/tree-diff.ts";
import { treeStore } from "../../core/tree-store.ts";
import { exportBranch } from "../../edges/files/export-branch.ts";
import { exportTree } from "../../edges/files/export-tree.ts";
import { unifiedPatch } from "../../edges/files/patch.ts";
import { quotePath } from "../../edges/files/quote-path.ts";
import { readRun } from "../../loop/own.ts";
import { readJson } from "../../loop/texts.ts";
import { diskTrouble } from "../disk-trouble.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import { withRun } from "../reader.ts";
import { statThere } from "../there.ts";
import { visibleLines } from "../view/visible.ts";
import { plural } from "../view/words.ts";

/** `harness diff [RUN]`: a patch from the start of the run to its head; exact in a pipe, safe to look at on a terminal. */
export const diff = async (
  io: Io,
  named: string | undefined,
  options: { readonly stat?: boolean; readonly json?: boolean; readonly patch?: boolean },
): Promise<number> => {
  const ofTwo = options.json === true ? "--json" : options.patch === true ? "--patch" : null;
  if (ofTwo !== null)
    throw new Refused(`${ofTwo} is for two runs that are compared: harness diff RUN RUN ${ofTwo}`);
  return withRun(io, named, async ({ storage }, id) => {
    const run = await readRun(storage, id);
    if (options.stat === true) return stat(io, storage, run);
    const store = treeStore(storage.blobs);
    const leftOut: string[] = [];
    const onLeftOut = (path: string): void => void leftOut.push(path);
    const request = { store, blobs: storage.blobs, from: run.base, to: run.head, onLeftOut };
    for await (const chunk of unifiedPatch(request)) io.out(io.isOutTerminal ? visibleLines(chunk) : chunk);
    sayLeftOut(io, leftOut, "which no patch can hold");
    return exit.ok;
  });
};

async function stat(io: Io, { blobs }: Pick<Ports, "blobs">, run: RunState): Promise<number> {
  for (const { path, before, after } of await diffTrees(treeStore(blobs), run.base, run.head)) {
    if (before?.type === "dir" || after?.type === "dir") continue;
    const mark = before === null ? "A" : after === null ? "D" : "M";
    const size = after?.type === "file" ? `${after.size} bytes` : "";
    io.out(`${mark}  ${quotePath(path)}  ${size}`.trimEnd() + "\n");
  }
  return exit.ok;
}

export interface TakeOptions {
  readonly to?: string;
  readonly branch?: string;
  readonly manifest?: boolean;
}

/** `harness export [RUN] --to DIR | --branch NAME | --manifest`. */
export const take = async (io: Io, named: string | undefined, options: TakeOptions): Promise<number> =>
  withRun(io, named, async ({ storage }, id) => {
    const wanted = [options.to, options.branch, options.manifest].filter((one) => one !== undefined);
    if (wanted.length !== 1)
      throw new Refused("say what: harness export --to DIR, --branch NAME, or --manifest, one of them");
    if (options.manifest === true) {
      io.out(`${JSON.stringify(await readManifest(storage, id), null, 2)}\n`);
      return exit.ok;
    }
    if (options.to !== undefined) return exportTo(io, storage, id, resolve(io.cwd, options.to));
    return toBranch(io, storage, id, options.branch ?? "");
  });

/** Writes the head of a run into a new or empty directory. */
export async function exportTo(
  io: Io,
  ports: Pick<Ports, "journal" | "blobs">,
  id: string,
  to: string,
): Promise<number> {
  const run = await readRun(ports, id);
  const request = { blobs: ports.blobs, startTree: run.base, tree: run.head, to };
  const { files, leftOut } = await exportTree(request).catch((error: unknown) => {
    throw unwritable(error, id, to) ?? error;
  });
  sayUnmet(io, run);
  io.err(` wrote ${plural(files, "file")} to ${to}\n`);
  sayLeftOut(io, leftOut, "which could run programs on this machine");
  return exit.ok;
}

/** The run is as it was: it is the export that is to be said again. null: it is not the place that failed. */
function unwritable(error: unknown, id: string, to: string): Refused | null {
  const trouble = diskTrouble(error);
  const { code, message } = error as NodeJS.ErrnoException;
  if (trouble === null || code?.startsWith("SQLITE_") === true) return null;
  return new Refused(
    `the disk of ${to} ${trouble.does} (${message}); ${trouble.mend}, then: harness export ${id} --to ${to}`,
    exit.infrastructure,
  );
}

/** Where the result of `run --export DIR` goes; refused before the run starts when it is taken. */
export async function exportTarget(io: Io, dir: string | undefined): Promise<string | null> {
  if (dir === undefined) return null;
  const target = resolve(io.cwd, dir);
  if (basename(target).length > 255)
    throw new Refused(`--export ${dir}: the name is too long; name a new directory`);
  if ((await lookAt(target)) !== null) throw new Refused(`--export ${dir}: it exists; name a new directory`);
  const above = await nearestAbove(target);
  if (!above.isDirectory())
    throw new Refused(`--export ${dir}: a file stands where its folder should be; name a new directory`);
  return target;
}

/** As `statThere`, but a link is there wherever it leads. */
async function lookAt(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

/** What is there above a path that is not. */
async function nearestAbove(path: string): Promise<Stats> {
  const above = dirname(path);
  return (await statThere(above)) ?? nearestAbove(above);
}

async function toBranch(
  io: Io,
  ports: Pick<Ports, "journal" | "blobs">,
  id: string,
  branch: string,
): Promise<number> {
  const run = await readRun(ports, id);
  const config = await readJson<RunConfig>(ports.blobs, run.config);
  const commit = config.git?.commit ?? null;
  if (commit === null) {
    throw new Refused(`run ${id} did not start from a git commit; use: harness export ${id} --to DIR`);
  }
  const made = await exportBranch({
    blobs: ports.blobs,
    startTree: run.base,
    tree: run.head,
    repo: config.workspace,
    branch,
    base: commit,
    message: `${config.title}\n\nharness run ${id}, journal ${run.hash}`,
  });
  sayUnmet(io, run);
  io.err(
    ` wrote branch ${branch} (${made.commit.slice(0, 7)}) in ${config.workspace}; your files are untouched\n`,
  );
  sayLeftOut(io, made.leftOut, "which no commit can hold");
  const dirty = config.git?.dirty ?? 0;
  if (dirty > 0)
    io.err(` not in it  ${plural(dirty, "uncommitted file")} of yours, with which the result was judged\n`);
  return exit.ok;
}

/** Changes below a `.git` never reach the user; nor do those in a `.harness` at the top, of runs of old versions. */
function sayLeftOut(io: Io, paths: readonly string[], why: string): void {
  for (const path of paths) {
    const reason = isDotHarness(path.split("/")[0] ?? "") ? "in .harness" : `in a nested .git, ${why}`;
    io.err(` not in it: ${quotePath(path)} (${reason})\n`);
  }
}

function sayUnmet(io: Io, run: RunState): void {
  if (run.outcome !== "met")
    io.err(` note: run ${run.id} is ${run.outcome ?? "not finished"}; this is what was accepted so far\n`);
}
