import { join, resolve as absolute } from "node:path";
import { parseRef } from "../core/registry/artifact.ts";
import type { ArtifactRef } from "../core/registry/artifact.ts";
import { BadInput } from "../edges/project/bad-input.ts";
import { PromptError } from "../edges/prompts/prompt-error.ts";
import { isMapping, readPrompt } from "../edges/prompts/prompt-file.ts";
import { prompts } from "../edges/prompts/prompts.ts";
import { lockName, readRegistry, refuseFaults } from "../edges/registry/registry.ts";
import { RegistryRefused } from "../edges/registry/refused.ts";
import { Refused } from "./exit.ts";
import { digestOf, inItsFile, promptText } from "./registry/prompt-text.ts";
import type { PromptText } from "./registry/prompt-text.ts";
import { statThere } from "./there.ts";

/** Which version: what is in a stage now, the one of a number, or the working file as it is (`file`). */
export type Which = "production" | "staging" | "file" | number;

/** A prompt as it is used. Nothing of it is read again: a later promotion needs another `resolve`. */
export interface ResolvedPrompt {
  readonly name: string;
  /** null: it is the working file. */
  readonly version: number | null;
  /** Of all that counts (template, front matter, partials, renderer), sha256 in hex: what was evaluated is what is served. */
  readonly digest: string;
  /** In which it is, or was last; null: it never was in one. */
  readonly stage: "staging" | "production" | "archived" | null;
  /** What let it into its stage: the digest of a receipt, `unproven` (a person's word), or null. */
  readonly receipt: string | null;
  /** The `.prompt` file with its partials. */
  readonly source: string;
  /** Absolute. */
  readonly path: string;
  /** `model` of the front matter. */
  readonly model: string | null;
  /** `config` of the front matter: parameters of the model. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The whole front matter, schemas of input and output among it. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface RenderedPrompt {
  /** Empty: there is none. */
  readonly system: string;
  readonly messages: readonly RenderedMessage[];
}

export interface RenderedMessage {
  readonly role: "user" | "assistant";
  readonly parts: readonly { readonly type: "text"; readonly text: string }[];
}

/**
 * `missing`: there is no such prompt, version or stage. `damaged`: `harness.lock` or the file of a version is not what was
 * written. `broken`: the prompt itself is wrong. `variables`: a variable is not given, or not as it is declared.
 */
export type HarnessErrorKind = "missing" | "damaged" | "broken" | "variables";

/** `message` is one line: what is wrong, where, and what to do. */
export class HarnessError extends Error {
  override readonly name = "HarnessError";
  readonly kind: HarnessErrorKind;
  constructor(kind: HarnessErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/**
 * The prompt that a service is to use, from text in git alone: `harness.lock` and `prompts/versions/`. No process, database
 * or network; nothing is written.
 * @param dir of the project; the current directory if left out @throws HarnessError
 */
export async function resolve(
  name: string,
  which: Which,
  { dir = "." }: { readonly dir?: string } = {},
): Promise<ResolvedPrompt> {
  return asHarnessError(async () => {
    const ref = refOf(name, which);
    const text = await textOf(absolute(dir), ref);
    inItsFile(text, (source) => prompts().check(source));
    return resolved(text);
  });
}

/** What a model is sent, by the renderer that `harness prompts render` and runs use. Pure. @throws HarnessError */
export function render(
  { source, path }: Pick<ResolvedPrompt, "source" | "path">,
  variables: Readonly<Record<string, unknown>> = {},
): RenderedPrompt {
  try {
    const { system, messages } = renderer.render(source, variables, path);
    return { system, messages: messages.map(({ role, parts }) => ({ role, parts: parts.filter(isText) })) };
  } catch (error) {
    if (error instanceof PromptError) throw new HarnessError("variables", error.message, error);
    throw error;
  }
}

/** It keeps prompts as they are read, and nothing of what they were rendered with. */
const renderer = prompts();

const isText = (part: { readonly type: string }): part is { type: "text"; text: string } =>
  part.type === "text";

function refOf(name: string, which: Which): ArtifactRef {
  const typed = which === "file" ? `${name}=file` : `${name}@${which}`;
  const ref = parseRef(typed, "prompt");
  const wrong = typeof ref === "string" ? ref : "this library resolves prompts alone; say the name of one";
  if (typeof ref === "string" || ref.kind !== "prompt")
    throw new HarnessError("missing", `${typed}: ${wrong}`);
  return ref;
}

async function textOf(dir: string, ref: ArtifactRef): Promise<PromptText> {
  if (ref.which.type !== "file" && (await statThere(join(dir, lockName))) === null)
    throw new HarnessError(
      "missing",
      `${join(dir, lockName)}: there is no such file, so no prompt has a version; give the directory of the project as dir`,
    );
  const registry = await readRegistry(dir);
  refuseFaults(registry.faults);
  return promptText({ dir, registry }, ref);
}

function resolved(text: PromptText): ResolvedPrompt {
  const { name, source, path, version } = text;
  const { value } = readPrompt(source).settings;
  const settings = isMapping(value) ? value : {};
  const { model, config } = settings;
  return {
    name,
    version: version?.made.version ?? null,
    digest: version?.made.digest ?? digestOf(source, path),
    stage: version?.stage ?? null,
    receipt: version?.placed?.receipt ?? null,
    source,
    path,
    model: typeof model === "string" ? model : null,
    config: isMapping(config) ? config : {},
    settings,
  };
}

async function asHarnessError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const kind = kindOf(error);
    if (kind === null) throw error;
    throw new HarnessError(kind, (error as Error).message, error);
  }
}

function kindOf(error: unknown): HarnessErrorKind | null {
  if (error instanceof RegistryRefused) return "damaged";
  if (error instanceof PromptError) return "broken";
  if (error instanceof BadInput) return error.line === null ? "missing" : "broken";
  return error instanceof Refused ? "missing" : null;
}
