import { mkdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { durationMs } from "../../core/duration.ts";
import type { GoalFile } from "../../edges/project/goal-file.ts";
import { readGoal } from "../../edges/project/goal-file.ts";
import { staysInside } from "../../core/tree-path.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { Refused } from "../exit.ts";
import { requestFor } from "../request.ts";
import type { Request } from "../request.ts";
import { statThere } from "../there.ts";
import type { ArmUse } from "./arm-use.ts";
import type { Place } from "./place.ts";

/** Absolute paths of what a case consists of. */
export interface CaseFiles {
  readonly folder: string;
  readonly goal: string;
  /** Where the work begins; not there: with no file at all. */
  readonly workspace: string;
  /** Files of a right result, to be put over the workspace. */
  readonly oracle: string;
  /** A line for each path that a right result has no more; need not be there. */
  readonly removed: string;
}

/** @param suite its folder, absolute @throws Refused */
export function caseFiles(suite: string, folder: string): CaseFiles {
  if (!staysInside(folder))
    throw new Refused(`${suite}: the folder ${folder} of a case leaves its suite; name one inside`);
  const at = join(suite, folder);
  return {
    folder: at,
    goal: join(at, "goal.md"),
    workspace: join(at, "workspace"),
    oracle: join(at, "oracle"),
    removed: join(at, "removed.txt"),
  };
}

/** What a run of a case is asked for, as `harness run` would ask for it. @throws Refused, BadInput */
export async function caseRequest(
  place: Place,
  files: CaseFiles,
  use: ArmUse,
  spec: Pick<SuiteSpec, "timeout">,
): Promise<Request> {
  const goal = await readGoal(files.goal);
  const workspace = await workspaceOf(place, files, goal);
  const shown = relative(place.project.dir, files.goal);
  const options = { json: true, ...(use.model === null ? {} : { model: use.model }) };
  const request = await requestFor(place.io, shown, { ...goal, spec: { ...goal.spec, workspace } }, options);
  return settled(request, use, durationMs(goal.spec.budget?.wall ?? spec.timeout));
}

/** Where the work of a case begins. @throws Refused where it would show the agent its oracle */
export async function workspaceOf(place: Place, files: CaseFiles, { spec }: GoalFile): Promise<string> {
  const said = spec.workspace === undefined ? files.workspace : resolve(files.folder, spec.workspace);
  const [inside, oracle] = [relative(files.folder, said), relative(said, files.oracle)];
  if (inside === ".." || !staysInside(inside) || staysInside(oracle))
    throw new Refused(
      `${files.goal}: the workspace of a case lies in its folder and does not hold its oracle; leave workspace: out, it is workspace/`,
    );
  if (spec.workspace !== undefined || (await statThere(said)) !== null) return said;
  // Git keeps no directory without files.
  const empty = join(place.dir, "empty");
  await mkdir(empty, { recursive: true });
  return empty;
}

/** A provider that is down is waited for by whoever asks all the cases. */
const mostOutageMs = 5 * 60_000;

/** As all runs of an evaluation are: nobody is asked, no other model answers, nothing of another run is taken over. */
export const settled = (request: Request, use: ArmUse, timeoutMs: number): Request => ({
  ...request,
  prompts: use.prompts,
  rubrics: use.rubrics,
  models: { ...request.models, fallback: null },
  isAnew: true,
  budget: { ...request.budget, wallMs: timeoutMs },
  limits: {
    ...request.limits,
    review: false,
    outageMs: Math.min(request.limits.outageMs, mostOutageMs, Math.ceil(timeoutMs / 2)),
  },
});
