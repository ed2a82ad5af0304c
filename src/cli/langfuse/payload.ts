import type { CreatePromptRequest } from "@langfuse/core";
import { z } from "zod";
import { canonical } from "../../core/canonical.ts";
import type { VersionRecord } from "../../core/registry/record.ts";
import type { StoredVersion } from "../../edges/langfuse-prompts/api.ts";
import { PromptError } from "../../edges/prompts/prompt-error.ts";
import { isMapping, readPrompt } from "../../edges/prompts/prompt-file.ts";
import { spokenIn } from "../../edges/prompts/spoken.ts";
import { digestOf } from "../registry/prompt-text.ts";

/** What we put into the config of a version, beside its front matter: all that Langfuse has no place for. */
const markForm = z.looseObject({ digest: z.string(), source: z.string(), renderer: z.int() });
export type Mark = z.infer<typeof markForm>;

/** Of the one kind that all versions of a name have there. */
export type StoredType = StoredVersion["type"];

/** A version as Langfuse is to have it. @param tags are of all versions of a name there */
export function bodyOf(
  made: VersionRecord,
  source: string,
  type: StoredType,
  tags: readonly string[],
): CreatePromptRequest {
  const { name, version, digest, text, renderer, who, at, why, commit } = made;
  const mark = { prompt: `${name}@${version}`, digest, text, renderer, who, at, why, commit, source };
  const rest = {
    name,
    config: { ...settingsOf(source), harness: mark },
    tags: [...new Set([...tags, "harness"])],
    commitMessage: why.length > longestMessage ? `${why.slice(0, longestMessage - 1).toWellFormed()}…` : why,
  };
  return type === "text"
    ? { ...rest, type, prompt: textOf(source) }
    : { ...rest, type, prompt: messagesOf(source) };
}

/** Langfuse refuses longer ones. */
const longestMessage = 500;

/** What harness knows of a version there; null: nothing, or it was changed there since. */
export function ours(stored: StoredVersion): Mark | null {
  const mark = markIn(stored.config);
  return mark !== null && isAsPushed(stored, mark) ? mark : null;
}

/** A version that was made in Langfuse's pages of one of ours still has its config. */
export function markIn(config: unknown): Mark | null {
  const read = markForm.safeParse(isMapping(config) ? config["harness"] : null);
  return read.success ? read.data : null;
}

function isAsPushed(stored: StoredVersion, { digest, source, renderer }: Mark): boolean {
  try {
    if (digestOf(source, "prompt", renderer) !== digest) return false;
    const { harness: _, ...settings } = stored.config as Readonly<Record<string, unknown>>;
    if (canonical(settings) !== canonical(settingsOf(source))) return false;
    if (stored.type === "text") return stored.prompt === textOf(source);
    const said = stored.prompt.map(({ role, content }) => ({ role, content }));
    return (
      JSON.stringify(said) ===
      JSON.stringify(messagesOf(source).map(({ role, content }) => ({ role, content })))
    );
  } catch (error) {
    if (error instanceof PromptError) return false;
    throw error;
  }
}

/** The front matter as JSON has it. */
function settingsOf(source: string): Readonly<Record<string, unknown>> {
  const { value } = readPrompt(source).settings;
  return isMapping(value) ? (JSON.parse(JSON.stringify(value)) as Record<string, unknown>) : {};
}

const textOf = (source: string): string => readPrompt(source).template;

const messagesOf = (source: string) =>
  spokenIn(source).map(({ role, text }) => ({ role, content: text }) as const);
