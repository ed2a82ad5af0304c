import { join } from "node:path";
import type { Digest } from "../../core/id.ts";
import { versionText } from "../../core/registry/artifact.ts";
import type { ArtifactRef } from "../../core/registry/artifact.ts";
import { promptDigest, renderer } from "../../core/registry/closure.ts";
import { resolveWhich } from "../../core/registry/history.ts";
import type { VersionState } from "../../core/registry/history.ts";
import { resolvePrompt } from "../../edges/project/resolve.ts";
import { PromptError } from "../../edges/prompts/prompt-error.ts";
import { readPrompt } from "../../edges/prompts/prompt-file.ts";
import { versionPath } from "../../core/registry/kind-words.ts";
import { readVersion } from "../../edges/registry/registry.ts";
import { Refused } from "../exit.ts";
import { sha256 } from "../sha256.ts";
import type { Opened } from "./open-registry.ts";

/** A prompt as it is found. */
export interface PromptText {
  readonly name: string;
  readonly source: string;
  /** Absolute, as errors name it. */
  readonly path: string;
  /** Relative to the project, or what it comes with. */
  readonly shown: string;
  /** null: the working file. */
  readonly version: VersionState | null;
  /** Whether the working file is the project's own. */
  readonly isOwn: boolean;
}

/** The text a reference leads to. A version is what was made, to the last byte. @throws Refused, BadInput, RegistryRefused */
export async function promptText({ dir, registry }: Opened, ref: ArtifactRef): Promise<PromptText> {
  const found = resolveWhich(registry.history(ref), ref.which);
  if (typeof found === "string") throw new Refused(`${found}; see: harness prompts log ${ref.name}`);
  if (found === null) return workingFile(dir, ref.name);
  const { made } = found;
  const source = await readVersion(dir, made);
  const [shown, path] = [versionPath(made), join(dir, versionPath(made))];
  if (digestOf(source, path, made.renderer) !== made.digest)
    throw new Refused(
      `${shown}: it is not what its line in harness.lock says it does; put both back as they are in git: git log -p harness.lock`,
    );
  return { name: ref.name, source, path, shown, version: found, isOwn: true };
}

async function workingFile(dir: string, name: string): Promise<PromptText> {
  const { source, path, from } = await resolvePrompt(dir, name);
  const isOwn = from === "project";
  const shown = isOwn ? workingPath(name) : `the ${name} prompt of harness`;
  return { name, source, path, shown, version: null, isOwn };
}

export const workingPath = (name: string): string => `prompts/${name}.prompt`;

/** `worker@5`, or the path of the working file. */
export const labelOf = (text: PromptText): string =>
  text.version === null
    ? text.shown
    : versionText({ kind: "prompt", name: text.name }, text.version.made.version);

/** Of the closure of a prompt. No template includes another yet, and which tools there are is the harness's own matter. */
export function digestOf(source: string, path: string, madeWith: number = renderer): Digest {
  try {
    const { settings, template } = readPrompt(source);
    const parts = { template, settings: settings.value, partials: {}, tools: {}, renderer: madeWith };
    return promptDigest(sha256, parts);
  } catch (error) {
    if (error instanceof PromptError) throw new PromptError(error.line, error.what, path);
    if (!(error instanceof TypeError)) throw error;
    throw new PromptError(1, "the front matter holds a number that is none (.nan, .inf); take it out", path);
  }
}

/** null: it is broken, so it has none. */
export function digestIfWhole(source: string, path: string): Digest | null {
  try {
    return digestOf(source, path);
  } catch (error) {
    if (error instanceof PromptError) return null;
    throw error;
  }
}
