import { includedName } from "./inclusion.ts";
import { parseTemplate } from "./parse-template.ts";
import { PromptError } from "./prompt-error.ts";
import type { PromptFile } from "./prompt-file.ts";

/** `{{> name}}`, and the line of the prompt on which it stands. */
export interface Include {
  readonly name: string;
  readonly line: number;
}

/** What a template includes, whether or not it comes to it. @throws PromptError */
export function includesIn(template: string, firstLine: number): readonly Include[] {
  const below = ({ body }: hbs.AST.Program): readonly Include[] =>
    body.flatMap((statement) => {
      const { program, inverse } = statement as Partial<hbs.AST.BlockStatement>;
      const inside = [program, inverse].flatMap((part) => (part === undefined ? [] : below(part)));
      if (!statement.type.startsWith("Partial")) return inside;
      const line = statement.loc.start.line + firstLine - 1;
      return [{ name: includedName(statement as hbs.AST.PartialStatement, line), line }, ...inside];
    });
  return below(parseTemplate(template, firstLine));
}

/** Nothing is carried along, and counted in a digest, that no model is ever sent. @throws PromptError */
export function refuseUnused({ template, templateLine, partials }: Omit<PromptFile, "settings">): void {
  if (partials.size === 0) return;
  const names = new Set<string>();
  const open = [...includesIn(template, templateLine)];
  for (const { name } of open) {
    const partial = partials.get(name);
    if (names.has(name) || partial === undefined) continue;
    names.add(name);
    open.push(...includesIn(partial.text, partial.firstLine));
  }
  for (const [name, { firstLine }] of partials) {
    if (names.has(name)) continue;
    throw new PromptError(firstLine - 1, `nothing includes the partial "${name}"; take it out`);
  }
}
