import { relative } from "node:path";
import type { GoalFile } from "../edges/project/goal-file.ts";
import type { ProjectFile } from "../edges/project/project-file.ts";
import { Refused } from "./exit.ts";

/** A setting that a person relies on, and why this version cannot keep to it. */
interface Unkept {
  readonly where: string;
  readonly why: string;
}

/**
 * A setting that would be taken and not kept to is worse than one that is refused: someone counts on it.
 * @param cwd, file where the person stands, and the goal file as they named it. @throws Refused
 */
export function refuseUnsupported(cwd: string, file: string, goal: GoalFile, project: ProjectFile): void {
  const settings = relative(cwd, project.path ?? project.dir);
  const [first] = [...network(file, settings, goal, project), ...others(settings, project)];
  if (first !== undefined) throw new Refused(`${first.where}: ${first.why}`);
}

function* network(file: string, settings: string, goal: GoalFile, project: ProjectFile): Iterable<Unkept> {
  const wanted = goal.spec.network ?? project.spec.network;
  if (wanted === undefined || wanted.allow.length === 0) return;
  const where = goal.spec.network === undefined ? settings : file;
  yield { where, why: "this version has no network for sandboxes yet; remove network.allow" };
}

function* others(where: string, { spec: { approvals, traces } }: ProjectFile): Iterable<Unkept> {
  if (approvals?.rules !== undefined && approvals.rules.length > 0)
    yield {
      where,
      why: "this version has no rules for approvals yet; remove approvals.rules (approvals.ask_from holds)",
    };
  if (traces !== undefined && traces.content !== "none")
    yield { where, why: "this version sends no traces yet; remove traces, or set traces: { content: none }" };
}
