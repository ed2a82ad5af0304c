import Handlebars from "handlebars";
import { PromptError } from "./prompt-error.ts";

/** A template by Handlebars' own grammar. @param firstLine of the prompt on which it begins @throws PromptError */
export function parseTemplate(template: string, firstLine: number): hbs.AST.Program {
  try {
    return Handlebars.parse(template);
  } catch (error) {
    const { line, what } = syntaxProblem((error as Error).message);
    throw new PromptError(line + firstLine - 1, `broken template: ${what}`);
  }
}

/** The parser throws plain errors: `Parse error on line 3:\n…\nExpecting …, got 'EOF'`, or `if doesn't match each - 3:7`. */
function syntaxProblem(message: string): { line: number; what: string } {
  const [, lineOfText, what = "", lineOfTag] =
    /^(?:(?:Parse|Lexical) error on line (\d+)[^]*\n)?(.*?)(?: - (\d+):\d+)?$/.exec(message) ?? [];
  const token = /^Expecting .* got '(.*)'$/.exec(what)?.[1];
  return { line: Number(lineOfText ?? lineOfTag ?? 1), what: tokens[token ?? ""] ?? what };
}

const tokens: Readonly<Record<string, string>> = {
  EOF: "a block that is opened is not closed",
  OPEN_ENDBLOCK: "a block is closed that is not open",
  INVERSE: "{{else}} stands outside of a block",
  INVALID: "{{ is not followed by what a template can say",
};
