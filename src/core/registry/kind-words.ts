import { versionText } from "./artifact.ts";
import type { ArtifactKind, ArtifactName } from "./artifact.ts";

const endings: Readonly<Record<ArtifactKind, string>> = {
  prompt: ".prompt",
  rubric: ".yaml",
  model: ".json",
  suite: ".json",
  dataset: ".json",
};

/** Where the files of versions of a kind lie, relative to the project. */
export const versionsDir = (kind: ArtifactKind): string => `${kind}s/versions`;

/** How the name of such a file ends. */
export const versionEnding = (kind: ArtifactKind): string => endings[kind];

/** The file of a version, relative to the project. */
export const versionPath = (made: ArtifactName & { readonly version: number }): string =>
  `${versionsDir(made.kind)}/${versionText(made, made.version)}${versionEnding(made.kind)}`;

/** The command that tells what was done about a name. */
export const logCommand = ({ kind, name }: ArtifactName): string => `harness ${kind}s log ${name}`;

/** The command that makes the next version of a name. */
export function makeCommand({ kind, name }: ArtifactName): string {
  if (kind === "model") return `harness models register ${name} --provider … --id … -m "…"`;
  if (kind === "dataset") return `harness datasets add FILE --name ${name} -m "…"`;
  return `harness ${kind}s commit ${name} -m "…"`;
}
