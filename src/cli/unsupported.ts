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
  const found = [...sandbox(file, settings, goal, project), ...network(file, settings, goal, project)];
  const [first] = [...found, ...others(settings, project)];
  if (first !== undefined) throw new Refused(`${first.where}: ${first.why}`);
}

function* sandbox(file: string, settings: string, goal: GoalFile, project: ProjectFile): Iterable<Unkept> {
  const wanted = { ...project.spec.sandbox, ...goal.spec.sandbox };
  const whereOf = (key: "kind" | "image" | "dockerfile" | "setup"): string =>
    goal.spec.sandbox?.[key] === undefined ? settings : file;
  const why = "this version has the embedded sandbox only; set sandbox: { kind: embedded }";
  if (wanted.kind === "docker") yield { where: whereOf("kind"), why };
  if (wanted.image !== undefined) yield { where: whereOf("image"), why };
  if (wanted.dockerfile !== undefined) yield { where: whereOf("dockerfile"), why };
  if (wanted.setup === undefined) return;
  const none = "sandbox.setup needs the Docker sandbox, which this version does not have yet";
  yield { where: whereOf("setup"), why: none };
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
  if (approvals?.notify !== undefined)
    yield {
      where,
      why: "this version tells nobody of approvals; remove approvals.notify, and look with: harness approvals",
    };
  if (traces !== undefined && traces.content !== "none")
    yield { where, why: "this version sends no traces yet; remove traces, or set traces: { content: none }" };
}
