import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Json } from "../../core/canonical.ts";
import { nameText, versionText } from "../../core/registry/artifact.ts";
import type { ArtifactRef } from "../../core/registry/artifact.ts";
import type { Digest } from "../../core/id.ts";
import type { Arm } from "../../evals/answer.ts";
import type { Side } from "../../evals/receipt/receipt.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import { isMapping, readPrompt } from "../../edges/prompts/prompt-file.ts";
import { Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { makeVersion } from "../registry/artifact-commands.ts";
import type { ArtifactText } from "../registry/artifact-text.ts";
import { kinds } from "../registry/kinds.ts";
import { modelOf } from "../registry/model-kind.ts";
import { openedAt } from "../registry/open-registry.ts";
import type { Opened } from "../registry/open-registry.ts";
import { labelOf, promptText } from "../registry/prompt-text.ts";
import { keptModel } from "../registry/run-models.ts";
import { signature } from "../registry/signature.ts";
import { located } from "../request.ts";
import { sha256 } from "../sha256.ts";
import type { ReadSuite } from "../suites/read-suite.ts";
import { isAsked, modelsSaid, scriptFault } from "../suites/suite-model.ts";

/** One version that is evaluated, or that it is compared with. */
export interface ArmVersion {
  readonly ref: ArtifactRef;
  readonly text: ArtifactText;
  readonly version: number | null;
  /** Of the closure. */
  readonly digest: Digest;
  /** `worker@6`, or the path of a file. */
  readonly label: string;
}

/** The version a reference leads to, whole and usable. @throws Refused, BadInput, RegistryRefused, PromptError */
export async function versionOf(opened: Opened, ref: ArtifactRef): Promise<ArmVersion> {
  const { textOf, check, digestOf } = kinds[ref.kind];
  const text = await textOf(opened, ref);
  await check(opened, text);
  const version = text.version?.made.version ?? null;
  const label = version === null ? text.shown : versionText(ref, version);
  return { ref, text, version, digest: text.version?.made.digest ?? digestOf(text), label };
}

/** A working file becomes a version before money is spent on it: what is evaluated is what can be promoted. */
export async function asVersion(opened: Opened, candidate: ArmVersion, suite: string): Promise<ArmVersion> {
  if (candidate.version !== null) return candidate;
  const { ref, text, digest } = candidate;
  const known = [...opened.registry.history(ref).versions.values()].find(
    ({ made }) => made.digest === digest,
  );
  const version = known?.made.version ?? (await commit(opened, ref, text, suite));
  return versionOf(await openedAt(opened.dir), { ...ref, which: { type: "version", version } });
}

async function commit(opened: Opened, ref: ArtifactRef, text: ArtifactText, suite: string): Promise<number> {
  const by = await signature(opened.dir, `evaluated on ${suite}`, `harness eval ${suite}`);
  return (await makeVersion({ opened, ref, text, by })).version;
}

/** Which model a version is asked with. */
export interface AskedModel {
  /** `provider/model`. */
  readonly model: string;
  /** `my-ft@2`, or as its provider calls it. */
  readonly label: string;
  /** What besides its name determines what it says: of a script its content. */
  readonly identity: Json;
}

/** One arm, ready to be asked. */
export interface SettledArm extends ArmVersion {
  readonly asked: AskedModel;
  /** The prompt it is rendered with: its text with partials, and how errors name it. */
  readonly prompt: { readonly source: string; readonly file: string };
}

export type Arms = Readonly<Partial<Record<Arm, SettledArm>>> & { readonly candidate: SettledArm };

export interface ModelOptions {
  readonly io: Pick<Io, "cwd">;
  readonly opened: Opened;
  readonly project: ProjectFile;
  readonly suite: ReadSuite;
  /** As typed. */
  readonly model: string | undefined;
}

/** The model of an arm: itself, if it is one; else as typed, as the suite says (of judgements as its judge), as the prompt says, as the project says. */
export async function modelOfArm(
  options: ModelOptions,
  arm: ArmVersion,
  prompt: string,
): Promise<AskedModel> {
  const { opened, suite } = options;
  if (arm.ref.kind === "model") {
    const { provider, id } = modelOf(arm.text);
    return asked(opened, `${provider}/${id}`, arm.label);
  }
  await refuseNoScript(options);
  const named =
    typedModel(options) ??
    judgeModel(options) ??
    suiteModel(options) ??
    promptModel(prompt) ??
    projectModel(options);
  if (named === null && suite.spec.kind === "agent")
    return { model: "", label: "as its goals say", identity: null };
  if (named === null)
    throw new Refused(
      `no model to ask; give --model anthropic/<model>, or set model: in tasks/${suite.name}/suite.yaml or harness.yaml`,
    );
  return namedModel(opened, named);
}

/** A script that the suite names is there, unless another model is typed. @throws BadInput saying where it is */
async function refuseNoScript({ opened, suite, model }: ModelOptions): Promise<void> {
  const { spec, folder, path, lineOf } = suite;
  if (model !== undefined) return;
  for (const { key, named } of modelsSaid(spec).filter((one) => isAsked(spec, one))) {
    const fault = await scriptFault(named, folder, opened.dir);
    if (fault !== null) throw new BadInput(path, lineOf([...key]), `${key.join(".")}: ${fault}`);
  }
}

/** Under its own name, or one that is kept here. @throws Refused */
export async function namedModel(opened: Opened, named: string): Promise<AskedModel> {
  const kept = await keptModel(opened, named);
  return asked(opened, kept?.model ?? named, kept?.label ?? named);
}

async function asked({ dir }: Opened, model: string, label: string): Promise<AskedModel> {
  if (!model.startsWith("scripted/")) return { model, label, identity: null };
  const file = resolve(dir, model.slice("scripted/".length));
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (["ENOENT", "ENOTDIR"].includes(error.code ?? "")) throw new Refused(`${model}: there is no ${file}`);
    if (["EISDIR", "EACCES", "EPERM", "ELOOP"].includes(error.code ?? ""))
      throw new Refused(`${model}: ${file} cannot be read (${error.code}); name a file with a script`);
    throw error;
  });
  return { model, label, identity: { script: sha256(text) } };
}

const typedModel = ({ io, opened, model }: ModelOptions): string | null =>
  model === undefined ? null : located(model, io.cwd, opened.dir);

const suiteModel = ({ opened, suite }: ModelOptions): string | null =>
  suite.spec.model === undefined ? null : located(suite.spec.model, suite.folder, opened.dir);

/** Of a suite of judgements: who judges is who is asked. */
const judgeModel = ({ opened, suite: { spec, folder } }: ModelOptions): string | null =>
  spec.kind !== "judge" || spec.judge.model === undefined
    ? null
    : located(spec.judge.model, folder, opened.dir);

export function promptModel(source: string): string | null {
  const { value } = readPrompt(source).settings;
  return isMapping(value) && typeof value["model"] === "string" ? value["model"] : null;
}

function projectModel({ project, opened, suite }: ModelOptions): string | null {
  const { models, model } = project.spec;
  const named = (suite.spec.kind === "judge" ? models?.evaluator : models?.worker) ?? model;
  return named === undefined
    ? null
    : located(named, project.path === null ? opened.dir : dirname(project.path), opened.dir);
}

/** The prompt that an arm is rendered with: itself, or where a model is evaluated the one in production. */
export async function promptOfArm(opened: Opened, suite: ReadSuite, arm: ArmVersion): Promise<ArtifactText> {
  if (arm.ref.kind === "prompt") return arm.text;
  const [kind, name = ""] = suite.spec.target.split(":");
  if (kind !== "prompt")
    throw new Refused(
      `tasks/${suite.name}/suite.yaml: target is ${suite.spec.target}, so it says no prompt that ${nameText(arm.ref)} could be asked with; set target: prompt:NAME`,
    );
  const text = await promptText(opened, { kind: "prompt", name, which: { type: "unsaid" } });
  return { ...text, shown: labelOf(text) };
}

/** An arm as receipts and reports name it. `served`: the ids that answered. */
export const sideOf = (
  { ref, version, digest }: ArmVersion,
  model: string,
  served: readonly string[],
): Side => ({
  kind: ref.kind,
  name: ref.name,
  version,
  digest,
  model,
  served: [...served],
});

/** Ids of models that answered an arm. */
export const servedTo = (
  arm: Arm,
  answers: readonly { readonly arm: Arm; readonly answered: { readonly served: string | null } }[],
): readonly string[] =>
  [...new Set(answers.flatMap((one) => (one.arm === arm ? (one.answered.served ?? []) : [])))].toSorted();
