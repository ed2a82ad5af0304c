import { nameOf } from "./context.ts";
import type { Context } from "./context.ts";
import { missing } from "./inclusion.ts";
import { parseTemplate } from "./parse-template.ts";
import { PromptError } from "./prompt-error.ts";
import type { PromptFile } from "./prompt-file.ts";
import type { Schema } from "./schema.ts";
import { outermost } from "./scope.ts";
import { statements } from "./statements.ts";
import type { Mustache, Statement } from "./statements.ts";
import type { Value } from "./values.ts";

export type PromptRole = "system" | "user" | "assistant";

/** The part of a template from one `{{role}}` to the next. */
export interface Section {
  readonly role: PromptRole;
  readonly render: (root: ReadonlyMap<string, Value>) => string;
}

/**
 * Reads a Handlebars template into its sections. The grammar and its white space are Handlebars' own; the rendering
 * is ours, because theirs looks a variable up by what it holds (`../` is taken or not as values happen to be equal).
 * There are if, unless, each, with, else, comments, `../`, `as |x|`, `@first` and its like, and partials; no helpers.
 * A role is opened by the template's structure alone: text that is inserted is never looked at again.
 * @throws PromptError
 */
export function readTemplate(
  { template, templateLine, partials }: Pick<PromptFile, "template" | "templateLine" | "partials">,
  variables: Schema,
): readonly Section[] {
  const context = {
    scope: outermost(variables),
    lineOf: lineFrom(templateLine),
    include: includer(partials),
  };
  const sections: { role: PromptRole; body: Statement[] }[] = [{ role: "user", body: [] }];
  for (const statement of parseTemplate(template, templateLine).body) {
    const role = roleOpened(statement, context.lineOf);
    if (role === null) sections.at(-1)?.body.push(statement);
    else sections.push({ role, body: [] });
  }
  return sections.map(({ role, body }) => {
    const render = statements(body, context);
    return { role, render: (root) => render(outermost<Value>(root)) };
  });
}

const lineFrom =
  (first: number): Context["lineOf"] =>
  (node) =>
    node.loc.start.line + first - 1;

/** Each inclusion is checked anew against what it sees; partials that include others twice may come to very many. */
const mostInclusions = 1000;

/** Each partial is a template of its own, so that nothing in it reaches out of it. */
function includer(partials: PromptFile["partials"]): Context["include"] {
  let count = 0;
  const includeBelow =
    (outer: readonly string[]): Context["include"] =>
    (name, sees, line) => {
      const partial = partials.get(name);
      if (partial === undefined) throw new PromptError(line, missing(name));
      const way = [...outer, name];
      if (outer.includes(name))
        throw new PromptError(
          line,
          `partials include each other in a circle: ${way.join(" > ")}; take one {{> }} out`,
        );
      count += 1;
      if (count > mostInclusions)
        throw new PromptError(line, `partials are included more than ${mostInclusions} times; include fewer`);
      const { body } = parseTemplate(partial.text, partial.firstLine);
      return statements(body, {
        scope: sees,
        lineOf: lineFrom(partial.firstLine),
        include: includeBelow(way),
      });
    };
  return includeBelow([]);
}

/** The words of the format; `model` is its word for what the model said. */
const roles: ReadonlyMap<string, PromptRole> = new Map([
  ["system", "system"],
  ["user", "user"],
  ["model", "assistant"],
  ["assistant", "assistant"],
]);

/** The role that this opens; null: none. @throws PromptError when there is no such role */
export function roleOpened(statement: Statement, lineOf: Context["lineOf"]): PromptRole | null {
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
