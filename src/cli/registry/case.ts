import type { Prompts } from "../../core/ports.ts";
import { PromptError } from "../../edges/prompts/prompt-error.ts";
import type { ExpectSpec, RenderCase } from "./case-file.ts";
import { inItsFile } from "./prompt-text.ts";
import type { PromptText } from "./prompt-text.ts";

type Rendered = ReturnType<Prompts["render"]>;

/** Renders a prompt as a case says. @returns what does not hold, in words; empty: it passes */
export function tryCase(prompts: Prompts, text: PromptText, { vars, expect }: RenderCase): readonly string[] {
  try {
    const rendered = inItsFile(text, (source) => prompts.render(source, vars));
    if (expect.error === undefined) return unmet(rendered, expect);
    return [`it renders, and was to fail with ${quoted(expect.error)}`];
  } catch (error) {
    if (!(error instanceof PromptError)) throw error;
    if (expect.error === undefined) return [error.message];
    return error.message.includes(expect.error)
      ? []
      : [`it fails with ${quoted(error.message)}, and was to fail with ${quoted(expect.error)}`];
  }
}

function unmet(rendered: Rendered, expect: ExpectSpec): readonly string[] {
  const whole = turnsOf(rendered)
    .map(({ text }) => text)
    .join("\n\n");
  const spoken = turnsOf(rendered).map(({ role }) => role);
  const tokens = roughTokens(whole);
  return [
    ...listOf(expect.contains)
      .filter((part) => !whole.includes(part))
      .map((part) => `it does not contain ${quoted(part)}`),
    ...listOf(expect.not)
      .filter((part) => whole.includes(part))
      .map((part) => `it contains ${quoted(part)}`),
    ...(expect.roles === undefined || expect.roles.join() === spoken.join()
      ? []
      : [`its roles are ${spoken.join(", ") || "none"}, not ${expect.roles.join(", ") || "none"}`]),
    ...(expect.tokens === undefined || tokens <= expect.tokens
      ? []
      : [`it is of about ${tokens} tokens, more than ${expect.tokens}`]),
  ];
}

/** What is said by whom, the system's part first. */
export const turnsOf = ({ system, messages }: Rendered): readonly { role: string; text: string }[] => [
  ...(system === "" ? [] : [{ role: "system", text: system }]),
  ...messages.map(({ role, parts }) => ({
    role,
    text: parts.map((part) => (part.type === "text" ? part.text : "")).join(""),
  })),
];

/** Four bytes a token, as English prose has about; no model is asked. */
const roughTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);

const listOf = (texts: string | readonly string[] | undefined): readonly string[] =>
  texts === undefined ? [] : typeof texts === "string" ? [texts] : texts;

const quoted = (text: string): string => JSON.stringify(text.length > 120 ? `${text.slice(0, 119)}…` : text);
