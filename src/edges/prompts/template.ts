import Handlebars from "handlebars";
import { PromptError } from "./prompt-error.ts";
import type { Schema } from "./schema.ts";
import { outermost } from "./scope.ts";
import { nameOf, statements } from "./statements.ts";
import type { Context, Mustache, Statement } from "./statements.ts";
import type { Value } from "./values.ts";

type PromptRole = "system" | "user" | "assistant";

/** The part of a template from one `{{role}}` to the next. */
export interface Section {
  readonly role: PromptRole;
  readonly render: (root: ReadonlyMap<string, Value>) => string;
}

/**
 * Reads a Handlebars template into its sections. The grammar and its white space are Handlebars' own; the rendering
 * is ours, because theirs looks a variable up by what it holds (`../` is taken or not as values happen to be equal).
 * There are if, unless, each, with, else, comments, `../`, `as |x|`, `@first` and its like; no helpers, no partials.
 * A role is opened by the template's structure alone: text that is inserted is never looked at again.
 * @param firstLine of the prompt on which the template begins @throws PromptError
 */
export function readTemplate(template: string, firstLine: number, variables: Schema): readonly Section[] {
  const context = {
    scope: outermost(variables),
    lineOf: (node: hbs.AST.Node) => node.loc.start.line + firstLine - 1,
  };
  const sections: { role: PromptRole; body: Statement[] }[] = [{ role: "user", body: [] }];
  for (const statement of parsed(template, firstLine).body) {
    const role = roleOpened(statement, context);
    if (role === null) sections.at(-1)?.body.push(statement);
    else sections.push({ role, body: [] });
  }
  return sections.map(({ role, body }) => {
    const render = statements(body, context);
    return { role, render: (root) => render(outermost<Value>(root)) };
  });
}

function parsed(template: string, firstLine: number): hbs.AST.Program {
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

/** The words of the format; `model` is its word for what the model said. */
const roles: ReadonlyMap<string, PromptRole> = new Map([
  ["system", "system"],
  ["user", "user"],
  ["model", "assistant"],
  ["assistant", "assistant"],
]);

function roleOpened(statement: Statement, { lineOf }: Context): PromptRole | null {
  if (statement.type !== "MustacheStatement") return null;
  const { path, params } = statement as Mustache;
  if (params.length === 0 || nameOf(path) !== "role") return null;
  const [word] = params;
  const role = word?.type === "StringLiteral" ? roles.get((word as hbs.AST.StringLiteral).value) : undefined;
  if (role !== undefined && params.length === 1) return role;
  throw new PromptError(
    lineOf(statement),
    `unknown role; write {{role "system"}}, {{role "user"}} or {{role "model"}}`,
  );
}
