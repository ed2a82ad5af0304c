import { stringify } from "yaml";
import type { StoredVersion } from "../../edges/langfuse-prompts/api.ts";
import { gatherPartials } from "../../edges/prompts/gather-partials.ts";
import { PromptError } from "../../edges/prompts/prompt-error.ts";
import { isMapping, readPrompt } from "../../edges/prompts/prompt-file.ts";
import { prompts } from "../../edges/prompts/prompts.ts";
import { Refused } from "../exit.ts";
import { markIn } from "./payload.ts";

/**
 * A version that was made in Langfuse's pages, as a `.prompt`: its config as front matter, each message after its role.
 * Variables that nothing declares are texts. Partials are those of the version it was made from. @throws Refused
 */
export async function foreignSource(name: string, stored: StoredVersion): Promise<string> {
  const from = `version ${stored.version} of ${name} in Langfuse`;
  const template = templateOf(stored, from);
  if (template.includes("@@@langfusePrompt:"))
    throw new Refused(
      `${from} includes another prompt (@@@langfusePrompt:…@@@); put its text there, then pull again`,
    );
  const settings = declared(settingsOf(stored.config), template);
  const head = Object.keys(settings).length === 0 ? "" : stringify(settings);
  const mark = markIn(stored.config);
  const partials = mark === null ? new Map() : readPrompt(mark.source).partials;
  try {
    const { source } = await gatherPartials(`---\n${head}---\n${template}`, from, async (one) => {
      const partial = partials.get(one);
      return partial === undefined ? null : { path: from, text: partial.text };
    });
    prompts().check(source, from);
    return source;
  } catch (error) {
    if (!(error instanceof PromptError)) throw error;
    throw new Refused(
      `${error.message}: it cannot be a prompt here as it is; mend it there, then pull again`,
    );
  }
}

const words: Readonly<Record<string, string>> = {
  system: "system",
  user: "user",
  assistant: "model",
  model: "model",
};

function templateOf(stored: StoredVersion, from: string): string {
  if (stored.type === "text") return inLines(stored.prompt);
  return stored.prompt
    .map(({ role, content }, index) => {
      const word = words[role ?? ""];
      if (content === undefined)
        throw new Refused(
          `${from}: message ${index + 1} is a placeholder for messages, and prompts here have none; take it out there, then pull again`,
        );
      if (word === undefined)
        throw new Refused(
          `${from}: message ${index + 1} is by "${role}", and there are system, user and assistant; change that there, then pull again`,
        );
      return `{{role "${word}"}}\n${inLines(content)}`;
    })
    .join("");
}

const inLines = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);

function settingsOf(config: unknown): Readonly<Record<string, unknown>> {
  if (!isMapping(config)) return {};
  const { harness: _, ...settings } = config;
  return settings;
}

/** As in their language: `{{name}}`. Where there are blocks, a name may be of what the block goes through. */
function declared(
  settings: Readonly<Record<string, unknown>>,
  template: string,
): Readonly<Record<string, unknown>> {
  const names = [...template.matchAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g)].map(([, name = ""]) => name);
  const { input } = settings;
  const schema = isMapping(input) ? (input["schema"] ?? {}) : {};
  const isJson = isMapping(schema) && (schema["type"] === "object" || isMapping(schema["properties"]));
  if (!isMapping(schema) || isJson || /\{\{[#^]/.test(template)) return settings;
  const known = new Set(Object.keys(schema).map((key) => key.replace(/[?(].*$/s, "")));
  const more = [...new Set(names)].filter((name) => !known.has(name) && name !== "else");
  if (more.length === 0) return settings;
  const own = Object.fromEntries(more.map((name) => [name, "string"]));
  return { ...settings, input: { ...(isMapping(input) ? input : {}), schema: { ...schema, ...own } } };
}
