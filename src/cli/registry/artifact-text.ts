import { join } from "node:path";
import type { Digest } from "../../core/id.ts";
import { versionText } from "../../core/registry/artifact.ts";
import type { ArtifactName, ArtifactRef } from "../../core/registry/artifact.ts";
import { resolveWhich } from "../../core/registry/history.ts";
import type { VersionState } from "../../core/registry/history.ts";
import { logCommand, versionPath } from "../../core/registry/kind-words.ts";
import { readVersion } from "../../edges/registry/registry.ts";
import { Refused } from "../exit.ts";
import { meantOf } from "./open-registry.ts";
import type { Opened } from "./open-registry.ts";

/** A version, or what would be the next one. */
export interface ArtifactText {
  readonly name: string;
  readonly source: string;
  /** Absolute, as errors name it. */
  readonly path: string;
  /** Relative to the project, or what it comes with. */
  readonly shown: string;
  /** null: it is none yet. */
  readonly version: VersionState | null;
  /** Whether it is the project's own. */
  readonly isOwn: boolean;
  /** Of a prompt: the files of the partials it includes, by name, as errors name them. */
  readonly partials?: ReadonlyMap<string, string>;
}

/** What is particular to a kind where the text of a version is read. */
interface Reading {
  /** What would be the next version. @throws BadInput, Refused, RegistryRefused */
  readonly working: (opened: Opened, name: string) => Promise<ArtifactText>;
  /** Of the closure of a text. @throws BadInput, Refused */
  readonly digestOf: (text: ArtifactText) => Digest;
}

/** The text a reference leads to. A version is what was made, to the last byte. @throws Refused, BadInput, RegistryRefused */
export async function artifactText(
  { working, digestOf }: Reading,
  opened: Opened,
  ref: ArtifactRef,
): Promise<ArtifactText> {
  const version = resolveWhich(opened.registry.history(ref), ref.which);
  if (typeof version === "string")
    throw new Refused(`${version}; see: ${logCommand(ref)}${meantOf(opened, ref)}`);
  if (version === null) return working(opened, ref.name);
  const shown = versionPath(version.made);
  const source = await readVersion(opened.dir, version.made);
  const found = { name: ref.name, source, path: join(opened.dir, shown), shown, version, isOwn: true };
  if (digestOf(found) === version.made.digest) return found;
  throw new Refused(
    `${shown}: it is not what its line in harness.lock says it does; put both back as they are in git: git log -p harness.lock`,
  );
}

/** `helpful@5`, or what it is where it is no version. */
export const labelOf = (kind: ArtifactName["kind"], { name, version, shown }: ArtifactText): string =>
  version === null ? shown : versionText({ kind, name }, version.made.version);
