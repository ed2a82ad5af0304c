import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SandboxSpec } from "../../core/goal.ts";
import type { GoalFile } from "../../edges/project/goal-file.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import { statThere } from "../there.ts";

/** `either`: containers where an engine answers, the embedded sandbox where none does. */
export type WishedKind = "docker" | "embedded" | "either";

/** A setting that only a container can keep wishes for one. What a goal says wins. */
export function wishedKind(project: ProjectFile, goal: GoalFile | null): WishedKind {
  const spec: SandboxSpec = { ...project.spec.sandbox, ...goal?.spec.sandbox };
  const { kind, ...others } = spec;
  if (kind !== undefined) return kind;
  return Object.values(others).some((setting) => setting !== undefined) ? "docker" : "either";
}

/** A goal that asks for nothing, where a person names none: the project's settings hold. */
export const anyGoal = (project: ProjectFile): GoalFile => ({
  path: join(project.dir, "goal.md"),
  spec: {},
  title: "",
  text: "",
  checks: [],
  source: new Uint8Array(),
});

/**
 * The image that the last stage of a Dockerfile stands on; null: the file is not there, "": it stands on none, or on
 * one that only the build can tell.
 */
export async function baseImage(path: string): Promise<string | null> {
  if ((await statThere(path)) === null) return null;
  const stages = new Map<string, string>();
  let last = "";
  for (const [, from = "", name] of (await readFile(path, "utf8")).matchAll(
    /^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?/gim,
  )) {
    last = stages.get(from.toLowerCase()) ?? from;
    if (name !== undefined) stages.set(name.toLowerCase(), last);
  }
  return last.includes("$") || last === "scratch" ? "" : last;
}
