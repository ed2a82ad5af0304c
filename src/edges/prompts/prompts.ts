import type { Message } from "../../core/model.ts";
import type { Prompts } from "../../core/ports.ts";
import { inputSchema } from "./input-schema.ts";
import { inFile } from "./prompt-error.ts";
import { refuseUnused } from "./includes.ts";
import { readPrompt } from "./prompt-file.ts";
import type { ObjectSchema } from "./schema.ts";
import { readTemplate } from "./template.ts";
import type { Section } from "./template.ts";
import { settleVariables } from "./values.ts";

/** A prompt as read: nothing of a render stays in it. */
interface Prompt {
  readonly variables: ObjectSchema;
  readonly sections: readonly Section[];
}

/** How many prompts are kept read. A run has three. */
const kept = 32;

/**
 * Renders prompts in the Dotprompt file format: YAML front matter with `input.schema`, then a Handlebars template.
 * Every variable that is used must be declared, and every one that is declared must be given, unless it is `name?`;
 * of what is given and not declared nothing is inserted.
 */
export function prompts(): Prompts {
  const known = new Map<string, Prompt>();
  const promptOf = (source: string): Prompt => {
    const prompt = known.get(source) ?? read(source);
    known.delete(source);
    known.set(source, prompt);
    if (known.size > kept) known.delete(known.keys().next().value ?? "");
    return prompt;
  };
  return {
    check: (source, file) => void inFile(file, () => promptOf(source)),
    render: (source, variables, file) => inFile(file, () => rendered(promptOf(source), variables)),
  };
}

function read(source: string): Prompt {
  const file = readPrompt(source);
  const variables = inputSchema(file.settings);
  refuseUnused(file);
  return { variables, sections: readTemplate(file, { ...variables, nullable: false }) };
}

function rendered(
  { variables, sections }: Prompt,
  given: Readonly<Record<string, unknown>>,
): ReturnType<Prompts["render"]> {
  const root = settleVariables(given, variables);
  const spoken = sections
    .map(({ role, render }) => ({ role, text: withoutBlankEnds(render(root)) }))
    .filter(({ text }) => text !== "");
  return {
    system: spoken.flatMap(({ role, text }) => (role === "system" ? [text] : [])).join("\n\n"),
    messages: spoken.flatMap(({ role, text }): Message[] =>
      role === "system" ? [] : [{ role, parts: [{ type: "text", text }] }],
    ),
  };
}

/** Without the blank lines before and after it. */
function withoutBlankEnds(text: string): string {
  const lines = text.split("\n");
  const isSpoken = (line: string): boolean => line.trim() !== "";
  return lines.slice(Math.max(0, lines.findIndex(isSpoken)), lines.findLastIndex(isSpoken) + 1).join("\n");
}
