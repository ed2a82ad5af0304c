import { resolve } from "node:path";
import { versionText } from "../../core/registry/artifact.ts";
import { contentText, datasetContent, datasetDigest } from "../../core/registry/content.ts";
import type { DatasetContent } from "../../core/registry/content.ts";
import { newestVersion } from "../../core/registry/history.ts";
import { makeCommand } from "../../core/registry/kind-words.ts";
import { readDataset } from "../../edges/registry/dataset-file.ts";
import type { DatasetRow } from "../../edges/registry/dataset-file.ts";
import { RegistryRefused } from "../../edges/registry/refused.ts";
import { Refused } from "../exit.ts";
import { sha256 } from "../sha256.ts";
import { plural } from "../view/words.ts";
import { artifactText } from "./artifact-text.ts";
import type { ArtifactText } from "./artifact-text.ts";
import { readContent } from "./content-file.ts";
import type { Opened } from "./open-registry.ts";

/** What a version of a dataset says. @throws Refused */
export const datasetOf = ({ source, shown }: ArtifactText): DatasetContent =>
  readContent(datasetContent, shown, source);

/** Reads the rows of a version, which must be those it was made of. @throws RegistryRefused naming the file and both digests */
export async function readRows(
  { dir }: Opened,
  text: ArtifactText,
  onRow?: (row: DatasetRow) => void,
): Promise<void> {
  const { path, format, sha256: made } = datasetOf(text);
  const { sha256: found } = await readDataset(resolve(dir, path), path, format, onRow);
  if (found !== made) throw otherRows(text, found);
}

/** @param found their digest, or what is wrong with the file in words */
export function otherRows(text: ArtifactText, found: string): RegistryRefused {
  const { path, sha256: made } = datasetOf(text);
  if (!/^[0-9a-f]{64}$/.test(found)) return new RegistryRefused(found);
  const name = text.version === null ? text.name : versionText(text.version.made, text.version.made.version);
  return new RegistryRefused(
    `${path}: these are not the rows of ${name}: their digest is ${found.slice(0, 12)}, not ${made.slice(0, 12)}; put the file back (git log -- ${path}), or make it a version: ${makeCommand({ kind: "dataset", name: text.name }).replace("FILE", path)}`,
  );
}

export const datasetKind = {
  digestOf: (text: ArtifactText): string => datasetDigest(sha256, datasetOf(text)),
  /** The file of the newest version as it is by now. */
  working: async (opened: Opened, name: string): Promise<ArtifactText> => {
    const version = newestVersion(opened.registry.history({ kind: "dataset", name }));
    if (version === null)
      throw new Refused(`there is no dataset ${name}; make one: ${makeCommand({ kind: "dataset", name })}`);
    const ref = { kind: "dataset", name, which: { type: "version", version } } as const;
    const { path, format, split } = datasetOf(await artifactText(datasetKind, opened, ref));
    const facts = await readDataset(resolve(opened.dir, path), path, format);
    const source = contentText({ ...facts, path, split });
    return { name, source, path: resolve(opened.dir, path), shown: path, version: null, isOwn: true };
  },
  about: (text: ArtifactText): string => {
    const { path, rows, split } = datasetOf(text);
    const counted = rows === null ? [] : [plural(rows, "row")];
    const parts = split === null ? [] : [`split ${split.share} by ${split.by}`];
    return [path, ...counted, ...parts].join(" · ");
  },
};
