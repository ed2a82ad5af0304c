import { relative } from "node:path";
import type { ProjectFile } from "../edges/project/project-file.ts";
import { Refused } from "./exit.ts";

/** A setting that a person relies on, and why this version cannot keep to it. */
interface Unkept {
  readonly where: string;
  readonly why: string;
}

/**
 * A setting that would be taken and not kept to is worse than one that is refused: someone counts on it.
 * @param cwd where the person stands. @throws Refused
 */
export function refuseUnsupported(cwd: string, project: ProjectFile): void {
  const settings = relative(cwd, project.path ?? project.dir);
  const [first] = others(settings, project);
  if (first !== undefined) throw new Refused(`${first.where}: ${first.why}`);
}

function* others(where: string, { spec: { traces } }: ProjectFile): Iterable<Unkept> {
  if (traces !== undefined && traces.content !== "none")
    yield { where, why: "this version sends no traces yet; remove traces, or set traces: { content: none }" };
}
