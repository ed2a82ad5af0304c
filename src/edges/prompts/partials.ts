import { PromptError } from "./prompt-error.ts";

/** A text that a template includes by `{{> name}}`. */
interface Partial {
  readonly text: string;
  /** The line of the prompt on which it begins. */
  readonly firstLine: number;
}

/** A template and the partials it brings along. */
export interface Split {
  readonly template: string;
  readonly partials: ReadonlyMap<string, Partial>;
}

const opening = /(?<!\\)\{\{#\*inline "/;
export const closing = "{{/inline}}";
const definition = /\{\{#\*inline "([^"\n]*)"\}\}\n([^]*?)\{\{\/inline\}\}\s*?(?:\n\s*|$)/y;
const nameForm = /^[a-z0-9][a-z0-9_-]{0,39}$/;

/**
 * Takes a template apart. Partials stand at its end, as inline partials of Handlebars: `{{#*inline "name"}}`, a line end,
 * the text, `{{/inline}}`. Any Handlebars renders such a prompt by itself. @throws PromptError
 */
export function splitPartials(whole: string, firstLine: number): Split {
  const start = whole.search(opening);
  if (start === -1) return { template: whole, partials: new Map() };
  const partials = new Map<string, Partial>();
  for (let at = start; at < whole.length; at = definition.lastIndex) {
    definition.lastIndex = at;
    const [all, name = "", text = ""] = definition.exec(whole) ?? [];
    const line = firstLine + lineEnds(whole.slice(0, at));
    if (all === undefined) throw new PromptError(line, misplaced);
    if (!nameForm.test(name)) throw new PromptError(line, badName(name));
    if (partials.has(name)) throw new PromptError(line, `partial "${name}" is defined twice; keep one`);
    partials.set(name, { text, firstLine: line + 1 });
  }
  return { template: whole.slice(0, start), partials };
}

const misplaced =
  'partials stand at the end of a prompt, each as {{#*inline "name"}}, a line end, its text and {{/inline}}; or write prompts/_name.prompt';

/** What is wrong with the name of a partial. */
export const badName = (name: string): string =>
  `${JSON.stringify(name)} cannot be the name of a partial; use 1 to 40 of a-z, 0-9, - and _`;

export const isPartialName = (name: string): boolean => nameForm.test(name);

/** A prompt that brings these partials along, by name. Its own lines stay where they are. Each must hold no `closing` and end with no backslash. */
export function joinPartials(source: string, partials: ReadonlyMap<string, string>): string {
  const texts = [...partials].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const isOpen = opening.test(source) && !source.endsWith("\n");
  return [
    source,
    ...(texts.length > 0 && isOpen ? ["\n"] : []),
    ...texts.map(([name, text]) => `{{#*inline "${name}"}}\n${text}${closing}\n`),
  ].join("");
}

const lineEnds = (text: string): number => text.split("\n").length - 1;
