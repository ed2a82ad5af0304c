import { resolve } from "node:path";
import { versionText } from "../../core/registry/artifact.ts";
import type { DatasetContent } from "../../core/registry/content.ts";
import type { History, VersionState } from "../../core/registry/history.ts";
import { readDataset } from "../../edges/registry/dataset-file.ts";
import { statThere } from "../there.ts";
import { artifactText } from "./artifact-text.ts";
import { datasetKind, datasetOf } from "./dataset-kind.ts";
import { orFault } from "./kinds.ts";
import type { Opened } from "./open-registry.ts";

/** How the files of a dataset stand. */
export interface DatasetStanding {
  /** Files that hold what a version was made of. */
  readonly whole: readonly string[];
  /** Files that are not on this machine: git need not carry them. */
  readonly absent: readonly string[];
  readonly problems: readonly string[];
}

interface Version {
  readonly state: VersionState;
  readonly content: DatasetContent;
}

/**
 * Reads each file of a dataset once. What is in a stage must be there as it was made; of the others a file may have been
 * written over by a later version. Damaged descriptors are not told of here.
 */
export async function datasetStanding(opened: Opened, history: History): Promise<DatasetStanding> {
  const byPath = Map.groupBy(await versionsOf(opened, history), ({ content }) => content.path);
  const [whole, absent, problems]: [string[], string[], string[]] = [[], [], []];
  for (const [path, versions] of byPath) {
    const problem = await faultOf(opened, path, versions);
    if (problem === notThere) absent.push(path);
    else if (problem === null) whole.push(path);
    else problems.push(problem);
  }
  return { whole, absent, problems };
}

async function versionsOf(opened: Opened, { kind, name, versions }: History): Promise<readonly Version[]> {
  const found: Version[] = [];
  for (const state of versions.values()) {
    const ref = { kind, name, which: { type: "version", version: state.made.version } } as const;
    const content = await orFault(async () => datasetOf(await artifactText(datasetKind, opened, ref)));
    if (typeof content !== "string") found.push({ state, content });
  }
  return found;
}

const notThere = "not there";

async function faultOf({ dir }: Opened, path: string, versions: readonly Version[]): Promise<string | null> {
  const newest = versions.at(-1);
  if (newest === undefined || (await statThere(resolve(dir, path))) === null) return notThere;
  const { format } = newest.content;
  const found = await orFault(async () => readDataset(resolve(dir, path), path, format));
  if (typeof found === "string") return found;
  const isIt = ({ content }: Version): boolean => content.sha256 === found.sha256;
  const now = versions.find(isIt);
  const missed = versions.find((one) => isInUse(one) && !isIt(one)) ?? (now === undefined ? newest : null);
  return missed === null ? null : wordsOf(path, missed, found.sha256, now ?? null);
}

const isInUse = ({ state: { stage } }: Version): boolean => stage === "staging" || stage === "production";

function wordsOf(path: string, { state, content }: Version, found: string, now: Version | null): string {
  const name = labelOf(state);
  const digests = `their digest is ${found.slice(0, 12)}, not ${content.sha256.slice(0, 12)}`;
  if (now === null)
    return `${path}: these are not the rows of ${name}: ${digests}; put the file back (git log -- ${path}), or make it a version: harness datasets add ${path} --name ${state.made.name} -m "…"`;
  return `${path}: ${name} is in ${state.stage}, and these are the rows of ${labelOf(now.state)} by now: ${digests}; promote dataset:${labelOf(now.state)}, or put the file back (git log -- ${path})`;
}

const labelOf = ({ made }: VersionState): string => versionText(made, made.version);
