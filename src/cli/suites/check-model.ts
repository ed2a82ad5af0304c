import { fails, holds, unknown } from "../../evals/suite/check/finding.ts";
import type { Finding } from "../../evals/suite/check/finding.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { openModels, partsOf } from "../../edges/models/models.ts";
import { ModelRefused } from "../../edges/models/refused.ts";
import { readProject } from "../../edges/project/project-file.ts";
import type { Io } from "../io.ts";
import { promptModel } from "../evaluation/arms.ts";
import { orFault } from "../registry/kinds.ts";
import { refTyped } from "../registry/open-registry.ts";
import type { Opened } from "../registry/open-registry.ts";
import { promptText } from "../registry/prompt-text.ts";
import { keptModel } from "../registry/run-models.ts";
import { located } from "../request.ts";
import type { SuiteFile } from "./suite-file.ts";
import { isAsked, modelsSaid, scriptFault } from "./suite-model.ts";
import type { SaidModel } from "./suite-model.ts";

/** Models that are named are there, as far as can be told without asking anybody: no key is needed. */
export async function checkModel(opened: Opened, file: SuiteFile, env: Io["env"]): Promise<Finding> {
  const said = usedOf(file.spec);
  for (const { key, named } of said) {
    const fault =
      (await scriptFault(named, file.folder, opened.dir)) ??
      (await nameFault(opened, located(named, file.folder, opened.dir), env));
    if (fault !== null) {
      const line = file.lineOf([...key]);
      const where = `tasks/${file.name}/suite.yaml:${line}: ${key.join(".")}`;
      return fails("model", `${where}: ${fault}`, "harness eval refuses it until then");
    }
  }
  if (said.some((one) => isAsked(file.spec, one)))
    return holds("model", saidWords(said.map(({ named }) => named)));
  return projectModel(opened, file, env);
}

/** A suite of judgements that says who judges asks nobody else; of others `judge.model` scores. */
const usedOf = (spec: SuiteSpec): readonly SaidModel[] =>
  modelsSaid(spec).filter((one) => spec.kind !== "judge" || isAsked(spec, one));

const saidWords = (names: readonly string[]): string => [...new Set(names)].join(", ");

/** What the prompt says, or the project, where the suite says nothing. */
async function projectModel(opened: Opened, { spec }: SuiteFile, env: Io["env"]): Promise<Finding> {
  const own = spec.kind === "prompt" ? await promptsModel(opened, spec.target) : null;
  if (own !== null) return told("its prompt", own, await nameFault(opened, own, env));
  const { models, model } = (await readProject(opened.dir)).spec;
  const named = (spec.kind === "judge" ? models?.evaluator : models?.worker) ?? model;
  if (spec.target.startsWith("model:")) return holds("model", "each arm is one");
  if (named === undefined)
    return unknown(
      "model",
      "neither suite.yaml nor harness.yaml names one",
      "say model:, or give it each time: harness eval --model",
    );
  return told("harness.yaml", named, await nameFault(opened, named, env));
}

const told = (where: string, named: string, fault: string | null): Finding =>
  fault === null
    ? holds("model", `${named}, as ${where} says`)
    : fails("model", `${where}: ${fault}`, "harness eval refuses it until then");

/** null: it says none, or the target is no prompt. */
async function promptsModel(opened: Opened, target: string): Promise<string | null> {
  if (!target.startsWith("prompt:")) return null;
  return promptModel((await promptText(opened, refTyped("target", target, "prompt"))).source);
}

/** @param named a script relative to the project */
async function nameFault(opened: Opened, named: string, env: Io["env"]): Promise<string | null> {
  const kept = await orFault(async () => keptModel(opened, named));
  if (typeof kept === "string") return kept;
  if (kept !== null) return null;
  try {
    const { provider } = partsOf(named);
    if (provider === "scripted") await openModels({ projectDir: opened.dir, env, project: {} }).model(named);
    return null;
  } catch (error) {
    if (error instanceof ModelRefused) return error.message;
    throw error;
  }
}
