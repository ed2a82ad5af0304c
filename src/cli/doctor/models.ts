import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { ProjectSpec } from "../../core/goal.ts";
import type { Role } from "../../core/id.ts";
import type { Price } from "../../core/model.ts";
import type { Io } from "../io.ts";
import { accessToCompatible } from "../../edges/models/access.ts";
import { openModels } from "../../edges/models/models.ts";
import type { GoalFile } from "../../edges/project/goal-file.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import { openedAt } from "../registry/open-registry.ts";
import { keptModel } from "../registry/run-models.ts";
import { ok, warns, wordsOf, wrong } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { roles } from "./project.ts";

/** For every role: its model, whether a key is set (in which variable, never which), whether its price is known. */
export async function modelFindings(
  io: Io,
  project: ProjectFile,
  goal: GoalFile | null,
): Promise<readonly Finding[]> {
  const models = openModels({ projectDir: project.dir, env: io.env, project: project.spec });
  const isPaid = { ...project.spec.budget, ...goal?.spec.budget }.money !== undefined;
  const look = async (role: Role): Promise<Finding> => {
    const named = modelOf(role, project, goal);
    if (named === null)
      return warns(
        role,
        "no model is set",
        "set model: in harness.yaml or the goal, or give harness run --model",
      );
    try {
      const kept = await keptModel(await openedAt(project.dir), named);
      const name = kept?.model ?? named;
      const { price } = await models.model(name);
      const found = [
        ...(kept === null ? [] : [kept.label]),
        name,
        ...keyText(name, io, project.spec),
        priceText(price),
      ].join(" · ");
      if (price !== null || (!isPaid && name.startsWith(scripted))) return ok(role, found);
      const todo = "set prices: in harness.yaml";
      return isPaid
        ? wrong(role, `${found}, so a money budget cannot be kept`, `${todo}, or a token budget instead`)
        : warns(role, found, `${todo} to know what a run costs`);
    } catch (error) {
      return wrong(role, wordsOf(error), "a run with this model does not start until that is mended");
    }
  };
  return Promise.all(roles.map(look));
}

/** As `harness run` without `--model`: the goal before the project. */
function modelOf(role: Role, project: ProjectFile, goal: GoalFile | null): string | null {
  const fromGoal = goal?.spec.models?.[role] ?? goal?.spec.model;
  if (goal !== null && fromGoal !== undefined) return located(fromGoal, dirname(goal.path), project.dir);
  return project.spec.models?.[role] ?? project.spec.model ?? null;
}

const scripted = "scripted/";

/** A goal names its script from where it lies, a project from its own directory. */
function located(model: string, from: string, projectDir: string): string {
  const path = model.slice(scripted.length);
  if (!model.startsWith(scripted) || isAbsolute(path)) return model;
  return scripted + relative(projectDir, resolve(from, path));
}

/** Called for a model that opened: what it needs is there. */
function keyText(name: string, io: Io, spec: ProjectSpec): readonly string[] {
  const provider = name.slice(0, name.indexOf("/"));
  if (provider === "anthropic") return ["ANTHROPIC_API_KEY is set"];
  if (provider === "openai") return ["OPENAI_API_KEY is set"];
  if (provider !== "openai-compatible") return [];
  const { apiKey } = accessToCompatible(name, { env: io.env, baseUrls: spec.base_urls ?? {} });
  if (apiKey === null) return ["no key is set"];
  const isOwn = (io.env["OPENAI_COMPATIBLE_API_KEY"]?.trim() ?? "") !== "";
  return [`${isOwn ? "OPENAI_COMPATIBLE_API_KEY" : "OPENAI_API_KEY"} is set`];
}

const priceText = (price: Price | null): string =>
  price === null ? "its price is not known" : `$${price.input} in, $${price.output} out per million tokens`;
