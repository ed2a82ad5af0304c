import { relative } from "node:path";
import type { Role } from "../../core/id.ts";
import { prompts } from "../../edges/prompts/prompts.ts";
import { readProject } from "../../edges/project/project-file.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import { listRubrics } from "../../edges/project/resolve.ts";
import { inItsFile, workingFile } from "../registry/prompt-text.ts";
import { plural } from "../view/words.ts";
import { ok, wordsOf, wrong } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { registryFindings } from "./registry.ts";

export const roles: readonly Role[] = ["planner", "worker", "evaluator"];

/** The project a person stands in. Settings that cannot be read are a finding; the defaults hold for all others. */
export async function readSettings(
  cwd: string,
): Promise<{ readonly project: ProjectFile; readonly finding: Finding }> {
  try {
    const project = await readProject(cwd);
    const found =
      project.path === null
        ? "there is no harness.yaml: the defaults hold (harness init makes one)"
        : relative(cwd, project.path);
    return { project, finding: ok("settings", found) };
  } catch (error) {
    const project = { dir: cwd, spec: {}, path: null };
    return {
      project,
      finding: wrong("settings", wordsOf(error), "mend that line; the rest was looked at without it"),
    };
  }
}

/** Prompts and rubrics, and their versions; the project's own before those that come with harness. */
export const projectFindings = async (dir: string): Promise<readonly Finding[]> => [
  ...(await promptFindings(dir)),
  await rubricFinding(dir),
  ...(await registryFindings(dir)),
];

async function promptFindings(dir: string): Promise<readonly Finding[]> {
  const check = prompts();
  const own: string[] = [];
  const faults: Finding[] = [];
  for (const name of [...roles, "judge"]) {
    try {
      const text = await workingFile(dir, name);
      inItsFile(text, (source) => check.check(source));
      if (text.isOwn) own.push(name);
    } catch (error) {
      faults.push(wrong("prompts", wordsOf(error), `mend it, or remove the file to use the one of harness`));
    }
  }
  if (faults.length > 0) return faults;
  return [
    ok("prompts", own.length === 0 ? "those that come with harness" : `of this project: ${own.join(", ")}`),
  ];
}

async function rubricFinding(dir: string): Promise<Finding> {
  try {
    const rubrics = await listRubrics(dir);
    return ok(
      "rubrics",
      `${plural(rubrics.length, "rubric")}: ${rubrics.map(({ rubric }) => rubric).join(", ")}`,
    );
  } catch (error) {
    return wrong("rubrics", wordsOf(error), "mend that line, or remove the file");
  }
}
