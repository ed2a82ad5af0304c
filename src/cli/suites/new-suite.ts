import { join } from "node:path";
import { safeId } from "../../core/id.ts";
import { meant } from "../../core/nearest.ts";
import { parseRef } from "../../core/registry/artifact.ts";
import type { ArtifactName } from "../../core/registry/artifact.ts";
import { makeCommand } from "../../core/registry/kind-words.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { findRubric } from "../../edges/project/resolve.ts";
import { addFile } from "../../edges/registry/replace-file.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import type { Opened } from "../registry/open-registry.ts";
import { workingFile } from "../registry/prompt-text.ts";
import { roles } from "../registry/run-prompts.ts";
import { statThere } from "../there.ts";
import { firstCases } from "./first-cases.ts";
import { firstSuite } from "./first-suite.ts";
import { productionOf } from "./in-production.ts";

export interface NewOptions {
  readonly target?: string;
  readonly kind?: string;
}

type Kind = SuiteSpec["kind"];
const kinds: readonly Kind[] = ["prompt", "agent", "judge"];

/** `harness suite new NAME --target prompt:worker [--kind agent]`: a folder of `tasks/`, never over what is there. */
export async function newSuite(
  io: Io,
  opened: Opened,
  name: string,
  { target: typed, kind: said }: NewOptions,
): Promise<number> {
  if (!safeId.safeParse(name).success)
    throw new Refused(`harness suite new ${name}: a name is 1 to 40 of a-z, 0-9, - and _`);
  const target = targetTyped(name, typed);
  const kind = kindTyped(said) ?? usualKind(target);
  const folder = join(opened.dir, "tasks", name);
  if ((await statThere(join(folder, "suite.yaml"))) !== null)
    throw new Refused(`tasks/${name}/suite.yaml is there already; change it, or take another name`);
  const prompt = await promptOf(opened, target);
  const rubric = target.kind === "rubric" ? target.name : null;
  const files = firstCases({ kind, prompt, rubric });
  const named = `${target.kind}:${target.name}`;
  const text = firstSuite(name, kind, named, productionOf(opened, { target: named }) === null);
  for (const [path, content] of Object.entries({ ...files, "suite.yaml": text }))
    io.err(` ${(await addFile(join(folder, path), content)) ? "wrote" : "kept "} tasks/${name}/${path}\n`);
  if (kind === "agent")
    io.err(` or take work of a run as a case: harness suite add ${name} --from-run RUN --task ID\n`);
  io.err(` next: fill in the cases, then harness suite check ${name}, and harness suite plan ${name}\n`);
  return exit.ok;
}

function targetTyped(name: string, typed: string | undefined): ArtifactName {
  const command = `harness suite new ${name} --target`;
  if (typed === undefined) throw new Refused(`say what it evaluates: ${command} prompt:worker`);
  const ref = parseRef(typed, null);
  if (typeof ref === "string") throw new Refused(`${command} ${typed}: ${ref}`);
  if (ref.which.type !== "unsaid")
    throw new Refused(`${command} ${typed}: a suite is for all versions; write ${ref.kind}:${ref.name}`);
  if (!["prompt", "model", "rubric"].includes(ref.kind))
    throw new Refused(`${command} ${typed}: what is evaluated is a prompt, a model or a rubric`);
  return ref;
}

function kindTyped(said: string | undefined): Kind | null {
  const known = kinds.find((one) => one === said);
  if (said === undefined || known !== undefined) return known ?? null;
  throw new Refused(`--kind ${said}: there are ${kinds.join(", ")}${meant(said, kinds)}`);
}

/** The prompts of the loop are evaluated by the loop. */
function usualKind({ kind, name }: ArtifactName): Kind {
  if (kind === "rubric" || (kind === "prompt" && name === "evaluator")) return "judge";
  return kind === "prompt" && roles.some((role) => role === name) ? "agent" : "prompt";
}

/** The text of the prompt; null: the target is none. @throws BadInput, Refused where the target is not there */
async function promptOf(opened: Opened, target: ArtifactName): Promise<string | null> {
  if (target.kind === "prompt") return (await workingFile(opened.dir, target.name)).source;
  if (target.kind === "rubric") await findRubric(opened.dir, target.name);
  else if (opened.registry.history(target).versions.size === 0)
    throw new Refused(`there is no model ${target.name}; make one: ${makeCommand(target)}`);
  return null;
}
