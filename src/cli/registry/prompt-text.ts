import { join } from "node:path";
import type { Digest } from "../../core/id.ts";
import { versionText } from "../../core/registry/artifact.ts";
import type { ArtifactRef } from "../../core/registry/artifact.ts";
import { promptDigest, renderer } from "../../core/registry/closure.ts";
import { resolveWhich } from "../../core/registry/history.ts";
import { resolvePartial, resolvePrompt } from "../../edges/project/resolve.ts";
import { gatherPartials } from "../../edges/prompts/gather-partials.ts";
import { partialAt } from "../../edges/prompts/prompt-file.ts";
import { PromptError } from "../../edges/prompts/prompt-error.ts";
import { readPrompt } from "../../edges/prompts/prompt-file.ts";
import { versionPath } from "../../core/registry/kind-words.ts";
import { RegistryRefused } from "../../edges/registry/refused.ts";
import { readVersion } from "../../edges/registry/registry.ts";
import { Refused } from "../exit.ts";
import { sha256 } from "../sha256.ts";
import type { ArtifactText } from "./artifact-text.ts";
import { meantOf } from "./open-registry.ts";
import type { Opened } from "./open-registry.ts";

/** A prompt as it is found: with its partials in its source, so that nothing else is needed to render it. */
export interface PromptText extends ArtifactText {
  readonly partials: NonNullable<ArtifactText["partials"]>;
}

/**
 * The text a reference leads to. A version is what was made, to the last byte.
 * @throws Refused, BadInput, RegistryRefused, PromptError
 */
export async function promptText({ dir, registry }: Opened, ref: ArtifactRef): Promise<PromptText> {
  const found = resolveWhich(registry.history(ref), ref.which);
  if (typeof found === "string")
    throw new Refused(`${found}; see: harness prompts log ${ref.name}${meantOf({ registry }, ref)}`);
  if (found === null) return workingFile(dir, ref.name);
  const { made } = found;
  const source = await readVersion(dir, made);
  const [shown, path] = [versionPath(made), join(dir, versionPath(made))];
  if (digestOf(source, path, made.renderer) !== made.digest)
    throw new RegistryRefused(
      `${shown}: it is not what its line in harness.lock says it does; put both back as they are in git: git log -p harness.lock`,
    );
  return { name: ref.name, source, path, shown, version: found, isOwn: true, partials: new Map() };
}

/** `prompts/NAME.prompt` of the project, else ours, with its partials. @throws BadInput, PromptError */
export async function workingFile(dir: string, name: string): Promise<PromptText> {
  const { source: written, path, from } = await resolvePrompt(dir, name);
  const isOwn = from === "project";
  const shown = isOwn ? workingPath(name) : `the ${name} prompt of harness`;
  const { source, paths } = await gatherPartials(written, path, async (one) => resolvePartial(dir, one));
  return { name, source, path, shown, version: null, isOwn, partials: paths };
}

/** Reads or renders a prompt; what is wrong with it is told by the file and line where it is written. @throws PromptError */
export function inItsFile<T>(
  { source, path, partials = new Map() }: Pick<ArtifactText, "source" | "path" | "partials">,
  work: (source: string) => T,
): T {
  try {
    return work(source);
  } catch (error) {
    if (!(error instanceof PromptError)) throw error;
    const inside = partials.size === 0 ? null : partialAt(source, error.line);
    const file = partials.get(inside?.name ?? "");
    if (inside === null || file === undefined) throw new PromptError(error.line, error.what, path);
    throw new PromptError(inside.line, error.what, file);
  }
}

export const workingPath = (name: string): string => `prompts/${name}.prompt`;

/** `worker@5`, or the path of the working file. */
export const labelOf = (text: PromptText): string =>
  text.version === null
    ? text.shown
    : versionText({ kind: "prompt", name: text.name }, text.version.made.version);

/** Of the closure of a prompt. Which tools there are is the harness's own matter. */
export function digestOf(source: string, path: string, madeWith: number = renderer): Digest {
  try {
    const { settings, template, partials: brought } = readPrompt(source);
    const partials = Object.fromEntries([...brought].map(([name, { text }]) => [name, text]));
    return promptDigest(sha256, {
      template,
      settings: settings.value,
      partials,
      tools: {},
      renderer: madeWith,
    });
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
