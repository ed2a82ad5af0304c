import { readFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import type { Digest, RunId } from "../../core/id.ts";
import { harmless } from "../../core/host.ts";
import type { Ports } from "../../core/ports.ts";
import { overlay } from "../../core/tree-overlay.ts";
import { entriesOf, root } from "../../core/tree-diff.ts";
import { storeEntries, treeStore } from "../../core/tree-store.ts";
import type { TreeEntry, TreeStore } from "../../core/tree.ts";
import type { AgentCase } from "../../evals/suite/case.ts";
import { readGoal } from "../../edges/project/goal-file.ts";
import type { GoalFile } from "../../edges/project/goal-file.ts";
import { tryGoal } from "../../loop/check-goal.ts";
import type { TriedCheck } from "../../loop/check-goal.ts";
import { Refused } from "../exit.ts";
import { networkOf } from "../request.ts";
import { startingPoint } from "../starting-point.ts";
import { statThere } from "../there.ts";
import { oneLine } from "../view/words.ts";
import { whichSandbox } from "../which-sandbox.ts";
import { openGround } from "../wire.ts";
import { treeOf } from "./case-identity.ts";
import { caseFiles, workspaceOf } from "./case-request.ts";
import type { CaseFiles } from "./case-request.ts";
import type { Place } from "./place.ts";

/** What the files of a case say: why what should pass fails, or what should fail passes; null: as it should be. */
export interface TriedFiles {
  readonly oracle: string | null;
  readonly nothing: string | null;
}

/**
 * Tries the checks of a case in its sandbox, without any model: with the oracle's files over the workspace all of them hold,
 * and with nothing done some do not. Rubrics are not asked.
 * @param suite its folder, absolute @throws Refused, BadInput, SandboxDown where the case cannot be tried
 */
export async function oracleOf(place: Place, suite: string, found: AgentCase): Promise<TriedFiles> {
  const files = caseFiles(suite, found.folder);
  return withCase(place, files, async (attempt) => {
    const nothing = await attempt(null);
    if (nothing === unjudged) return { oracle: unjudged, nothing: null };
    const isThere = (await statThere(files.oracle)) !== null || (await statThere(files.removed)) !== null;
    const noOracle = `${relative(dirname(suite), files.folder)} has no oracle/; put the files of a right result there`;
    return {
      oracle: isThere ? await attempt(files.oracle) : noOracle,
      nothing: nothing === null ? "its checks hold before any work; write one that does not" : null,
    };
  });
}

/** What is wrong with a result, whose files lie in `dir`, by the checks of its case; null: they hold. @throws as `oracleOf` */
export const resultFault = async (
  place: Place,
  suite: string,
  found: AgentCase,
  dir: string,
): Promise<string | null> => withCase(place, caseFiles(suite, found.folder), async (attempt) => attempt(dir));

const unjudged = "none of its checks can be tried without a model; add one that is a command or a file";

/** What fails with these files over the workspace; null: with nothing. */
type Attempt = (dir: string | null) => Promise<string | null>;

async function withCase<T>(
  place: Place,
  files: CaseFiles,
  work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const { project, io } = place;
  const goal = await readGoal(files.goal);
  const scratch = project.spec.workspace?.scratch ?? null;
  const workspace = await workspaceOf(place, files, goal);
  const sandbox = await whichSandbox(io, goal, project, undefined);
  const opened = await place.sandbox(sandbox);
  const request = { project, workspace, scratch, sandbox, secrets: place.kept.all, state: place.dir };
  const start = await startingPoint(place.storage, opened, request, {
    onProgress: () => undefined,
    whileSettingUp: async (_, wait) => wait(),
  });
  const ports = {
    workspaces: openGround(place.dir, place.storage.blobs, start.ground),
    sandbox: opened.sandbox,
  };
  try {
    return await work(async (dir) => {
      const tree =
        dir === null
          ? start.imported.tree
          : await resultTree(place, scratch, start.imported.tree, dir, files);
      return failing(ports, start.id, tree, goal, harmless(networkOf(goal, project)));
    });
  } finally {
    await start.ownership.release();
  }
}

async function failing(
  ports: Pick<Ports, "workspaces" | "sandbox">,
  id: RunId,
  tree: Digest,
  goal: GoalFile,
  hosts: readonly string[],
): Promise<string | null> {
  const tried = await tryGoal(ports, id, tree, goal.checks, hosts);
  const judged = tried.filter((one) => one.tried !== null || one.fault !== null);
  if (judged.length === 0) return unjudged;
  const fault = judged.find((one) => one.fault !== null && one.check.guard !== true)?.fault;
  if (fault != null) throw new Refused(`${goal.path}: ${oneLine(fault, 400)}`);
  return judged.map(faultOf).find((one) => one !== null) ?? null;
}

const faultOf = ({ check, tried, fault }: TriedCheck): string | null => {
  if (tried?.result === "pass") return null;
  return `check "${check.id}" does not hold: ${oneLine(fault ?? tried?.explanation ?? "", 300)}`;
};

/** The workspace with these files over it, and without what a right result has no more. */
async function resultTree(
  place: Place,
  scratch: readonly string[] | null,
  base: Digest,
  dir: string,
  files: CaseFiles,
): Promise<Digest> {
  const store = treeStore(place.storage.blobs);
  const over = (await statThere(dir)) === null ? null : await treeOf(place, dir, scratch);
  const { tree } = over === null ? { tree: base } : await overlay(store, base, over, () => true);
  return dir === files.oracle ? without(store, tree, await removedPaths(files)) : tree;
}

async function removedPaths({ removed }: CaseFiles): Promise<readonly string[]> {
  if ((await statThere(removed)) === null) return [];
  const text = await readFile(removed, "utf8");
  return text.split(/\r?\n/).filter((line) => line !== "");
}

async function without(store: TreeStore, tree: Digest, paths: readonly string[]): Promise<Digest> {
  let now = tree;
  for (const path of paths) {
    const after = await removed(store, root(now), path.split("/"));
    if (after.type === "dir") now = after.tree;
  }
  return now;
}

async function removed(
  store: TreeStore,
  entry: TreeEntry,
  [step = "", ...rest]: readonly string[],
): Promise<TreeEntry> {
  const entries = await entriesOf(store, entry);
  if (entry.type !== "dir" || !entries.has(step)) return entry;
  const kept = [...entries.values()].filter(({ name }) => rest.length > 0 || name !== step);
  const after = await Promise.all(
    kept.map(async (one) => (one.name === step ? removed(store, one, rest) : one)),
  );
  return { ...entry, tree: await storeEntries(store, after) };
}
