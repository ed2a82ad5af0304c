import type { Message } from "../../../src/core/model.ts";
import { PromptError } from "../../../src/edges/prompts/prompt-error.ts";
import { prompts } from "../../../src/edges/prompts/prompts.ts";

export type Variables = Readonly<Record<string, unknown>>;
export interface Rendered {
  readonly system: string;
  readonly messages: readonly Message[];
}

/** A prompt with this schema (indented below `schema:`) and template. The template begins on the line after. */
export const promptOf = (schema: string, template: string): string =>
  `---\ninput:\n  schema:\n${schema.replaceAll(/^/gm, "    ")}\n---\n${template}`;

export const rendered = (source: string, variables: Variables = {}): Rendered =>
  prompts().render(source, variables);

/** The text of the only message. */
export function textOf({ system, messages }: Rendered): string {
  const [message, second] = messages;
  const [part, more] = message?.parts ?? [];
  if (system !== "" || second !== undefined || more !== undefined || part?.type !== "text") {
    throw new Error(`not one message of text: ${JSON.stringify({ system, messages })}`);
  }
  return part.text;
}

/** The line of a PromptError; fails when nothing or something else was thrown. */
export function refusal(source: string, variables: Variables = {}): string {
  try {
    rendered(source, variables);
  } catch (error) {
    if (error instanceof PromptError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}
