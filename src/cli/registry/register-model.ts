import { join, relative, resolve } from "node:path";
import { parseRef, versionText } from "../../core/registry/artifact.ts";
import { contentText, modelContent } from "../../core/registry/content.ts";
import type { ModelContent } from "../../core/registry/content.ts";
import { makeCommand } from "../../core/registry/kind-words.ts";
import { providers } from "../../edges/models/models.ts";
import { formatOf, readDataset } from "../../edges/registry/dataset-file.ts";
import { meant } from "../../core/nearest.ts";
import { exit, Refused } from "../exit.ts";
import { statThere } from "../there.ts";
import { make, nameTyped, startOf } from "./artifact-commands.ts";
import type { ArtifactOptions, Asked } from "./artifact-commands.ts";
import { artifactText } from "./artifact-text.ts";
import { datasetKind, datasetOf } from "./dataset-kind.ts";
import { orFault } from "./kinds.ts";
import type { Opened } from "./open-registry.ts";
import { signature } from "./signature.ts";
import { readMapping } from "./variables.ts";

export interface ModelOptions extends ArtifactOptions {
  readonly provider?: string;
  readonly id?: string;
  readonly base?: string;
  readonly trainingDataset?: readonly string[];
  readonly params?: string;
  readonly metrics?: string;
  readonly commit?: string;
}

/** `harness models register NAME --provider P --id ID …`. */
export async function register({ io, opened, names, options }: Asked<ModelOptions>): Promise<number> {
  const ref = nameTyped("model", "register", names);
  const command = `harness models register ${ref.name}`;
  const provider = providerTyped(command, options.provider);
  const id = (options.id ?? "").trim();
  if (id === "")
    throw new Refused(`say what the provider calls it: ${command} --provider ${provider} --id …`);
  const by = await signature(opened.dir, options.message, makeCommand(ref));
  const training: ModelContent["training"] = [];
  for (const typed of options.trainingDataset ?? []) training.push(await trainedOn(opened, io.cwd, typed));
  const settings = async (option: string, file: string | undefined): Promise<unknown> =>
    file === undefined ? {} : readMapping(io.cwd, option, file);
  const content = checked(command, {
    provider,
    id: provider === "scripted" ? fromProject(opened.dir, io.cwd, id) : id,
    base: options.base ?? null,
    training,
    parameters: await settings("--params", options.params),
    commit: options.commit?.toLowerCase() ?? null,
    metrics: await settings("--metrics", options.metrics),
  });
  const text = {
    name: ref.name,
    source: contentText(content),
    path: join(opened.dir, "models"),
    shown: `${provider}/${content.id}`,
    version: null,
    isOwn: true,
  };
  await make({ io, opened, ref, text, by });
  return exit.ok;
}

function providerTyped(command: string, provider: string | undefined): string {
  const known = providers.find((one) => one === provider);
  if (known !== undefined) return known;
  const said =
    provider === undefined ? "say whose it is" : `--provider ${provider}${meant(provider, providers)}`;
  throw new Refused(`${said}; there are ${providers.join(", ")}: ${command} --provider openai --id …`);
}

/** A script is a file: as in `harness.yaml` its name is relative to the project. */
const fromProject = (dir: string, cwd: string, file: string): string => relative(dir, resolve(cwd, file));

function checked(command: string, content: Readonly<Record<keyof ModelContent, unknown>>): ModelContent {
  const read = modelContent.safeParse(content);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const [field = ""] = issue?.path ?? [];
  const option = { parameters: "params" }[String(field)] ?? String(field);
  throw new Refused(`${command} --${option}: ${issue?.path.slice(1).join(".") || "it"} ${issue?.message}`);
}

/** A file, or a version of a dataset. @throws Refused, RegistryRefused */
async function trainedOn(
  opened: Opened,
  cwd: string,
  typed: string,
): Promise<ModelContent["training"][number]> {
  const ref = parseRef(typed, "dataset");
  const isFile = (await statThere(resolve(cwd, typed))) !== null;
  if (typeof ref !== "string" && opened.registry.history(ref).versions.size > 0) {
    const text = await artifactText(datasetKind, opened, startOf(opened, ref));
    const { sha256 } = datasetOf(text);
    const made = text.version?.made;
    return { sha256, dataset: made === undefined ? null : versionText(made, made.version) };
  }
  if (!isFile)
    throw new Refused(
      `--training-dataset ${typed}: there is neither such a file nor such a dataset; harness datasets lists them`,
    );
  const { sha256 } = await readDataset(resolve(cwd, typed), typed, formatOf(typed));
  return { sha256, dataset: await versionWith(opened, sha256) };
}

/** The version of a dataset that has these rows, or has them in one of its parts: `train@2`, `train@2 train`. */
async function versionWith(opened: Opened, rows: string): Promise<string | null> {
  for (const { kind, name, versions } of opened.registry.byName.values()) {
    if (kind !== "dataset") continue;
    for (const { made } of versions.values()) {
      const ref = { kind, name, which: { type: "version", version: made.version } } as const;
      const found = await orFault(async () => datasetOf(await artifactText(datasetKind, opened, ref)));
      if (typeof found === "string") continue;
      const label = versionText(made, made.version);
      if (found.sha256 === rows) return label;
      if (found.split?.train.sha256 === rows) return `${label} train`;
      if (found.split?.held_out.sha256 === rows) return `${label} held_out`;
    }
  }
  return null;
}
