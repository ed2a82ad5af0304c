import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Json } from "../../core/canonical.ts";
import { canonical } from "../../core/canonical.ts";
import type { Digest, RunId } from "../../core/id.ts";
import { defaultExclude, importDirectory } from "../../edges/files/import.ts";
import type { Request } from "../request.ts";
import { sha256 } from "../sha256.ts";
import { ownVersion } from "../version.ts";
import type { OpenedSandbox } from "../which-sandbox.ts";
import { defaultScratch } from "../wire.ts";
import type { Place } from "./place.ts";

/** What a workspace is now, as a run imports it. */
export async function treeOf(
  { kept, storage, project }: Place,
  dir: string,
  scratch: readonly string[] | null,
): Promise<Digest> {
  const exclude = project.spec.workspace?.exclude ?? defaultExclude;
  const { tree } = await importDirectory({
    dir,
    exclude: [...exclude, ...(scratch ?? defaultScratch)],
    secrets: kept.all,
    blobs: storage.blobs,
    onProgress: () => undefined,
  });
  return tree;
}

/** All that determines how a run of a case goes, but for what models say by chance: what a run of production pins. */
export async function caseIdentity(
  place: Place,
  request: Request,
  { sandbox, pinned }: OpenedSandbox,
  tree: Digest,
): Promise<Json> {
  const { goal, prompts, rubrics, models, limits, budget, network, plan } = request;
  const { approvals, mcp, secrets, workspace, base_urls: addresses, prices } = place.project.spec;
  const identity = {
    harness: ownVersion(),
    goal: sha256(goal.text),
    checks: goal.checks,
    plan,
    tree,
    prompts: Object.fromEntries(
      Object.entries(prompts.of).map(([role, { source }]) => [role, sha256(source)]),
    ),
    rubrics: Object.fromEntries(rubrics.of.map((rubric) => [rubric.rubric, sha256(canonical(rubric))])),
    models,
    scripts: await scriptsOf(place, models),
    limits,
    budget,
    network,
    sandbox: { image: sandbox.image, profile: sandbox.profile, pinned },
    setup: request.sandbox.kind === "docker" ? request.sandbox.setup : null,
    project: { approvals, mcp, secrets: Object.keys(secrets ?? {}), workspace, addresses, prices },
  };
  return JSON.parse(canonical(identity)) as Json;
}

/** A scripted model says what its file says. */
async function scriptsOf({ project }: Place, models: Request["models"]): Promise<Record<string, Digest>> {
  const found: Record<string, Digest> = {};
  const prefix = "scripted/";
  for (const name of Object.values(models))
    if (name?.startsWith(prefix) === true)
      found[name] = sha256(await readFile(resolve(project.dir, name.slice(prefix.length)), "utf8"));
  return found;
}

/** The run of an ask: the same each time it is asked for in this place. */
export const caseRunId = (identity: Json, sample: number): RunId =>
  sha256(canonical({ identity, sample })).slice(0, 16);
